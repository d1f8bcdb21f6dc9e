"""事前提醒: what a doctor should know of a patient who was just called in, and of an item before ordering it."""
