"""Figures of 明察, each measured beside a peer on the same data in the same run (`make bench`)."""
