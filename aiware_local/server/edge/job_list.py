"""get_jobs: the jobs of the installation, by every filter of the contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter
from typing import Annotated, Any

from pydantic import Field
from starlette.responses import Response

from aiware_local.jobs.records import show_job
from aiware_local.launcher import ORGANIZATION_UUID
from aiware_local.server.edge.errors import EdgeError
from aiware_local.server.edge.internal_ids import internal_job_id, internal_recording_id, job_id_of
from aiware_local.server.edge.job_details import completed_at, job_detail, started_at
from aiware_local.server.edge.lists import Page, answer_page
from aiware_local.server.edge.request import EdgeRequest
from aiware_local.server.edge.statuses import edge_of, job_status
from aiware_local.server.edge.values import JobStatus, QueryTime, Uuid
from aiware_local.storage.records import Record

ORDERS: Mapping[str, Callable[[Record], Any]] = {
    "createdDateTime": itemgetter("createdDateTime"),
    "modifiedDateTime": itemgetter("modifiedDateTime"),
    "startedDateTime": started_at,
    "completedDateTime": completed_at,
    "dueDateTime": lambda job: edge_of(job["_job"]).get("dueDateTime"),
    "jobStatus": job_status,
    "internalJobID": lambda job: internal_job_id(job["id"]),
    "coreJobID": itemgetter("id"),
}


class Filters(Page):
    """The query of get_jobs. Moments are seconds since the epoch."""

    status: JobStatus | None = None
    start_time: Annotated[QueryTime | None, Field(alias="startTime")] = None
    end_time: Annotated[QueryTime | None, Field(alias="endTime")] = None
    core_id: Annotated[Uuid | None, Field(alias="coreID")] = None
    organization_id: Annotated[Uuid | None, Field(alias="organizationID")] = None
    recording_id: Annotated[Uuid | None, Field(alias="recordingID")] = None
    job_id: Annotated[Uuid | None, Field(alias="jobID")] = None
    core_job_id: Annotated[str | None, Field(alias="coreJobID")] = None
    modified_before: Annotated[QueryTime | None, Field(alias="modifiedBefore")] = None
    modified_after: Annotated[QueryTime | None, Field(alias="modifiedAfter")] = None
    created_before: Annotated[QueryTime | None, Field(alias="CreatedBefore")] = None
    created_after: Annotated[QueryTime | None, Field(alias="CreatedAfter")] = None


def list_jobs(request: EdgeRequest) -> Response:
    """`GET /proc/jobs`."""
    filters, call = request.parameters(Filters), request.call
    require_organization(filters.organization_id, "organizationID")
    jobs = (show_job(job, call.now) for job in call.store.scan("job", created_from=filters.created_after))
    chosen = (job for job in jobs if _passes(job, filters))
    return answer_page(chosen, filters, ORDERS, partial(job_detail, call.installation))


def require_organization(organization_id: str | None, name: str) -> None:
    """Refuses a look at another organisation.

    Raises:
        EdgeError: 403.
    """
    if organization_id is not None and organization_id != ORGANIZATION_UUID:
        raise EdgeError(403, f"{name} is {organization_id}: the token has no rights in that organization.")


def within(moment: float, start: float | None, end: float | None) -> bool:
    """Whether a moment lies in startTime to endTime, both included."""
    return (start is None or moment >= start) and (end is None or moment <= end)


def _passes(job: Record, filters: Filters) -> bool:
    created, modified = job["createdDateTime"], job["modifiedDateTime"]
    return (
        (filters.status is None or job_status(job) == filters.status)
        and within(created, filters.start_time, filters.end_time)
        and _between(created, filters.created_after, filters.created_before)
        and _between(modified, filters.modified_after, filters.modified_before)
        and (filters.core_id is None or edge_of(job["_job"]).get("coreID") == filters.core_id)
        and (filters.recording_id is None or internal_recording_id(job["targetId"]) == filters.recording_id)
        and (filters.job_id is None or job_id_of(filters.job_id) == job["id"])
        and (filters.core_job_id is None or job["id"] == filters.core_job_id)
    )


def _between(moment: float, after: float | None, before: float | None) -> bool:
    return (after is None or moment > after) and (before is None or moment < before)
