"""Durable background runs: imports, audits, exports and schedules that survive a crash."""
