"""Submitting the jobs of thousands of entries: each exactly once, a few at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from aiware_resources.api import Api, JobRecord, by_server
from aiware_resources.errors import (
    AiwareError,
    AuthenticationFailed,
    BadRequest,
    ConfigurationError,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotImplementedByServer,
    UploadFailed,
    WrongUrl,
)
from aiware_resources.fleet.entries import CLUSTER, Entry, mark_of, with_earlier
from aiware_resources.fleet.local_files import Content
from aiware_resources.fleet.parallel import first_line, in_parallel
from aiware_resources.fleet.plan import Wanted
from aiware_resources.fleet.removal import Removal
from aiware_resources.fleet.uploads import Uploads
from aiware_resources.job import PRODUCES, RUNS, JobProvider, is_like
from aiware_resources.reconcile import (
    Holder,
    Mark,
    Props,
    marked,
    marker_of,
    owned,
    resource_hashes,
    resource_of,
    seen_jobs,
    send_once,
)
from aiware_resources.reconcile.left_behind import is_later, is_released, latest
from aiware_resources.reconcile.ownership import created_since, turn
from aiware_resources.sources import signed

log = logging.getLogger("aiware")

_HOPELESS = (AuthenticationFailed, ConfigurationError, NotAllowed, NotImplementedByServer, WrongUrl)
"""Errors that every further entry would meet as well."""
_OWN_FAULT = (BadRequest, InvalidInput, NotFound, UploadFailed)
"""Errors of one entry, which say nothing about the others."""
_MOST_IN_A_ROW = 10
"""So many other failures in a row end the submitting: aiWARE is out of reach."""
SKEW = timedelta(seconds=10)
"""How far apart the clocks of aiWARE's own parts may be."""
_TELL_EVERY = 30.0
"""Seconds between two messages about how far it is."""


