"""The audit in the words of this project: another envelope around the same service."""
