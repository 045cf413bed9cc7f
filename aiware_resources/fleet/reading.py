"""Reading thousands of jobs: their statuses in batches, and more about those that failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiware_resources.api import Api, JobRecord
from aiware_resources.fleet.entries import Entry
from aiware_resources.fleet.parallel import in_parallel
from aiware_resources.waiting.conditions import JOB_FAILED, failing_task

SIDE_BY_SIDE = 4
"""How many batches are asked for at a time."""

_SLICE = 200
"""How many jobs one thread asks about before it takes the next ones; a few batches."""

OPEN = "__open"
"""The fact that names the jobs not known to be complete; all others need not be asked about again in the same run.

It starts as keys do that the engine keeps from its displays: it moves by itself, and is no change of the fleet.
"""

_MOST_OPEN = 500
"""Of more jobs it is not recorded which are open."""

EXPLAINED = 100
"""Of so many failures the reasons are read and recorded; of more, that they failed."""

_LONGEST_REASON = 160
"""Characters of a recorded reason."""


@dataclass(frozen=True)
class Looked:
    """What a look at the entries of a fleet shows.

    Attributes:
        statuses: The status of each entry's job, by key; ``complete`` for one whose record aiWARE has purged while what
            it made is there.
        gone: The keys of entries of which nothing is left: their TDO was deleted.
        failures: Why each failed job failed, by key.
    """

    statuses: Mapping[str, str]
    gone: frozenset[str]
    failures: Mapping[str, str]


def look(api: Api, entries: Mapping[str, Entry], at_a_time: int = SIDE_BY_SIDE) -> Looked:
    """Reads the jobs of entries (query ``job``), as little of each as will do."""
    records = states_of(api, [entry.job_id for entry in entries.values()], at_a_time)
    purged = {key: entry for key, entry in entries.items() if entry.job_id not in records}
    there = api.tdos_there([entry.target_id for entry in purged.values() if entry.target_id]) if purged else set()
    statuses: dict[str, str] = {}
    gone: set[str] = set()
    for key, entry in entries.items():
        record = records.get(entry.job_id)
        if record is None and entry.target_id in there:
            statuses[key] = "complete"
        elif record is None or (entry.owns_target and record.target is None):
            gone.add(key)
        else:
            statuses[key] = record.status or "pending"
    failed = {key: entries[key].job_id for key, status in statuses.items() if status in JOB_FAILED}
    return Looked(statuses, frozenset(gone), _reasons(api, failed, statuses))


def open_keys(statuses: Mapping[str, str]) -> list[str] | None:
    """Which jobs are not known to be complete, to be recorded; ``None`` for too many."""
    found = sorted(key for key, status in statuses.items() if status != "complete")
    return found if len(found) <= _MOST_OPEN else None


def known_complete(entries: Mapping[str, Entry], recorded: Sequence[str] | None) -> dict[str, str]:
    """The statuses of the jobs that were complete when the fleet was read last: a complete job stays so."""
    return {} if recorded is None else dict.fromkeys(entries.keys() - set(recorded), "complete")


def states_of(api: Api, ids: Sequence[str], at_a_time: int = SIDE_BY_SIDE) -> dict[str, JobRecord]:
    """The states of many jobs by id; those that aiWARE does not know are left out."""
    slices = [ids[start : start + _SLICE] for start in range(0, len(ids), _SLICE)]
    found: dict[str, JobRecord] = {}
    for part in in_parallel(api.job_states, slices, min(at_a_time, SIDE_BY_SIDE)):
        found |= part
    return found


def _reasons(api: Api, failed: Mapping[str, str], statuses: Mapping[str, str]) -> dict[str, str]:
    """Why jobs failed; the first ones in the order of their keys, so that it is the same ones every time."""
    explained = sorted(failed)[:EXPLAINED]
    records = api.jobs([failed[key] for key in explained]) if explained else {}
    reasons = {key: _reason(records[failed[key]]) for key in explained if failed[key] in records}
    return {key: reasons.get(key, statuses[key]) for key in failed}


def _reason(record: JobRecord) -> str:
    """A failure in a line: ``failed: invalid_data: noise``."""
    task = failing_task(record)
    parts = [record.status, task.failure_reason, task.failure_message] if task else [record.status]
    text = ": ".join(" ".join(part.split()) for part in parts if part)
    return text if len(text) <= _LONGEST_REASON else f"{text[: _LONGEST_REASON - 3]}..."
