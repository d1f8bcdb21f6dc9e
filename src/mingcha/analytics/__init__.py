"""Indicators, profiles, monitoring and reports, computed over periods rather than per line."""
