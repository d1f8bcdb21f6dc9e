"""The audit services: online, batch, replay, and the trial of a draft release on history."""
