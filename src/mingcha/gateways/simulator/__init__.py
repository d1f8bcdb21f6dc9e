"""A hospital's system that is not there: what its doctor enters becomes messages of the national interface."""
