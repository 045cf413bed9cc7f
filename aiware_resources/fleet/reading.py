"""Reading thousands of jobs: their statuses in batches, and more about those that failed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiware_resources.api import Api, JobRecord, Unread
from aiware_resources.api.statuses import JOB_FAILED
from aiware_resources.errors import ApiError
from aiware_resources.fleet.entries import Entry
from aiware_resources.fleet.parallel import in_parallel
from aiware_resources.reconcile.recency import SUBMITTED
from aiware_resources.waiting.conditions import failing_task, was_purged
from aiware_resources.waiting.outcomes import PASSING

SIDE_BY_SIDE = 4
"""How many batches are asked for at a time."""

_SLICE = 200
"""How many jobs one thread asks about before it takes the next ones; a few batches."""

OPEN = "__open"
"""The fact that names the jobs not known to be complete; all others need not be asked about again in the same run.

It starts as keys do that the engine keeps from its displays: it changes by itself, and is not a change of the fleet.
"""

NEWEST = "newest"
"""The fact of when the newest job was created, by aiWARE's clock."""

_MOST_OPEN = 500
"""Of more jobs it is not recorded which are open."""

SAMPLE = 1000
"""Of more finished entries a refresh looks at so many; at others an hour later."""

_HOUR = 3600

EXPLAINED = 100
"""Of so many failures the reasons are read and recorded; of more, that they failed."""

_LONGEST_REASON = 160
"""Characters of a recorded reason."""


@dataclass(frozen=True)
class Looked:
    """What a look at the entries of a fleet shows.

    Attributes:
        statuses: The status of each entry's job that aiWARE shows, by key.
        missing: The keys of entries whose job aiWARE does not show, though its TDO is there; where there are no TDOs,
            of all whose job it does not show.
        gone: The keys of entries whose TDO is not there, so that nothing is left of them.
        failures: Why each failed job failed, by key.
        unread: Why jobs could not be read, by key.
        without_status: The keys of entries whose job aiWARE shows without its status.
    """

    statuses: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    failures: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, ApiError] = field(default_factory=dict)
    without_status: frozenset[str] = frozenset()

    def updated(self, later: Looked) -> Looked:
        """With what a later look at the entries that are gone shows of them."""
        return Looked(
            {**self.statuses, **later.statuses},
            self.missing | later.missing,
            later.gone,
            {**self.failures, **later.failures},
            {**self.unread, **later.unread},
            self.without_status | later.without_status,
        )


def look(api: Api, entries: Mapping[str, Entry], at_a_time: int = SIDE_BY_SIDE) -> Looked:
    """Reads the jobs of entries (query ``job``), as little of each as will do.

    Raises:
        ApiError: None of them could be read, for a reason that concerns all.
    """
    unread: Unread = {}
    records = states_of(api, [entry.job_id for entry in entries.values()], at_a_time, unread)
    hidden = [entry for entry in entries.values() if entry.job_id not in records and entry.job_id not in unread]
    targets = [entry.target_id for entry in hidden if entry.target_id]
    has_tdos = api.abilities.has_tdos
    there = api.tdos_there(targets, unread) if targets and has_tdos else set()
    statuses: dict[str, str] = {}
    missing: set[str] = set()
    gone: set[str] = set()
    troubles: dict[str, ApiError] = {}
    for key, entry in entries.items():
        record = records.get(entry.job_id)
        trouble = unread.get(entry.job_id) or (unread.get(entry.target_id or "") if record is None else None)
        if trouble is not None:
            troubles[key] = trouble
        elif record is None and (entry.target_id in there or not has_tdos):
            missing.add(key)
        elif record is None or (entry.owns_target and record.target is None):
            gone.add(key)
        else:
            statuses[key] = record.status or "pending"
    failed = {key: entries[key].job_id for key, status in statuses.items() if status in JOB_FAILED}
    without = frozenset(key for key in statuses if records[entries[key].job_id].status is None)
    return Looked(statuses, frozenset(missing), frozenset(gone), _reasons(api, failed, statuses), troubles, without)


