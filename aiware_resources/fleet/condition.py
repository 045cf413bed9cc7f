"""What is awaited of a fleet: that all of its jobs have ended, and none has failed.

Each of its jobs counts as a single job does (`aiware_resources.waiting.conditions`). One that aiWARE does not show, and
that was not seen complete, is looked for again for ``aiware:notFoundGrace``; one that cannot be read, for as long as an
outage may last. Then it counts as failed, by its key, and so does one whose TDO stays away for that time. Meanwhile all
others go on.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from aiware_resources.api import Api, Unread
from aiware_resources.api.statuses import JOB_DONE
from aiware_resources.errors import FleetFailed
from aiware_resources.fleet.entries import Entry
from aiware_resources.fleet.files.files import FleetFiles
from aiware_resources.fleet.parallel import first_line
from aiware_resources.fleet.plan import named
from aiware_resources.fleet.reading import Looked, look
from aiware_resources.fleet.unfinished import Unfinished
from aiware_resources.text import commands
from aiware_resources.text.words import counted, printable
from aiware_resources.waiting import Done, Failed, Pending, Verdict, outcomes
from aiware_resources.waiting.conditions import NO_STATUS

_LISTED = 10
"""How many failures an error lists."""
GONE = "gone"
"""Stands for the status of a job of which nothing is left."""
UNKNOWN = "unknown"
"""Stands for the status of a job that aiWARE does not show, or that cannot be read, and for longer than is waited."""
NOT_SHOWN = "not shown"
"""Stands for the status of a job that aiWARE does not show at the moment."""


@dataclass(frozen=True)
class FleetRecord:
    """What aiWARE says of the jobs of a fleet.

    Attributes:
        counts: How many jobs there are in each status.
        failures: Why jobs failed, by key.
        unread: The keys of jobs that cannot be read at the moment; they count as they were seen last.
        files_left: How many files of the entries are still to be written.
        files_failed: Why files are not there, by key.
    """

    counts: Mapping[str, int]
    failures: Mapping[str, str]
    unread: Sequence[str] = ()
    files_left: int = 0
    files_failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many jobs there are."""
        return sum(self.counts.values())

    @property
    def is_over(self) -> bool:
        """Whether every job has ended, or is not waited for any longer."""
        return all(status in _OVER for status in self.counts)

    def progress(self) -> str:
        """How far it is: ``7312 of 10000 jobs complete, 376 running, 2312 queued``."""
        others = [f"{count} {status}" for status, count in sorted(self.counts.items()) if status != "complete"]
        others += [f"not readable at the moment: {named(self.unread)}"] if self.unread else []
        others += [f"{counted(self.files_left, 'file')} to be written"] if self.files_left and self.is_over else []
        return ", ".join([f"{self.counts.get('complete', 0)} of {self.total} jobs complete", *others])


_OVER = JOB_DONE | {GONE, UNKNOWN}


