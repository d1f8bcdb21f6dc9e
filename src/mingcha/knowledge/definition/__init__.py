"""Rules without code: what a rule manager writes of a rule, read into a typed definition."""
