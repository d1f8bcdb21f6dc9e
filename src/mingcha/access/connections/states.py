"""How far a connection is."""

from __future__ import annotations

from mingcha.access.labelled import Labelled


class ConnectionState(Labelled):
    """How far a connection is."""

    TRIAL = "trial", "联调"
    LIVE = "live", "上线"
    STOPPED = "stopped", "停用"
    # Of an institution that is not there: what the simulator settles becomes history. Only the demonstration makes one.
    DEMONSTRATION = "demonstration", "演示"
