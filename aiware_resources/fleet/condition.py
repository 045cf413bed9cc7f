"""What is awaited of a fleet: that all of its jobs have ended, and none of them badly."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from aiware_resources.api import Api
from aiware_resources.errors import FleetFailed
from aiware_resources.fleet.entries import Entry
from aiware_resources.fleet.plan import named
from aiware_resources.fleet.reading import look
from aiware_resources.fleet.undone import Undone
from aiware_resources.job import JOB_OVER
from aiware_resources.waiting import Done, Failed, Pending, Verdict

_LISTED = 10
"""How many failures an error lists."""
GONE = "gone"
"""Stands for the status of a job of which nothing is left."""


@dataclass(frozen=True)
class FleetRecord:
    """What aiWARE says of the jobs of a fleet.

    Attributes:
        counts: How many jobs there are in each status.
        failures: Why jobs failed, by key.
    """

    counts: Mapping[str, int]
    failures: Mapping[str, str]

    @property
    def total(self) -> int:
        """How many jobs there are."""
        return sum(self.counts.values())

    @property
    def is_over(self) -> bool:
        """Whether every job has ended."""
        return all(status in JOB_OVER or status == GONE for status in self.counts)

    def progress(self) -> str:
        """How far it is: ``7312 of 10000 jobs complete, 376 running, 2312 queued``."""
        others = [f"{count} {status}" for status, count in sorted(self.counts.items()) if status != "complete"]
        return ", ".join([f"{self.counts.get('complete', 0)} of {self.total} jobs complete", *others])


class FleetCondition:
    """A fleet is awaited until every job has ended; those that have are not asked about again.

    Args:
        name: The fleet's name in the program.
        entries: Its jobs by key; ``None`` when they are not known yet.
        undone: What the last run could not do.
        statuses: Those of jobs that need not be asked about.
    """

    def __init__(
        self,
        name: str,
        entries: Mapping[str, Entry] | None,
        undone: Undone,
        statuses: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        # One kind for each fleet: it is looked at by itself, since only its own condition knows its jobs.
        self.kind = f"fleet {name}"
        self._entries = entries
        self._undone = undone
        self._statuses = dict(statuses)
        self._failures: dict[str, str] = {}
        self._looking = threading.Lock()

    def look(self, api: Api, ids: Sequence[str]) -> Mapping[str, FleetRecord]:
        """Reads the jobs that have not ended yet, in batches (query ``job``)."""
        if self._entries is None:
            return {}
        with self._looking:
            under_way = {key: entry for key, entry in self._entries.items() if self._statuses.get(key) not in JOB_OVER}
            looked = look(api, under_way)
            self._statuses |= {**looked.statuses, **dict.fromkeys(looked.gone, GONE)}
            self._failures |= {**looked.failures, **dict.fromkeys(looked.gone, "its TDO was deleted")}
            record = FleetRecord(Counter(self._statuses.values()), dict(self._failures))
        return dict.fromkeys(ids, record)

    def judge(self, object_id: str, record: FleetRecord | None) -> Verdict[FleetRecord]:
        """Failures count when nothing is under way any more, so that none cuts off the rest."""
        if record is None:
            return Pending("not known yet", "unknown")
        if not record.is_over:
            missing = f", {self._undone.count} not taken by aiWARE" if self._undone else ""
            return Pending(f"{record.progress()}{missing}", "running")
        if self._undone:
            # Whether failures are allowed or not: what was not submitted has not even run.
            return Failed(self._undone.error(record.failures), None)
        if record.failures:
            return Failed(fleet_failed(record), record)
        return Done(record)

    def explain(self, api: Api, object_id: str, failed: Failed[FleetRecord]) -> Verdict[FleetRecord]:
        """The look has read the reasons already."""
        return failed


def fleet_failed(record: FleetRecord) -> FleetFailed:
    """The error of a fleet with failed jobs."""
    failed = record.failures
    # The first line stands in the list of all failures of a run, too.
    lines = [f"{len(failed)} of {record.total} jobs ended badly: {named(sorted(failed))}."]
    lines += [f"  {key}: {failed[key]}" for key in sorted(failed)[:_LISTED]]
    lines += [f"  and {len(failed) - _LISTED} more"] if len(failed) > _LISTED else []
    lines += [
        "The next `pulumi up` does what on_failure says (default: retry); `aiware jobs logs <id>` shows the log of one."
    ]
    return FleetFailed("\n".join(lines), status="failed")
