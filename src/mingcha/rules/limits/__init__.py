"""How much and how often is paid."""
