"""A list of jobs of any length: read as far as somebody looks, sorted and searched on this side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice, takewhile
from typing import Any

from aiware_resources import engines
from aiware_resources.api import Api, JobRecord
from aiware_resources.api.statuses import JOB_DONE
from aiware_resources.errors import ApiError
from aiware_resources.report.run.reading import taken

PAGE = 50
"""Jobs on a page."""
MOST = 10_000
"""So many jobs are read at the most; what is older is found by its id, or with a filter."""
_STEP = 600
"""So many jobs more are read with each poll, where all are wanted."""
_NEWS = 300
"""So many new jobs are noted with each poll at the most."""
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Filter:
    """Which jobs of a place are listed: what the API selects by."""

    statuses: tuple[str, ...] = ()
    target_id: str | None = None
    cluster_id: str | None = None
    engine_id: str | None = None


@dataclass(frozen=True)
class View:
    """What somebody looks at.

    Attributes:
        page: Which page of the list; the first one is 0.
        sort: By which column it is sorted.
        descending: Whether the greatest come first.
        search: What ids, names or TDOs have to contain.
    """

    page: int = 0
    sort: str = "created"
    descending: bool = True
    search: str = ""

    @property
    def is_as_read(self) -> bool:
        """Whether the order is that in which jobs come: then it need not be read further than it is shown."""
        return self.sort == "created" and self.descending and not self.search


@dataclass(frozen=True)
class Shown:
    """A page of the list.

    Attributes:
        jobs: Its jobs.
        found: How many jobs the list has, as far as it is read.
        read: How many jobs were read.
        is_whole: Whether all were.
    """

    jobs: list[JobRecord]
    found: int
    read: int
    is_whole: bool


_AROUND = {
    engines.WEBSTREAM_ADAPTER,
    engines.PLAYBACK,
    engines.CHUNK,
    engines.ASSET_CREATOR,
    engines.OUTPUT_WRITER,
    engines.CHUNK_AGGREGATOR,
    engines.IGNITER,
}
"""The engines that bring media to the others, and results back."""
_KEYS: dict[str, Callable[[JobRecord], Any]] = {
    "created": lambda job: job.created_date_time or _BEGINNING,
    "name": lambda job: (job.name or "").casefold(),
    "status": lambda job: job.status or "",
    "target": lambda job: ((job.target.name if job.target else None) or job.target_id or "").casefold(),
    "took": lambda job: taken(job) or -1.0,
}
SORTS = tuple(_KEYS)
"""What the list can be sorted by."""


@dataclass
class JobList:
    """The jobs that one filter finds. Thread-safe.

    Attributes:
        api: Gives the connection to aiWARE.
        chosen: The filter.
        views: What those who watch it look at, by watcher.
    """

    api: Callable[[], Api]
    chosen: Filter
    views: dict[Any, View] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._records: dict[str, JobRecord] = {}
        self._rest: Iterator[JobRecord] | None = None
        self._is_whole = False

    def look(self) -> tuple[dict[str, JobRecord], bool]:
        """Reads what is new, what may have changed among the jobs on open pages, and further where that is wanted.

        Returns:
            What is known now, as something that differs when anything has changed.

        Raises:
            ApiError: It could not be read.
        """
        api = self.api()
        with self._lock:
            if self._rest is None:
                self._rest = self._found(api)
            else:
                self._refresh(api)
            views = list(self.views.values()) or [View()]
            wanted = max((view.page + 1) * PAGE + 1 for view in views)
            if not all(view.is_as_read for view in views):
                wanted = max(wanted, len(self._records) + _STEP)
            self._read_to(min(wanted, MOST))
            return dict(self._records), self._is_whole

    def shown(self, view: View) -> Shown:
        """A page of what was read so far."""
        records = list(self._records.values())
        if view.search:
            words = view.search.casefold()
            records = [job for job in records if words in _searched(job)]
        if not view.is_as_read:
            records.sort(key=_KEYS[view.sort], reverse=view.descending)
        first = view.page * PAGE
        return Shown(records[first : first + PAGE], len(records), len(self._records), self._is_whole)

    def _found(self, api: Api) -> Iterator[JobRecord]:
        return api.find_jobs(
            statuses=self.chosen.statuses,
            target_id=self.chosen.target_id,
            cluster_id=self.chosen.cluster_id,
            engine_id=self.chosen.engine_id,
        )

    def _read_to(self, count: int) -> None:
        if self._rest is None or self._is_whole:
            return
        # Jobs that are new in front of it shift the list, and are left out here.
        records = dict(self._records)
        try:
            while len(records) < count and not self._is_whole:
                job = next(self._rest, None)
                if job is None:
                    self._is_whole = True
                else:
                    records.setdefault(job.id, job)
        except ApiError:
            # It cannot be read on from here: the next look begins at the beginning.
            self._rest = None
            raise
        finally:
            self._records = records

    def _refresh(self, api: Api) -> None:
        known = self._records
        new = list(islice(takewhile(lambda job: job.id not in known, self._found(api)), _NEWS))
        records = {job.id: job for job in (*new, *known.values())}
        stale = [id_ for id_ in self._open() if id_ not in {job.id for job in new}]
        read = api.jobs(stale, {}) if stale else {}
        for id_ in stale:
            job = read.get(id_)
            if job is None:
                continue
            if self.chosen.statuses and job.status not in self.chosen.statuses:
                del records[id_]
            else:
                # Only lists have the names of TDOs.
                records[id_] = job.model_copy(update={"target": known[id_].target})
        self._records = records

    def _open(self) -> list[str]:
        """The jobs on open pages that may change: with a filter by status also those that have ended."""
        jobs = (job for view in list(self.views.values()) for job in self.shown(view).jobs)
        return list(dict.fromkeys(job.id for job in jobs if self.chosen.statuses or job.status not in JOB_DONE))


def _searched(job: JobRecord) -> str:
    target = job.target.name if job.target else None
    return "\n".join(part for part in (job.id, job.name, job.target_id, target) if part).casefold()


def engines_of(job: JobRecord) -> list[str]:
    """The names of the engines of a job that do its work; of one that only moves media, of all of them."""
    names = {task.engine_id: (task.engine.name if task.engine else None) or task.engine_id or "" for task in job.tasks}
    chosen = [name for id_, name in names.items() if id_ not in _AROUND] or list(names.values())
    return [name for name in chosen if name]
