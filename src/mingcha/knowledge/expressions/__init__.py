"""Conditions as people write them: a small safe language over the declared fields, read into condition trees."""
