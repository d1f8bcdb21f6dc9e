"""Whether the fund paid as much as the benefit rules of a region allow, and no more."""
