"""The operations of aiWARE Edge: what the specification calls them, and where they are."""

from __future__ import annotations

from dataclasses import dataclass

from aiware_resources.api.failures import Kind


@dataclass(frozen=True)
class Operation:
    """One operation (path and method of the Edge REST specification).

    Attributes:
        name: Its operationId.
        method: HTTP method.
        path: Path below the base address, with the names of its parameters in braces.
        kind: Whether it changes something.
    """

    name: str
    method: str
    path: str
    kind: Kind = Kind.READ

    @property
    def is_about_an_object(self) -> bool:
        """Whether a 404 may mean that the object is missing, rather than that the address is wrong."""
        return "{" in self.path


# Logging in twice does no harm.
LOGIN = Operation("login_user", "POST", "/admin/users/login")

CREATE_JOB = Operation("createJob", "POST", "/proc/job/create", Kind.MUTATION)
DELETE_JOB = Operation("deleteJob", "POST", "/proc/job/{job}/delete", Kind.MUTATION)
JOB_STATUS = Operation("getJobStatus", "GET", "/proc/job/{job}/status")
JOB_DETAIL = Operation("get_job_detail", "GET", "/proc/job/{job}/detail")
JOBS = Operation("get_jobs", "GET", "/proc/jobs")

JOB_OUTPUTS = Operation("get_job_outputs", "GET", "/proc/job/{job}/outputs")
JOB_OUTPUT = Operation("get_job_output", "GET", "/proc/job/{job}/output/{output}")
JOB_DOWNLOAD = Operation("get_job_download", "GET", "/proc/job/{job}/download/{output}")

ENGINES = Operation("get_engines", "GET", "/admin/engines")
ENGINE_CATEGORIES = Operation("get_engine_categories", "GET", "/admin/engine/categories")
