"""What a refresh makes of a look at a fleet: which jobs stay, which are gone, which are complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiware_resources.errors import ApiError
from aiware_resources.fleet.entries import Entry
from aiware_resources.fleet.parallel import first_line
from aiware_resources.fleet.plan import FAILURES, named
from aiware_resources.fleet.reading import OPEN, Looked, known_complete, seen_keys
from aiware_resources.reconcile.recency import seconds_since
from aiware_resources.settings import Settings
from aiware_resources.waiting.conditions import MISSING


@dataclass(frozen=True)
class Refreshed:
    """The entries of a fleet after a refresh.

    Attributes:
        statuses: The status of each entry that stays, by key; ``complete`` for one seen complete before.
        gone: The keys of entries that do not stay: the next update submits them again.
        missing: Since when aiWARE has not shown the jobs of entries that stay all the same, by key.
        failures: Why jobs failed, by key.
        unread: Why jobs could not be read, by key: they stay as they were recorded.
    """

    statuses: Mapping[str, str]
    gone: frozenset[str]
    missing: Mapping[str, str]
    failures: Mapping[str, str]
    unread: Mapping[str, ApiError]

    @staticmethod
    def of(
        looked: Looked, entries: Mapping[str, Entry], recorded: Mapping[str, Any], now: datetime, settings: Settings
    ) -> Refreshed:
        """Decides by what is recorded, as for a single job.

        Without its TDO nothing is left of a job. With it, a job seen complete stays. Any other stays at first, so that
        the waiting looks for it; it is gone when a later refresh, after ``aiware:notFoundGrace``, does not find it.
        """
        grace = settings.not_found_grace
        complete = looked.missing & seen_keys(entries, recorded, settings.purged_after, now)
        before: Mapping[str, str] = recorded.get(MISSING) or {}
        missing = {key: before.get(key, now.isoformat()) for key in looked.missing - complete}
        gone = {key for key in missing if key in before and (seconds_since(before[key], now) or 0.0) >= grace}
        gone |= looked.gone
        was_complete = known_complete(entries, recorded.get(OPEN))
        # An answer in which the status is missing says nothing about a job: it stays as it is recorded.
        not_told = {key: was_complete.get(key, looked.statuses[key]) for key in looked.without_status}
        unread = {key: was_complete.get(key, "unknown") for key in looked.unread}
        hidden = dict.fromkeys(missing.keys() - gone, "unknown")
        failures = recorded.get(FAILURES) or {}
        return Refreshed(
            {**looked.statuses, **dict.fromkeys(complete, "complete"), **hidden, **unread, **not_told},
            frozenset(gone),
            {key: since for key, since in missing.items() if key not in gone},
            {**looked.failures, **{key: failures[key] for key in (*hidden, *unread, *not_told) if key in failures}},
            looked.unread,
        )

    def unread_in_words(self) -> str:
        """Which entries could not be read, and why the first of them could not."""
        keys = sorted(self.unread)
        return f"could not be read, and stay as they are recorded: {named(keys)}: {first_line(self.unread[keys[0]])}"
