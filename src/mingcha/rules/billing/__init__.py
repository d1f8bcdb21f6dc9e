"""What is billed though nothing shows that it was done, or more than can have been."""
