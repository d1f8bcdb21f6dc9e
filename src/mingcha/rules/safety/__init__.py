"""What cannot be true or safe for this person."""
