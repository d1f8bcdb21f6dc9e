"""The database: people, rights, sessions and the trail; SQLite in the data folder, or PostgreSQL by one setting."""
