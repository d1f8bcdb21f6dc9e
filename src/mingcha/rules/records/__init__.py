"""Whether the bill agrees with itself."""
