"""Troubles that pass: the waiting outlasts them, for a while."""

from __future__ import annotations

import time

import pulumi

from aiware_resources.errors import AiwareError, CapacityExceeded, NotSent, RateLimited, ServerFailure

PASSING = (ServerFailure, NotSent, RateLimited, CapacityExceeded)

_LONGEST = 600.0
"""Seconds that aiWARE may stay out of reach before the waiting gives up. The work itself goes on there."""


class Outages:
    """Remembers since when which kind of object cannot be asked about, and warns once of each time."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def over(self, kind: str) -> None:
        """Takes note of an answer."""
        if self._since.pop(kind, None) is not None:
            pulumi.log.info(f"aiWARE can be asked about {kind}s again.")

    def has_lasted_too_long(self, kind: str, trouble: AiwareError) -> bool:
        """Takes note of a trouble.

        Args:
            kind: What could not be asked about.
            trouble: Why.
        """
        now = time.monotonic()
        if kind not in self._since:
            self._since[kind] = now
            pulumi.log.warn(f"Waiting goes on, though aiWARE cannot be asked about {kind}s at the moment: {trouble}")
        return now - self._since[kind] > _LONGEST
