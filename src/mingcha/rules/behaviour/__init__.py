"""Behaviour of persons and institutions, seen across visits."""
