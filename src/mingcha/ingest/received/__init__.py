"""Files that came over the network, before anything reads them: what may come in, and what is in it."""
