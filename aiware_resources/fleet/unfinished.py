"""What a run could not do for a fleet: recorded, told as the run's error, and taken up by the next run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiware_resources.errors import FleetFailed
from aiware_resources.text.words import counted, printable

UNDONE = "undone"
"""The fact that holds it."""

MOST = 50
"""Of so many entries the reasons are recorded; which entries there are, shows in the recorded jobs anyway."""

_LISTED = 10
"""So many of them an error lists."""


@dataclass(frozen=True)
class Unfinished:
    """Entries whose jobs could not be submitted, started again or removed.

    Attributes:
        count: How many there are.
        reasons: Why, by key; of the first ones.
    """

    count: int = 0
    reasons: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.count > 0

    @staticmethod
    def of(reasons: Mapping[str, str]) -> Unfinished:
        """From the reasons of all of them."""
        return Unfinished(len(reasons), {key: reasons[key] for key in sorted(reasons)[:MOST]})

    @staticmethod
    def parse(recorded: Any) -> Unfinished:
        """Reads what was recorded; nothing was when all could be done."""
        return (
            Unfinished(int(recorded["count"]), recorded["reasons"]) if isinstance(recorded, Mapping) else Unfinished()
        )

    def properties(self) -> dict[str, Any] | None:
        """As it is recorded; ``None`` when there is nothing to record."""
        return {"count": self.count, "reasons": dict(self.reasons)} if self else None

    def error(self, failures: Mapping[str, str] | None = None) -> FleetFailed:
        """What to tell at the end of the run, with the jobs that failed besides."""
        more = ", ..." if self.count > _LISTED else ""
        first = ", ".join(map(printable, list(self.reasons)[:_LISTED]))
        lines = [f"aiWARE did not take all that was asked of it; {self.count} not done: {first}{more}."]
        lines += [f"  {printable(key)}: {reason}" for key, reason in list(self.reasons.items())[:_LISTED]]
        lines += [f"  and {self.count - _LISTED} more"] if self.count > _LISTED else []
        lines += [f"Besides, {counted(len(failures), 'job')} failed."] if failures else []
        lines += ["What was accepted is kept. Run `pulumi up` again: it takes up the rest, and nothing runs twice."]
        return FleetFailed("\n".join(lines), status="incomplete")
