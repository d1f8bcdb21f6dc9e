"""Shares and rates of institutions over a period: what stands out among peers."""
