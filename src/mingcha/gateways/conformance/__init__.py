"""What a vendor runs against a test address before a hospital goes live: every promise of the access standard once."""
