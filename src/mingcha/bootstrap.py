"""Wires the application together from its settings; the one place that chooses concrete parts."""
