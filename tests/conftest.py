"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# Laws are about results; how long one example takes on a busy machine is no fault.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
