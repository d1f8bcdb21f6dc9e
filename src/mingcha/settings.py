"""What an installation may choose, each setting with its default and bounds."""
