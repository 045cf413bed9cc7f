"""The time, as something that can be replaced."""

from __future__ import annotations

import time


class Clock:
    """Tells the time in seconds since the epoch, to the millisecond (the precision in which the API answers)."""

    def now(self) -> float:
        """The present moment in seconds since the epoch."""
        return round(time.time(), 3)