@dataclass
class Submitted:
    """The result of submitting.

    Attributes:
        entries: What to record of each entry whose job aiWARE has accepted.
        reasons: Why each other one has no job.
        newest: When the newest of the jobs was created, by aiWARE's clock.
        is_certain: Whether it is known of each entry if aiWARE has a job for it.
        uncertain: The keys of entries whose jobs were only found to look like theirs.
        begun: The TDOs that entries without a job have for their files, by key.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    newest: datetime | None = None
    is_certain: bool = True
    uncertain: set[str] = field(default_factory=set)
    begun: dict[str, str] = field(default_factory=dict)


class Submission:
    """Submits jobs. What an interrupted run of this fleet has submitted already is taken, not submitted again.

    Args:
        api: Where to.
        fleet: The fleet.
        marking: What the markers of its jobs name.
        markers: Whether jobs carry an ownership marker; without one, only answers lost in this run are looked for.
        since: What an interrupted run submitted is not older than this, by aiWARE's clock.
        at_a_time: How many jobs are submitted side by side.
        removal: What the fleet does with TDOs that it has no use for.
    """

    def __init__(
        self,
        api: Api,
        fleet: Holder,
        marking: Holder | None = None,
        *,
        markers: bool,
        since: datetime,
        at_a_time: int,
        removal: Removal | None = None,
    ) -> None:
        self._api = api
        self._fleet = fleet
        self._marking = marking or fleet
        self._markers = markers
        self._since = since
        self._at_a_time = at_a_time
        self._jobs = JobProvider()
        self._uploads = Uploads(
            api,
            fleet,
            self._marking,
            markers=markers,
            since=since,
            removal=removal or Removal.of({}, at_a_time),
        )
        self._earlier: dict[str, JobRecord] = {}
        self._own: dict[str, list[JobRecord]] = {}
        self._were_there: frozenset[str] = frozenset()
        self._done = Submitted()
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._ended_by: str | None = None
        self._told = time.monotonic()
        self._taken = 0

    def run(self, wanted: Sequence[Wanted]) -> Submitted:
        """Submits the jobs of these entries; a failure of one does not keep the others back."""
        if wanted and self._markers:
            self._earlier = self._listed(wanted)
            self._without_those_let_go(wanted)
            self._uploads.look(wanted, self._own)
        for _ in in_parallel(lambda each: self._attempt(each, len(wanted)), wanted, self._at_a_time):
            pass
        if self._taken:
            left = "" if self._has_tdos else ", or that were left when their entries or the stack were removed"
            log.warning("fleet %s: took %d jobs that an interrupted run had submitted%s", self._name, self._taken, left)
        self._done.begun = {k: tdo for k, tdo in self._uploads.begun.items() if k not in self._done.entries}
        return self._done

    @property
    def _name(self) -> str:
        return self._fleet.name

    @property
    def _has_tdos(self) -> bool:
        return self._api.abilities.has_tdos

    def _held(self) -> frozenset[str]:
        """The jobs that the fleet has, where it takes a request for each to know its marker."""
        return frozenset() if self._api.abilities.reads_in_batches else frozenset(owned.held_by(self._fleet))

    def _mark(self, wanted: Wanted) -> Mark:
        return mark_of(self._marking, wanted.key, wanted.identity)

    def _any_mark(self, wanted: Wanted) -> Mark:
        """As a job may carry it that was submitted some time ago."""
        return with_earlier(self._mark(wanted), self._marking, wanted.key, wanted.job)

    def _mark_of_tdo(self, wanted: Wanted) -> Mark:
        return self._any_mark(wanted) if wanted.file is None else self._uploads.mark(wanted)

    def _listed(self, wanted: Sequence[Wanted]) -> dict[str, JobRecord]:
        """What an interrupted run has left: by key, the newest job of each entry, where it is usable.

        Older ones had their time, and so had those that are older than what the entry has now.
        """
        marks: dict[str, Mark] = {}
        keys: dict[str, str] = {}
        replaced_ids = {each.replaced.job_id for each in wanted if each.replaced is not None}
        listed: dict[str, JobRecord] = {}
        own = self._own
        for record in self._api.jobs_marked_since(self._since, known=self._held() - replaced_ids):
            if marker_of(record.job_config) is None:
                continue
            # Found out when there is something to compare with: of thousands of entries it takes its time.
            marks = marks or {each.key: self._any_mark(each) for each in wanted}
            keys = keys or {said: key for key, mark in marks.items() for said in _said(mark)}
            key = keys.get(resource_of(record.job_config) or "") or keys.get(marker_of(record.job_config) or "")
            if key is not None:
                listed[record.id] = record
                own.setdefault(key, []).append(record)
        self._were_there = frozenset(listed)
        found = {key: newest for key, records in own.items() if (newest := latest(records)) is not None}
        replaced = {each.key: listed.get(each.replaced.job_id) for each in wanted if each.replaced is not None}
        return {
            key: record
            for key, record in found.items()
            if marks[key].is_on(record.job_config)
            # One that has failed is used, too: nothing of it is left behind, and the next update retries it.
            and record.status != "cancelled"
            # A job whose TDO was deleted meanwhile has nothing to show for itself.
            and (record.target is not None or not self._has_tdos)
            # One that is not listed is older than all that are.
            and (replaced.get(key) is None or is_later(record, replaced[key]))
        }

    def _without_those_let_go(self, wanted: Sequence[Wanted]) -> None:
        """Forgets jobs that a destroy has left: the TDO of such a job has lost its mark, or says so in a note.

        Where there are no TDOs, nothing tells.
        """
        if not self._earlier or not self._has_tdos:
            return
        there = self._api.tdos(sorted({str(record.target_id) for record in self._earlier.values()}))
        for each in wanted:
            record = self._earlier.get(each.key)
            if record is None:
                continue
            tdo = there.get(str(record.target_id))
            if each.job.get("targetId") is None:
                is_left = tdo is None or not self._mark_of_tdo(each).is_on(tdo.details)
            else:
                is_left = tdo is not None and is_released(tdo.details, resource_hashes(self._marking), record)
            if is_left:
                del self._earlier[each.key]

    def _attempt(self, wanted: Wanted, of: int) -> None:
        if self._ended_by is not None:
            self._failed(wanted.key, f"not tried any more: {self._ended_by}")
            return
        try:
            record, content = self._submit(wanted)
        except AiwareError as error:
            self._note_failure(error, has_file=wanted.file is not None)
            self._failed(wanted.key, first_line(error))
        else:
            self._accepted(wanted, record, content, of)

    def _submit(self, wanted: Wanted) -> tuple[JobRecord, Content | None]:
        """Submits the job of an entry, or takes it: with what was uploaded for it."""
        mark = self._mark(wanted) if self._markers else None
        earlier = self._earlier.get(wanted.key)
        if earlier is not None and owned.claim(earlier.id):
            owned.add(earlier.id, self._fleet)
            with self._lock:
                self._taken += 1
            if wanted.file is None or earlier.target_id is None:
                return earlier, None
            return earlier, self._uploads.taken(wanted, earlier.target_id, wanted.file)
        content = None
        if wanted.file is not None:
            ready = self._uploads.ready(wanted, wanted.file)
            wanted, content = replace(wanted, job=ready.job), ready.content
            if not ready.is_own:
                self._done.uncertain.add(wanted.key)
        with turn(self._jobs.mistakable(wanted.job, mark)):
            # By aiWARE's own clock, where it has told the time already.
            newest = self._done.newest
            since = newest - SKEW if newest else created_since(self._api, datetime.now(UTC), is_marked=mark is not None)
            input_, owner = _content(wanted.job, mark), f"{self._fleet.owner}/{wanted.key}"
            record = send_once(
                lambda: self._api.create_job(signed(input_), owner=owner, default_name=wanted.key),
                lambda: self._lost(wanted, mark, since),
            )
            owned.add(record.id, self._fleet)
            return record, content

    def _lost(self, wanted: Wanted, mark: Mark | None, since: datetime) -> JobRecord | None:
        """Looks for the job whose answer was lost just now."""
        job = wanted.job
        found: Iterator[JobRecord]
        if mark is None:
            listing = self._api.jobs_created_since(since, cluster_id=job.get(CLUSTER), target_id=job.get("targetId"))
            found = (record for record in listing if is_like(record, job, None))
        else:
            listing = self._api.jobs_marked_since(since, target_id=job.get("targetId"), known=self._held())
            found = (each for each in listing if mark.is_on(each.job_config) and each.id not in self._were_there)
        taken = next((record for record in found if owned.claim(record.id)), None)
        if taken is not None and mark is None and wanted.file is None:
            self._done.uncertain.add(wanted.key)
        return taken

    def _accepted(self, wanted: Wanted, record: JobRecord, content: Content | None, of: int) -> None:
        target = wanted.job.get("targetId")
        # The TDO of a job that only looks like the entry's may be somebody else's: it is never deleted.
        is_own = target is None and wanted.key not in self._done.uncertain and self._has_tdos
        target = target or (record.target_id if self._has_tdos else None)
        entry = Entry(record.id, None if target is None else str(target), is_own, wanted.product, content)
        seen_jobs.submitted(record.id)
        with self._lock:
            self._in_a_row = 0
            self._done.entries[wanted.key] = entry
            # Where its answer does not tell, it was not created later than now.
            created = record.created_date_time or by_server(self._api.url, datetime.now(UTC))
            if created is not None and (self._done.newest is None or created > self._done.newest):
                self._done.newest = created
            if time.monotonic() - self._told >= _TELL_EVERY:
                self._told = time.monotonic()
                log.warning("fleet %s: %d of %d jobs submitted", self._name, len(self._done.entries), of)

    def _failed(self, key: str, reason: str) -> None:
        with self._lock:
            self._done.reasons[key] = reason

    def _note_failure(self, error: AiwareError, *, has_file: bool) -> None:
        with self._lock:
            # The TDO of a file may be there already, and be older than jobs that are accepted meanwhile.
            self._done.is_certain = self._done.is_certain and not has_file
        if isinstance(error, _OWN_FAULT):
            return
        with self._lock:
            # Also when aiWARE could not be asked for the result.
            self._done.is_certain = False
            self._in_a_row += 1
            if isinstance(error, _HOPELESS) or self._in_a_row >= max(_MOST_IN_A_ROW, 2 * self._at_a_time):
                self._ended_by = self._ended_by or first_line(error)


def _said(mark: Mark) -> Iterator[str]:
    """By what a job may be known that carries a mark."""
    yield from (mark.resource, mark.marker, *mark.earlier)


def _content(job: Props, mark: Mark | None) -> Props:
    """The ``CreateJob`` of a job; it carries the marker, and so does the TDO that it makes."""
    content = {key: job[key] for key in (*PRODUCES, *RUNS) if key in job}
    config = marked(job.get("jobConfig"), mark)
    if config is not None:
        content["jobConfig"] = config
    if mark is not None and isinstance(job.get("target"), dict):
        content["target"] = {**job["target"], "details": marked(job["target"].get("details"), mark)}
    return content
