"""HOW rules are evaluated: one declaration, two evaluations (one case, a partition), the same rows."""
