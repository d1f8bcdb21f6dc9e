"""At what price something is charged."""