def to_look_at(
    entries: Mapping[str, Entry], recorded: Sequence[str] | None, now: float, *, has_tdos: bool = True
) -> Mapping[str, Entry]:
    """The entries that a refresh reads: all that are not known to be complete, and a sample of the others.

    Nothing that is complete changes by itself, but somebody may delete its TDO. The sample is another one every hour,
    so that this shows in time. Within an hour it is the same, so that an update finds what its preview has found.
    Where there are no TDOs, a job that is complete stays so whatever aiWARE shows.

    Args:
        entries: The entries of the fleet.
        recorded: Which of them are not known to be complete; ``None`` when that is not recorded.
        now: The present moment, in seconds since the epoch.
        has_tdos: Whether jobs have TDOs.
    """
    if not has_tdos and recorded is not None:
        return {key: entries[key] for key in recorded if key in entries}
    complete = sorted(known_complete(entries, recorded))
    if len(complete) <= SAMPLE:
        return entries
    hour = hashlib.sha256(str(int(now // _HOUR)).encode()).digest()
    first = int.from_bytes(hour) % len(complete)
    sample = {*(complete + complete)[first : first + SAMPLE]}
    sample.update(recorded or ())
    return {key: entry for key, entry in entries.items() if key in sample}


def seen_keys(
    entries: Mapping[str, Entry], recorded: Mapping[str, Any], purged_after: float, now: datetime | None = None
) -> frozenset[str]:
    """The entries whose jobs count as complete when aiWARE does not show them.

    They do when a refresh has seen them complete, and when they were submitted so long ago that their records may have
    been purged. Of a state that says neither, an earlier release's, all do.

    Args:
        entries: The entries of the fleet.
        recorded: Its recorded facts.
        purged_after: After how many seconds a record may have been purged (``aiware:purgedAfter``).
        now: The present moment by aiWARE's clock; by default by that of this machine.
    """
    open_ = recorded.get(OPEN)
    submitted = recorded.get(SUBMITTED) or (recorded.get(NEWEST) if open_ is not None else None)
    if (open_ is None and submitted is None) or was_purged({SUBMITTED: submitted}, purged_after, now):
        return frozenset(entries)
    return frozenset() if open_ is None else frozenset(entries.keys() - set(open_))


def open_keys(statuses: Mapping[str, str]) -> list[str] | None:
    """Which jobs are not known to be complete, to be recorded; ``None`` for too many."""
    found = sorted(key for key, status in statuses.items() if status != "complete")
    return found if len(found) <= _MOST_OPEN else None


def known_complete(entries: Mapping[str, Entry], recorded: Sequence[str] | None) -> dict[str, str]:
    """The statuses of the jobs that were complete when the fleet was read last: a complete job stays so."""
    return {} if recorded is None else dict.fromkeys(entries.keys() - set(recorded), "complete")


def states_of(
    api: Api, ids: Sequence[str], at_a_time: int = SIDE_BY_SIDE, unread: Unread | None = None
) -> dict[str, JobRecord]:
    """The states of many jobs by id; those that aiWARE does not know are left out.

    Args:
        api: Where they are.
        ids: Their ids.
        at_a_time: How many batches are asked for side by side.
        unread: Takes why jobs could not be read; without it, the first such error is raised.

    Raises:
        ApiError: None of them could be read, or one without `unread`.
    """
    slices = [ids[start : start + _SLICE] for start in range(0, len(ids), _SLICE)]
    out_of_reach: list[ApiError] = []
    silent: list[ApiError] = []
    in_batches = api.abilities.reads_in_batches

    def read(part: Sequence[str]) -> tuple[dict[str, JobRecord], Unread]:
        troubles: Unread = {}
        if out_of_reach or silent:
            return {}, dict.fromkeys(part, (out_of_reach or silent)[0])
        try:
            states = api.job_states(part, None if unread is None else troubles)
            # One that reads jobs one at a time, and none of these, would let all others take as long.
            if len(troubles) == len(part) and not in_batches:
                silent.extend(troubles.values())
            return states, troubles
        except PASSING as error:
            if unread is None:
                raise
            out_of_reach.append(error)
            return {}, dict.fromkeys(part, error)

    found: dict[str, JobRecord] = {}
    # An API that reads one at a time reads those of a slice side by side.
    at_a_time = min(at_a_time, SIDE_BY_SIDE) if in_batches else 1
    for part, troubles in in_parallel(read, slices, at_a_time):
        found |= part
        if unread is not None:
            unread.update(troubles)
    if out_of_reach and not found:
        raise out_of_reach[0]
    return found


def _reasons(api: Api, failed: Mapping[str, str], statuses: Mapping[str, str]) -> dict[str, str]:
    """Why jobs failed; the first ones in the order of their keys, so that it is the same ones every time."""
    explained = sorted(failed)[:EXPLAINED]
    # Without its reason a failure is a failure all the same.
    records = api.jobs([failed[key] for key in explained], {}) if explained else {}
    reasons = {key: _reason(records[failed[key]]) for key in explained if failed[key] in records}
    return {key: reasons.get(key, statuses[key]) for key in failed}


def _reason(record: JobRecord) -> str:
    """A failure in a line: ``failed: invalid_data: noise``."""
    task = failing_task(record)
    parts = [record.status, task.failure_reason, task.failure_message] if task else [record.status]
    text = ": ".join(" ".join(part.split()) for part in parts if part)
    return text if len(text) <= _LONGEST_REASON else f"{text[: _LONGEST_REASON - 3]}..."
