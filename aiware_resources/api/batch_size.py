"""How many objects to ask about at once: fewer after aiWARE had no capacity for so many, and slowly more again."""

from __future__ import annotations

import threading

_STEADY = 10
"""Answered batches in a row after which a larger one is tried."""


class BatchSize:
    """The size of the next batch. Thread-safe.

    Args:
        largest: Objects at the most (``aiware:pollBatchSize``).
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._current = largest
        self._answered = 0
        self._lock = threading.Lock()

    @property
    def current(self) -> int:
        """Objects of the next batch."""
        return self._current

    def answered(self) -> None:
        """Takes note of a batch that was answered in full."""
        with self._lock:
            self._answered += 1
            if self._answered >= _STEADY:
                self._current = min(2 * self._current, self._largest)
                self._answered = 0

    def exceeded(self, size: int) -> None:
        """Takes note of a batch that was too large.

        Args:
            size: Its objects.
        """
        with self._lock:
            # Several threads may find the same; half of what failed is enough for all.
            self._current = max(1, min(self._current, size // 2))
            self._answered = 0
