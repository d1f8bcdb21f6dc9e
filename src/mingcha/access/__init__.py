"""Who may do what on which data: users, organisations, rights, sessions, tokens, and the trail of what was done."""
