"""A gate that closes for a while when aiWARE asks to slow down."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Gate:
    """Holds all threads back until the time that the server named.

    aiWARE counts requests per token; one that comes before the time fails again, whichever thread sends it.

    Args:
        clock: Monotonic clock, in seconds.
        sleep: Waits for so many seconds.
    """

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._open_at = 0.0

    def close_for(self, seconds: float) -> None:
        """Closes the gate for at least so many seconds from now."""
        with self._lock:
            self._open_at = max(self._open_at, self._clock() + seconds)

    def wait(self) -> None:
        """Returns once the gate is open."""
        while (remaining := self._remaining()) > 0:
            self._sleep(remaining)

    def _remaining(self) -> float:
        with self._lock:
            return self._open_at - self._clock()
