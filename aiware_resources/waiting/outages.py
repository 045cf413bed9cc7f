"""Troubles that pass: the waiting outlasts them, for a while."""

from __future__ import annotations

import pulumi

from aiware_resources.errors import AiwareError, CapacityExceeded, NotSent, RateLimited, ServerFailure

PASSING = (ServerFailure, NotSent, RateLimited, CapacityExceeded)

LONGEST = 600.0
"""Seconds that something may stay unread before the waiting for it gives up. The work itself goes on in aiWARE."""


class Outages:
    """Remembers which kinds of object cannot be asked about at all, and warns once of each time."""

    def __init__(self) -> None:
        self._out: set[str] = set()

    def over(self, kind: str) -> None:
        """Takes note of an answer."""
        if kind in self._out:
            self._out.remove(kind)
            pulumi.log.info(f"aiWARE can be asked about {kind}s again.")

    def begun(self, kind: str, trouble: AiwareError) -> None:
        """Takes note of a trouble.

        Args:
            kind: What could not be asked about.
            trouble: Why.
        """
        if kind not in self._out:
            self._out.add(kind)
            pulumi.log.warn(f"Waiting goes on, though aiWARE cannot be asked about {kind}s at the moment: {trouble}")
