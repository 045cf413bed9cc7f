"""What one aiWARE tells of the jobs of a run, in a bounded number of requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from aiware_resources.api import Api, EngineResultRecord, JobRecord, TdoRecord, Unread
from aiware_resources.api.redaction import secrets_of
from aiware_resources.api.statuses import JOB_DONE, JOB_FAILED
from aiware_resources.errors import ApiError, NotImplementedByServer
from aiware_resources.fleet.parallel import in_parallel
from aiware_resources.fleet.reading import states_of
from aiware_resources.text.words import counted

R = TypeVar("R")

MEASURED = 1000
"""Of so many jobs of a fleet the times are read."""
RESULTS = 50
"""Of so many jobs the results are read, of the newest ones."""
LOGS = 20
"""Of so many failed jobs the logs are read, and of each fleet so many are told of."""
TDOS = 1000
"""Of so many jobs the TDOs are read."""
_AT_A_TIME = 4


@dataclass
class Seen:
    """What one aiWARE tells.

    Attributes:
        states: Each job that it shows, by id; of a large fleet's jobs the status only.
        jobs: The jobs whose tasks are known.
        details: Failed jobs with logs.
        results: The results of jobs that were asked for.
        tdos: The TDOs of the jobs.
        secrets: Texts in payloads that nothing may quote.
        notes: What could not be read, a sentence each.
    """

    states: dict[str, JobRecord] = field(default_factory=dict)
    jobs: dict[str, JobRecord] = field(default_factory=dict)
    details: dict[str, JobRecord] = field(default_factory=dict)
    results: dict[str, list[EngineResultRecord]] = field(default_factory=dict)
    tdos: Mapping[str, TdoRecord] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


def look(api: Api, single: Sequence[str], fleets: Sequence[Sequence[str]]) -> Seen:
    """Reads jobs.

    Args:
        api: Where they are.
        single: The ids of jobs to read in full.
        fleets: The ids of the jobs of each fleet.

    Raises:
        ApiError: None could be read, for a reason that concerns all.
    """
    seen = Seen()
    unread: Unread = {}
    for ids in fleets:
        if len(ids) > MEASURED:
            seen.states |= states_of(api, ids, unread=unread)
    wanted = [*single, *(id_ for ids in fleets for id_ in _spread(ids, MEASURED))]
    wanted += [id_ for ids in fleets for id_ in failing(seen.states, ids)]
    seen.jobs = api.jobs(list(dict.fromkeys(wanted)), unread) if wanted else {}
    seen.states |= seen.jobs
    if unread:
        seen.notes.append(f"{counted(len(unread), 'job')} could not be read: {next(iter(unread.values())).message}")
    failed = [id_ for ids in (single, *fleets) for id_ in failing(seen.states, ids)]
    _read_details(api, failed[:LOGS], seen)
    done = [id_ for id_ in single if id_ in seen.jobs and seen.jobs[id_].status in JOB_DONE]
    _read_results(api, sorted(done, key=lambda id_: _newest(seen.jobs[id_]), reverse=True)[:RESULTS], seen)
    _read_tdos(api, seen)
    return seen


def failing(states: Mapping[str, JobRecord], ids: Sequence[str]) -> list[str]:
    """The failed ones of some jobs, the first ones in their order."""
    return [id_ for id_ in ids if id_ in states and states[id_].status in JOB_FAILED][:LOGS]


def times_of(record: JobRecord) -> tuple[datetime | None, datetime | None]:
    """When the first task of a job started, and, once it has ended, when the last one did."""
    started = min((task.started_date_time for task in record.tasks if task.started_date_time), default=None)
    ends = (task.completed_date_time for task in record.tasks if task.completed_date_time)
    return started, max(ends, default=None) if record.status in JOB_DONE else None


def taken(record: JobRecord) -> float | None:
    """How many seconds a job ran; ``None`` for one that has not ended, or whose tasks tell no times."""
    started, completed = times_of(record)
    return max(0.0, (completed - started).total_seconds()) if started and completed else None


def _spread(ids: Sequence[str], most: int) -> Iterator[str]:
    """So many at the most, evenly spread."""
    count = min(len(ids), most)
    return (ids[index * len(ids) // count] for index in range(count))


def _newest(record: JobRecord) -> str:
    return record.created_date_time.isoformat() if record.created_date_time else ""


def _read_details(api: Api, ids: Sequence[str], seen: Seen) -> None:
    for id_, found in _each(api.job_details, ids):
        if isinstance(found, ApiError):
            seen.notes.append(f"The log of job {id_} could not be read: {found.message}")
        else:
            seen.details[id_] = found
            seen.secrets |= secrets_of([found.job_config, *(task.payload for task in found.tasks)])


def _read_results(api: Api, ids: Sequence[str], seen: Seen) -> None:
    for id_, found in _each(lambda id_: api.engine_results(job_id=id_), ids):
        if isinstance(found, ApiError):
            seen.notes.append(f"The results of job {id_} could not be read: {found.message}")
        else:
            seen.results[id_] = found


def _each(read: Callable[[str], R], ids: Sequence[str]) -> Iterator[tuple[str, R | ApiError]]:
    """Reads one by one, some at a time; a failure of one is told in its place."""

    def attempt(id_: str) -> R | ApiError:
        try:
            return read(id_)
        except ApiError as error:
            return error

    return zip(ids, in_parallel(attempt, ids, _AT_A_TIME), strict=True)


def _read_tdos(api: Api, seen: Seen) -> None:
    ids = list(dict.fromkeys(job.target_id for job in seen.jobs.values() if job.target_id))[:TDOS]
    try:
        seen.tdos = api.tdos(ids, {}) if ids else {}
    except NotImplementedByServer:
        seen.notes.append("This aiWARE has no TDOs that tell how long the media are.")
