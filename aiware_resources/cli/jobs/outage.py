"""Times in which aiWARE cannot be asked: the watching outlasts them, for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiware_resources.waiting.outages import PASSING

LONGEST = 600.0
"""Seconds that aiWARE may stay out of reach before the watching gives up. The jobs go on there."""


class Outage:
    """Remembers since when aiWARE cannot be asked.

    Args:
        note: Tells the user.
    """

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self._since: float | None = None

    @contextmanager
    def outlasted(self) -> Iterator[None]:
        """Passes over a trouble that may pass, and tells of it once.

        Raises:
            ApiError: It has lasted too long, or will not pass by itself.
        """
        try:
            yield
        except PASSING as trouble:
            now = time.monotonic()
            if self._since is None:
                self._since = now
                self._note(f"The watching goes on, though aiWARE cannot be asked at the moment: {trouble}")
            if now - self._since > LONGEST:
                raise
        else:
            if self._since is not None:
                self._since = None
                self._note("aiWARE can be asked again.")
