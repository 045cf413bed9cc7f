"""The operations of the Edge API: where each is, and what answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from aiware_local.server.edge.engines import list_categories, list_engines
from aiware_local.server.edge.errors import EdgeError
from aiware_local.server.edge.job_creation import create_jobs
from aiware_local.server.edge.job_list import list_jobs
from aiware_local.server.edge.job_reading import delete_job, get_detail, get_status
from aiware_local.server.edge.login import login_user
from aiware_local.server.edge.outputs import download, get_output, list_outputs
from aiware_local.server.edge.request import EdgeRequest


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        id: its operationId in the contract.
        method: its HTTP method.
        path: its path, with the names of what varies in braces.
        run: answers it; raises EdgeError to refuse it.
        is_public: whether it needs no token.
        is_list: whether it finds objects, rather than reading one.
    """

    id: str
    method: str
    path: str
    run: Callable[[EdgeRequest], Response]
    is_public: bool = False
    is_list: bool = False

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"


OPERATIONS = (
    Operation("login_user", "POST", "/admin/users/login", login_user, is_public=True),
    Operation("get_engines", "GET", "/admin/engines", list_engines),
    Operation("get_engine_categories", "GET", "/admin/engine/categories", list_categories),
    Operation("createJob", "POST", "/proc/job/create", create_jobs),
    Operation("get_jobs", "GET", "/proc/jobs", list_jobs, is_list=True),
    Operation("getJobStatus", "GET", "/proc/job/{JobID}/status", get_status),
    Operation("get_job_detail", "GET", "/proc/job/{JobID}/detail", get_detail),
    Operation("get_job_outputs", "GET", "/proc/job/{JobID}/outputs", list_outputs),
    Operation("get_job_output", "GET", "/proc/job/{JobID}/output/{JobOutputName}", get_output),
    Operation("get_job_download", "GET", "/proc/job/{JobID}/download/{JobOutputName}", download),
    Operation("deleteJob", "POST", "/proc/job/{JobID}/delete", delete_job),
)

_PATTERNS = [(re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", operation.path)), operation) for operation in OPERATIONS]


def find_operation(method: str, path: str) -> tuple[Operation, Mapping[str, str]]:
    """The operation of a request, and what its path says.

    Raises:
        EdgeError: 404 for a path of none, 405 for one of another method.
    """
    found = [(operation, match.groupdict()) for pattern, operation in _PATTERNS if (match := pattern.fullmatch(path))]
    if not found:
        raise EdgeError(404, f"There is nothing at {path}.")
    for operation, values in found:
        if operation.method == method:
            return operation, values
    allowed = ", ".join(operation.method for operation, _ in found)
    raise EdgeError(405, f"{path} takes {allowed}, not {method}.", {"Allow": allowed})
