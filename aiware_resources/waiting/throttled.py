"""The progress of a transfer, told now and then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from aiware_resources.errors import AiwareError

_EVERY = 1.0
"""Seconds between two messages; a transfer that takes no longer goes without."""

_MEGABYTE = 1_000_000


class Throttled:
    """Tells how far a transfer is, once a second at most; called for every block of it.

    Args:
        tell: Shows a message.
        doing: What is done, to begin the message with.
        interrupted: Ends the transfer when it is set.
    """

    def __init__(self, tell: Callable[[str], object], doing: str, interrupted: threading.Event) -> None:
        self._tell = tell
        self._doing = doing
        self._interrupted = interrupted
        self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Takes note of the bytes that have gone, and of how many there are; 0 when that is unknown.

        Raises:
            AiwareError: When the program was interrupted.
        """
        if self._interrupted.is_set():
            raise AiwareError(f"Interrupted while {self._doing}.", remedy="Run it again.")
        now = time.monotonic()
        if now - self._told >= _EVERY:
            self._told = now
            of = f" of {total / _MEGABYTE:.0f} MB ({100 * done // total} %)" if total else " MB"
            self._tell(f"{self._doing}: {done / _MEGABYTE:.0f}{of}")
