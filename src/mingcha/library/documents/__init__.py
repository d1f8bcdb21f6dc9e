"""The documents of the installation: found, read, written, with the file they came in."""
