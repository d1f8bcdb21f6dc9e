"""The rule as data: its page, its JSON, its examples, and the official list it belongs to."""
