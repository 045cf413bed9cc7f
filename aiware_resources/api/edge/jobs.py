"""Calls to aiWARE Edge about jobs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import chain, islice, takewhile

from aiware_resources import errors
from aiware_resources.api.client import Client
from aiware_resources.api.edge.abilities import EDGE
from aiware_resources.api.edge.calls import PAGE_SIZE, Operation, Query, Request
from aiware_resources.api.edge.job_routes import NEWEST_FIRST, JobRoutes
from aiware_resources.api.edge.job_states import JobStates
from aiware_resources.api.edge.records import JobDetail, JobIds
from aiware_resources.api.edge.results import ResultCalls
from aiware_resources.api.edge.side_by_side import AT_ONCE
from aiware_resources.api.edge.submission import Submission
from aiware_resources.api.edge.task_logs import TaskLogs
from aiware_resources.api.failures import Kind
from aiware_resources.api.interface import Input, Unread, lacking
from aiware_resources.api.records import JobRecord
from aiware_resources.settings.endpoints import is_uuid

CREATE_JOB = Operation("createJob", "POST", "/proc/job/create", Kind.MUTATION)
DELETE_JOB = Operation("deleteJob", "POST", "/proc/job/{job}/delete", Kind.MUTATION)

CLOCKS_APART = timedelta(days=1)
"""How far the clock that writes `createdDateTime` may be from the one that the answers tell."""

_NO_ID = "00000000-0000-0000-0000-000000000000"
_OLDER = 100
"""So many older jobs in their order show that a list has the newest first."""
_OLDEST_FIRST: Query = {"orderBy": "createdDateTime", "direction": "ASC"}


class JobCalls(ResultCalls):
    """Calls about jobs.

    Args:
        client: Makes the calls.
        organization: Tells the organization that jobs belong to; None for that of the token.
        longest: Seconds to wait for one answer.
    """

    def __init__(self, client: Client, organization: Callable[[], str | None], longest: float) -> None:
        super().__init__(client)
        self._organization = organization
        self._logs = TaskLogs(client)
        self._states = JobStates(self._routes, JobRoutes(client.without_retries()), longest)

    def create_job(
        self,
        input: Input,  # noqa: A002 - as in Api
        *,
        owner: str | None = None,
        default_name: str | None = None,
    ) -> JobRecord:
        submission = Submission(input, owner or _fingerprint(input), self._organization())
        request = Request(CREATE_JOB, body=submission.request())
        ids = self._record(JobIds, self._ask(request, input), request).internal_job_ids
        if len(ids) != 1 or not is_uuid(ids[0]) or ids[0] == _NO_ID:
            raise self._unfit(f"an answer that should name one job by its UUID, and names {_named(ids)}", request)
        target_id = input.get("targetId")
        return JobRecord(id=ids[0], status="pending", target_id=None if target_id is None else str(target_id))

    def cancel_job(self, job_id: str) -> None:
        # Edge can only delete it: it is gone afterwards.
        self.delete_job(job_id)

    def delete_job(self, job_id: str) -> None:
        core_id = self._routes.core_id(job_id)
        self._ask(Request(DELETE_JOB, {"job": job_id}, body={} if core_id is None else {"jobID": core_id}))

    def retry_job(self, job_id: str) -> JobRecord:
        raise errors.NotImplementedByServer(
            f"aiWARE Edge has no call to start job {job_id} again.",
            remedy="`pulumi up` submits a failed job of the stack again.",
            operation="retryJob",
            object_id=job_id,
        )

    def job_details(self, job_id: str) -> JobRecord:
        job = self._routes.details(job_id)
        return job.model_copy(update={"tasks": self._logs.of(job.tasks)})

    def jobs(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
        return self._states.read(ids, unread)

    def job_states(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
        return self._states.statuses(ids, unread)

    def documents(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, list[str]]:
        return self._states.documents(ids, unread)

    def has_target(self, target_id: str | None) -> bool:
        # Edge has no TDOs: nothing tells what a job made once the job is gone.
        return False

    def jobs_created_since(
        self,
        when: datetime,
        *,
        cluster_id: str | None = None,
        target_id: str | None = None,
        by_marker: bool = False,
    ) -> Iterator[JobRecord]:
        # Clusters mean nothing to Edge.
        if by_marker:
            return self.jobs_marked_since(when)
        return (job for job in self._created_since(when) if target_id in (None, job.target_id))

    def jobs_marked_since(
        self, when: datetime, *, target_id: str | None = None, known: Container[str] = frozenset()
    ) -> Iterator[JobRecord]:
        # So that no job is overlooked, nothing is left to the server's own idea of order and time, and jobs whose time
        # is not set are among them; nor is anything left to what it says of targets.
        #
        # It costs a request for each hundred jobs of the installation that are newer, and where the list goes without
        # their configs, one more for each of them that is not known: for a new fleet, those of eight days.
        newest = _since(when - CLOCKS_APART, self._routes.find(NEWEST_FIRST))
        # Jobs without a time come last in that order, after all that are older; so they come first in the other one.
        timeless = takewhile(lambda detail: detail.created_date_time is None, self._routes.find(_OLDEST_FIRST))
        listed = _once(chain(newest, timeless))
        while part := list(islice(listed, PAGE_SIZE)):
            yield from self._with_configs(part, known)

    def _with_configs(self, listed: Sequence[JobDetail], known: Container[str]) -> Iterator[JobRecord]:
        """Jobs of a list, each with its config (get_job_detail, some side by side)."""
        bare = {
            each.internal_job_id: each
            for each in listed
            if not _tells_config(each) and each.internal_job_id not in known
        }
        read: dict[str, JobRecord] = {}
        if bare:
            with ThreadPoolExecutor(min(AT_ONCE, len(bare)), thread_name_prefix="aiware-edge") as threads:
                read = dict(zip(bare, threads.map(self._routes.whole, bare.values()), strict=True))
        return (read.get(each.internal_job_id) or each.job() for each in listed)

    def find_jobs(
        self,
        *,
        statuses: Sequence[str] = (),
        since: datetime | None = None,
        target_id: str | None = None,
        cluster_id: str | None = None,
        engine_id: str | None = None,
    ) -> Iterator[JobRecord]:
        if cluster_id is not None:
            raise lacking(EDGE, "clusters")
        found = self._all() if since is None else self._created_since(since)
        for job in found:
            fits = [
                not statuses or job.status in statuses,
                target_id in (None, job.target_id),
                engine_id is None or any(task.engine_id == engine_id for task in job.tasks),
            ]
            if all(fits):
                yield job

    def _created_since(self, when: datetime) -> Iterator[JobRecord]:
        """Finds the jobs created since a moment, newest first (get_jobs)."""
        # Whether it means seconds or milliseconds is not specified. Seconds find all that is wanted in either case,
        # and the rest is left out here.
        listed = self._routes.find({"CreatedAfter": int(when.timestamp()), **NEWEST_FIRST})
        return (detail.job() if detail.tasks else self._routes.whole(detail) for detail in _since(when, listed))

    def _all(self) -> Iterator[JobRecord]:
        return (detail.job() for detail in self._routes.find(NEWEST_FIRST))


def _since(when: datetime, jobs: Iterable[JobDetail]) -> Iterator[JobDetail]:
    """The jobs that were created since a moment, of a list that should have the newest first.

    It ends where that is so and older ones have begun. A list in another order is read to its end: a job that is
    overlooked would be submitted twice.
    """
    previous, older, falls, rises = None, 0, False, False
    for job in jobs:
        created = job.created_date_time
        if created is not None and previous is not None:
            falls, rises = falls or created < previous, rises or created > previous
        previous = created or previous
        if created is None or created >= when:
            yield job
            continue
        older += 1
        if older >= _OLDER and falls and not rises:
            return


def _tells_config(job: JobDetail) -> bool:
    """Whether a list tells the config of a job; an empty one may stand for one that is left out, as the tasks are."""
    return bool(job.job_config_json) or bool(job.tasks and "job_config_json" in job.model_fields_set)


def _once(jobs: Iterable[JobDetail]) -> Iterator[JobDetail]:
    """Each job, as it comes first."""
    seen: set[str] = set()
    for job in jobs:
        if job.internal_job_id not in seen:
            seen.add(job.internal_job_id)
            yield job


def _named(ids: list[str]) -> str:
    return f"{len(ids)} jobs" if len(ids) != 1 else f'"{ids[0]}"'


def _fingerprint(job: Input) -> str:
    """Stands for the owner of a job that names none: equal jobs have equal ids inside."""
    return hashlib.sha256(json.dumps(job, sort_keys=True, default=str).encode()).hexdigest()
