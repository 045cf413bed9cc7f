"""A job of aiWARE Edge for the tests of its client: the routes that are about it, and what they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.unit.api.edge_server import JOB, EdgeServer, answer

if TYPE_CHECKING:
    from tests.unit.api.conftest import Script


OTHER = "e1484460-7cb5-4cab-87ea-436c4768904e"
CREATE, JOBS = "POST /proc/job/create", "GET /proc/jobs"
STATUS, DETAIL = f"GET /proc/job/{JOB}/status", f"GET /proc/job/{JOB}/detail"
OUTPUTS, DELETE = f"GET /proc/job/{JOB}/outputs", f"POST /proc/job/{JOB}/delete"
NAME = "vtn-standard-489cbc5b-b6b0-43d5-8b12-e790865986b5.json"
OUTPUT, DOWNLOAD = f"GET /proc/job/{JOB}/output/{NAME}", f"GET /proc/job/{JOB}/download/{NAME}"
ENGINES, CATEGORIES = "GET /admin/engines", "GET /admin/engine/categories"
TRANSLATION = "95c910f6-4a26-4b66-96cb-488befa86466"


@pytest.fixture
def server(script: Script) -> EdgeServer:
    return EdgeServer(script)


def status(word: str) -> httpx.Response:
    return answer(job={"internalJobID": JOB, "jobStatus": word})


def detail(**more: Any) -> dict[str, Any]:
    return {"internalJobID": JOB, "internalOrganizationID": "o-1", "coreJobID": "26112413_abc", **more}


def outputs(*names: str) -> httpx.Response:
    listed = [{"name": name, "size": 4344, "created": 1581102672} for name in names]
    return answer(outputs={"internalJobID": JOB, "outputs": listed})


def listed(number: int, **more: Any) -> dict[str, Any]:
    task = {"internalTaskID": f"t-{number}", "engineID": TRANSLATION, "payloadJSON": "{}"}
    at = f"2026-11-24T10:{59 - number % 60:02}:00Z"
    made = {"jobStatus": "running", "tasks": [task], "createdDateTime": at, "jobConfigJSON": "{}"}
    return detail(**{**made, **more, "internalJobID": str(number)})


def page(records: list[dict[str, Any]], limit: int) -> httpx.Response:
    return answer(success=True, result=records, limit=limit, count=len(records), offset=0)
