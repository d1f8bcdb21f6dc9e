"""What is charged twice, or in pieces."""
