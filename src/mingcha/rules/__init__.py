"""LOGIC: one file a mechanism, its example cases beside it, in folders by kind of fault."""
