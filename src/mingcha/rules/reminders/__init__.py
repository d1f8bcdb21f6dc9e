"""What is no violation and worth a reminder: findings bear no money."""
