"""What a settlement list must hold: numbered checks of its fields and of how they go together, in three values."""
