"""FACTS: kinds of knowledge point, their validity and sources, what completes them, and releases of them."""