class FleetCondition:
    """A fleet is awaited until every job has ended; those that have are not asked about again.

    Args:
        name: The fleet's name in the program.
        entries: Its jobs by key; ``None`` when they are not known yet.
        undone: What the last run could not do.
        statuses: Those of jobs that need not be asked about.
        seen: The keys of jobs that count as complete when aiWARE does not show them.
        not_found_grace: Seconds for which any other job that it does not show is looked for again.
        files: The files that are made of complete jobs; ``None`` for a run that makes none.
        declared: The keys of all entries that the program declares.
    """

    def __init__(
        self,
        name: str,
        entries: Mapping[str, Entry] | None,
        undone: Unfinished,
        statuses: Mapping[str, str] = MappingProxyType({}),
        *,
        seen: frozenset[str] = frozenset(),
        not_found_grace: float = 0.0,
        files: FleetFiles | None = None,
        declared: frozenset[str] = frozenset(),
    ) -> None:
        # One kind for each fleet: it is looked at by itself, since only its own condition knows its jobs.
        self.kind = f"fleet {name}"
        self._entries = entries
        self._undone = undone
        self._statuses = dict(statuses)
        self._seen = seen
        self._not_found_grace = not_found_grace
        self._since: dict[str, float] = {}
        self._failures: dict[str, str] = {}
        self._looking = threading.Lock()
        self._files = files
        self._declared = declared

    def read(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, FleetRecord]:
        """Reads the jobs that have not ended yet, in batches (query ``job``), and makes files of those that have."""
        if self._entries is None:
            return {}
        with self._looking:
            under_way = {key: entry for key, entry in self._entries.items() if self._statuses.get(key) not in JOB_DONE}
            looked = look(api, under_way)
            if looked.unread and len(looked.unread) == len(under_way):
                unread.update(dict.fromkeys(ids, next(iter(looked.unread.values()))))
                return {}
            self._note(looked)
            record = FleetRecord(Counter(self._statuses.values()), dict(self._failures), sorted(looked.unread))
            if self._files is not None:
                record = self._with_files(self._files, api, record)
        return dict.fromkeys(ids, record)

    def _with_files(self, files: FleetFiles, api: Api, record: FleetRecord) -> FleetRecord:
        files.add(key for key, status in self._statuses.items() if status == "complete")
        files.step(api, is_last=record.is_over)
        # An entry that aiWARE has not taken is missing among the jobs, and declared all the same.
        if record.is_over and not files.left and not self._undone:
            files.sweep(self._declared, self._statuses)
        return replace(record, files_left=files.left, files_failed=dict(files.failures))

    def _note(self, looked: Looked) -> None:
        complete = looked.missing & self._seen
        for key in (*looked.statuses, *complete):
            # It may have been out of sight for a while.
            self._since.pop(key, None)
            self._failures.pop(key, None)
        self._statuses |= {**looked.statuses, **dict.fromkeys(complete, "complete")}
        self._statuses |= dict.fromkeys(looked.without_status, NO_STATUS)
        self._failures |= looked.failures
        for key in looked.missing - complete:
            job_id = (self._entries or {})[key].job_id
            why = f"aiWARE does not show its job {job_id}, and no refresh has seen it complete"
            self._out_of_sight(key, NOT_SHOWN, UNKNOWN, why, self._not_found_grace)
        for key in looked.gone:
            self._out_of_sight(key, NOT_SHOWN, GONE, "its TDO was deleted", self._not_found_grace)
        for key, trouble in looked.unread.items():
            self._out_of_sight(key, self._statuses.get(key, NOT_SHOWN), UNKNOWN, first_line(trouble), outcomes.LONGEST)

    def _out_of_sight(self, key: str, meanwhile: str, at_last: str, why: str, longest: float) -> None:
        """Takes note of a job whose state cannot be seen: it goes on for a while, and then counts as failed."""
        now = time.monotonic()
        is_for_too_long = now - self._since.setdefault(key, now) >= longest
        self._statuses[key] = at_last if is_for_too_long else meanwhile
        if is_for_too_long:
            self._failures[key] = why

    def judge(self, object_id: str, record: FleetRecord | None) -> Verdict[FleetRecord]:
        """Failures count when nothing is under way any more, so that none cuts off the rest."""
        if record is None:
            return Pending("not known yet", "unknown")
        if not record.is_over or record.files_left:
            missing = f", {self._undone.count} not taken by aiWARE" if self._undone else ""
            return Pending(f"{record.progress()}{missing}", "running")
        files = _without_files(record.files_failed, self._entries or {})
        if self._undone:
            # Whether failures are allowed or not: what was not submitted has not even run.
            return Failed(_joined([self._undone.error(record.failures), files]), None)
        if record.failures:
            failed = _failed(record, self._entries or {}, wants_files=self._files is not None)
            return Failed(_joined([failed, files]), None if files else record)
        return Done(record) if files is None else Failed(files, None)

    def explain(self, api: Api, object_id: str, failed: Failed[FleetRecord]) -> Verdict[FleetRecord]:
        """The look has read the reasons already."""
        return failed


def _joined(errors: Sequence[FleetFailed | None]) -> FleetFailed:
    """One error of several."""
    given = [error for error in errors if error is not None]
    if len(given) == 1:
        return given[0]
    return FleetFailed("\n".join(map(str, given)), status=given[0].status, object_id=given[0].object_id)


def _without_files(reasons: Mapping[str, str], entries: Mapping[str, Entry]) -> FleetFailed | None:
    """The error of entries whose files could not be made; ``None`` when there is none."""
    if not reasons:
        return None
    keys = sorted(key for key in reasons if key)
    lines = [f"The files of {counted(len(keys), 'job')} were not written: {named(keys)}."]
    lines = lines if keys else ["Files were not written."]
    lines += [f"  {reasons['']}"] if "" in reasons else []
    lines += [f"  {printable(key)}: {_with_job(reasons[key], entries[key].job_id)}" for key in keys[:_LISTED]]
    lines += [f"  and {len(keys) - _LISTED} more"] if len(keys) > _LISTED else []
    lines += ["The next `pulumi up` makes what is missing; no job runs again for it."]
    return FleetFailed("\n".join(lines), status="incomplete")


def _failed(record: FleetRecord, entries: Mapping[str, Entry], *, wants_files: bool = False) -> FleetFailed:
    """The error of a fleet with failed jobs; of a single one the id of that job."""
    failed = record.failures
    # The first line is also in the list of all failures of a run.
    lines = [f"{len(failed)} of {record.total} jobs failed: {named(sorted(failed))}."]
    lines += [f"  {printable(key)}: {_with_job(failed[key], entries[key].job_id)}" for key in sorted(failed)[:_LISTED]]
    lines += [f"  and {len(failed) - _LISTED} more"] if len(failed) > _LISTED else []
    lines += ["No files were written of them."] if wants_files else []
    lines += [
        "The next `pulumi up` does what on_failure says (default: retry); "
        f"{commands.aiware('jobs', 'logs', '<id>')} shows the log of one."
    ]
    only = entries[next(iter(failed))].job_id if len(failed) == 1 else None
    return FleetFailed("\n".join(lines), status="failed", object_id=only)


def _with_job(reason: str, job_id: str) -> str:
    return reason if job_id in reason else f"{reason} (job {job_id})"
