"""The jobs of Edge: get_jobs, getJobStatus, get_job_detail, deleteJob, the outputs of a job, the logs of tasks."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter
from typing import Annotated, Any

from pydantic import Field
from starlette.responses import JSONResponse, Response

from aiware_local.installation.installation import Call, Installation
from aiware_local.installation.media import SIDECARS
from aiware_local.jobs.records import show_job
from aiware_local.jobs.tasks import task_log
from aiware_local.launcher import ORGANIZATION_UUID
from aiware_local.server.edge.details import completed_at, edge_of, job_detail, job_status, started_at
from aiware_local.server.edge.errors import EdgeError, bad, missing
from aiware_local.server.edge.ids import (
    internal_job_id,
    internal_recording_id,
    internal_task_id,
    job_id_of,
    output_name,
)
from aiware_local.server.edge.request import Body, EdgeRequest, JobStatus, Page, QueryTime, Uuid, answer_page
from aiware_local.storage.store import Bound, Record
from aiware_local.tdos.records import assets_of, drop_job_results, remove_tdo

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
PIECE_BYTES = 48 * 1024
"""The size of the pieces of a download; a multiple of three, so that only the last one is padded."""


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
    after: list[Bound] = [] if filters.created_after is None else [(">", filters.created_after)]
    jobs = (show_job(job, call.now) for job in call.store.scan("job", created=after))
    chosen = (job for job in jobs if _passes(job, filters))
    return answer_page(chosen, filters, ORDERS, partial(job_detail, call.installation), newest_first=True)


def require_organization(organization_id: str | None, name: str) -> None:
    """Refuses another organization than that of the token.

    Raises:
        EdgeError: 403.
    """
    if organization_id is not None and organization_id != ORGANIZATION_UUID:
        raise EdgeError(403, f"{name} is {organization_id}: the token has no rights in that organization.")


def within(moment: float, start: float | None, end: float | None) -> bool:
    """Whether a moment is between startTime and endTime, both included."""
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


class DeleteJob(Body):
    """The body of deleteJob."""

    job_id: Annotated[str | None, Field(alias="jobID")] = None


def get_status(request: EdgeRequest) -> Response:
    """`GET /proc/job/{JobID}/status`."""
    job = request.job()
    status = job_status(show_job(job, request.call.now))
    return JSONResponse({"job": {"internalJobID": internal_job_id(job["id"]), "jobStatus": status}})


def get_detail(request: EdgeRequest) -> Response:
    """`GET /proc/job/{JobID}/detail`."""
    shown = show_job(request.job(), request.call.now)
    return JSONResponse({"job": job_detail(request.call.installation, shown)})


def delete_job(request: EdgeRequest) -> Response:
    """`POST /proc/job/{JobID}/delete`: an unfinished job ends with it. The answer has no body."""
    job = request.job()
    named = request.body(DeleteJob, required=False).job_id
    if named is not None and named != job["id"]:
        raise bad(f"jobID is '{named}', but the coreJobID of this job is {job['id']}.")
    with request.call.store.transaction():
        _remove(request.call, job)
    return Response(status_code=204)


def _remove(call: Call, job: Record) -> None:
    """Removes the job, the results on its tasks, and its TDO if that was made for this job and no other works on it."""
    drop_job_results(call.installation, job, collected_too=True)
    for task in job["_tasks"]:
        for ending in ("", *SIDECARS):  # what it fetched; assets have links of their own
            call.installation.files.delete(f"{task['id']}.media{ending}")
    call.store.delete("job", job["id"])
    tdo = call.store.get("tdo", job["targetId"])
    others = call.store.scan("job", owner=job["targetId"])
    if tdo is not None and edge_of(job).get("ownsTarget") and next(others, None) is None:
        remove_tdo(call, tdo)


def download_logs(request: EdgeRequest) -> Response:
    """`GET /proc/task/{TaskID}/logs`: a zip with the log of a task; an empty one before the task has started."""
    task = request.task()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        if task["startedDateTime"] is not None or task["completedDateTime"] is not None:
            archive.writestr(f"{task['id']}.log", "\n".join(task_log(task)) + "\n")
    name = f"task-{internal_task_id(task['id'])}-logs.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(packed.getvalue(), media_type="application/zip", headers=headers)


def list_outputs(request: EdgeRequest) -> Response:
    """`GET /proc/job/{JobID}/outputs`: the names and sizes, without the contents."""
    job = request.job()
    outputs = [_summary(request.call.installation, asset) for asset in _assets(request.call.installation, job)]
    return JSONResponse({"outputs": {"internalJobID": internal_job_id(job["id"]), "outputs": outputs}})


def get_output(request: EdgeRequest) -> Response:
    """`GET /proc/job/{JobID}/output/{JobOutputName}`: one output with its contents."""
    asset, content = _named(request)
    return JSONResponse({"output": {**_summary(request.call.installation, asset), **_contents(content)}})


def download(request: EdgeRequest) -> Response:
    """`GET /proc/job/{JobID}/download/{JobOutputName}`: the contents as base64, in pieces."""
    _, content = _named(request)
    pieces = [content[start : start + PIECE_BYTES] for start in range(0, len(content), PIECE_BYTES)]
    return JSONResponse([base64.b64encode(piece).decode() for piece in pieces])


def _assets(installation: Installation, job: Record) -> list[Record]:
    """The results of the job's tasks that are stored in its TDO, oldest first."""
    tasks = {task["id"] for task in job["_tasks"]}
    return [
        asset
        for asset in reversed(assets_of(installation.store, job["targetId"]))
        if asset["assetType"] == "vtn-standard"
        and asset["_file"] is not None
        and asset["sourceData"].get("taskId") in tasks
    ]


def _named(request: EdgeRequest) -> tuple[Record, bytes]:
    """The output that the path names, and its content.

    Raises:
        EdgeError: 404.
    """
    installation, name = request.call.installation, request.path["JobOutputName"]
    for asset in _assets(installation, request.job()):
        if output_name(asset["id"]) == name:
            return asset, installation.files.path(asset["_file"]).read_bytes()
    raise missing("output", name)


def _contents(content: bytes) -> dict[str, Any]:
    """The contents as text, and whether they are text at all."""
    try:
        return {"contents": content.decode(), "contentsValid": True}
    except UnicodeDecodeError:
        return {"contents": "", "contentsValid": False}


def _summary(installation: Installation, asset: Record) -> dict[str, Any]:
    return {
        "name": output_name(asset["id"]),
        "size": installation.files.path(asset["_file"]).stat().st_size,
        "created": int(asset["createdDateTime"]),
    }
