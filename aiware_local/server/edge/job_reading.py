"""getJobStatus, get_job_detail and deleteJob: one job by its internalJobID."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from starlette.responses import JSONResponse, Response

from aiware_local.installation.installation import Call
from aiware_local.installation.media import SIDECARS
from aiware_local.jobs.records import show_job
from aiware_local.server.edge.errors import bad
from aiware_local.server.edge.internal_ids import internal_job_id
from aiware_local.server.edge.job_details import job_detail
from aiware_local.server.edge.request import EdgeRequest
from aiware_local.server.edge.statuses import edge_of, job_status
from aiware_local.server.edge.values import Body
from aiware_local.storage.records import Record
from aiware_local.tdos.tdo_records import drop_job_results, remove_tdo


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
    """Removes the job, what lies on its tasks, and its TDO if that was made for this job and no other works on it."""
    drop_job_results(call.installation, job, collected_too=True)
    for task in job["_tasks"]:
        for ending in ("", *SIDECARS):  # what it fetched; assets have links of their own
            call.installation.files.delete(f"{task['id']}.media{ending}")
    call.store.delete("job", job["id"])
    tdo = call.store.get("tdo", job["targetId"])
    others = call.store.scan("job", owner=job["targetId"])
    if tdo is not None and edge_of(job).get("ownsTarget") and next(others, None) is None:
        remove_tdo(call, tdo)
