"""Indication texts into diagnosis codes: proposals for a person to approve, never knowledge by themselves."""
