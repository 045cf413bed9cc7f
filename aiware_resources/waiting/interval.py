"""How long to wait between two looks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

GROWTH = 1.5


@dataclass
class Interval:
    """An interval that grows while nothing changes and is short again as soon as something does.

    Attributes:
        shortest: Seconds to begin with (``aiware:pollInterval``).
        longest: Seconds at the most (``aiware:pollMaxInterval``).
    """

    shortest: float
    longest: float

    def __post_init__(self) -> None:
        self.seconds = self.shortest

    def after(self, *, changed: bool) -> None:
        """Takes note of a look, and whether it showed anything new."""
        self.seconds = self.shortest if changed else min(self.seconds * GROWTH, self.longest)


_GATHER = 0.2
"""Seconds in which what was just asked for gathers before the first look at it, so that it shares one request."""


async def gathered() -> None:
    """Returns when what is asked for at about the same time has gathered."""
    await asyncio.sleep(_GATHER)
