"""Doors for other systems: the national insurance messages and hospital interfaces, in and out."""
