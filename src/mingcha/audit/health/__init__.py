"""What is known of a person's health: dated facts, each with its source."""
