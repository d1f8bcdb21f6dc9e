"""Planted cases, in families like the rules: each scene writes plays for the points of one mechanism."""
