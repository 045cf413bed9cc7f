"""What a stack remembers of jobs that aiWARE may stop showing: which were seen complete, and since when one is missing.

All of it are facts of the state under names that the engine keeps from its displays: they move by themselves, and are
no change of the resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiware_resources.reconcile.recency import SUBMITTED, seconds_since

COMPLETE = "__complete"
"""The fact that a refresh has seen the job complete."""

MISSING = "__missing"
"""Since when aiWARE has not shown a job that was not seen complete; of a fleet, by key."""


def is_seen_complete(recorded: Mapping[str, Any], purged_after: float, now: datetime | None = None) -> bool:
    """Whether a job counts as complete though aiWARE does not show it.

    It does when a refresh has seen it complete, when it was submitted so long ago that its record may have been purged,
    and when an earlier release, which noted neither, has recorded it.

    Args:
        recorded: The facts of the job's resource.
        purged_after: After how many seconds a record may have been purged (``aiware:purgedAfter``).
        now: The present moment by aiWARE's clock; by default by that of this machine, which will do for days.
    """
    if recorded.get(COMPLETE):
        return True
    if recorded.get(SUBMITTED) is None:
        return True
    return was_purged(recorded, purged_after, now)


def was_purged(recorded: Mapping[str, Any], purged_after: float, now: datetime | None = None) -> bool:
    """Whether a job was submitted so long ago that its record may have been purged."""
    seconds = seconds_since(recorded.get(SUBMITTED), now or datetime.now(UTC))
    return seconds is not None and seconds > purged_after
