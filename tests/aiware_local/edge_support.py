"""A client of the local aiWARE's Edge API, which holds every answer against the contract; and bodies of jobs."""

from __future__ import annotations

import copy
import uuid
from dataclasses import dataclass
from typing import Any

import httpx

from aiware_local.launcher import EDGE_PATH, ORGANIZATION_UUID
from aiware_local.server.edge.api import find_operation
from aiware_local.server.edge.errors import EdgeError
from tests.aiware_local.support import TRANSLATION, WRITER, Local
from tests.support.edge_contract import answer_problems

SPANISH = "https://vt-maxagg-test.s3.amazonaws.com/media/spanish.txt"
TASK_IDS = ["11111111-0000-4000-8000-00000000000a", "11111111-0000-4000-8000-00000000000b"]
OUTPUT_ID, INPUT_ID = "22222222-0000-4000-8000-00000000000a", "22222222-0000-4000-8000-00000000000b"
NOWHERE = "33333333-0000-4000-8000-000000000000"


@dataclass
class Edge:
    """The Edge API of a local aiWARE."""

    local: Local

    async def send(self, method: str, path: str, *, token: str | None = None, **more: Any) -> httpx.Response:
        """The answer to a request, which conforms to the contract whatever it says."""
        headers = {"Authorization": f"Bearer {self.local.token if token is None else token}", **more.pop("headers", {})}
        response = await self.local.http.request(method, f"{EDGE_PATH}{path}", headers=headers, **more)
        if _is_known(method, path):
            assert answer_problems(response) == [], response.text
        return response

    async def get(self, path: str, **query: Any) -> Any:
        """The body of an answer that is one."""
        response = await self.send("GET", path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    async def refused(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """The status and the detail of a refusal."""
        response = await self.send(method, path, **more)
        body = response.json()
        assert set(body) == {"id", "description", "detail"}
        return response.status_code, body["detail"]

    async def create(self, *jobs: dict[str, Any]) -> list[str]:
        """The ids of new jobs."""
        response = await self.send("POST", "/proc/job/create", json={"jobs": list(jobs)})
        assert response.status_code == 200, response.text
        ids: list[str] = response.json()["internalJobIds"]
        return ids

    async def new_job(self, **changes: Any) -> str:
        """The id of a new translation job."""
        (job_id,) = await self.create(translation_job(**changes))
        return job_id

    async def status(self, job_id: str) -> str:
        job = (await self.get(f"/proc/job/{job_id}/status"))["job"]
        assert job["internalJobID"] == job_id
        return str(job["jobStatus"])

    async def detail(self, job_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.get(f"/proc/job/{job_id}/detail"))["job"]
        return found

    async def outputs(self, job_id: str) -> list[dict[str, Any]]:
        answer = (await self.get(f"/proc/job/{job_id}/outputs"))["outputs"]
        assert answer["internalJobID"] == job_id
        found: list[dict[str, Any]] = answer["outputs"]
        return found


def translation_job(**changes: Any) -> dict[str, Any]:
    """The translation job of "Working with Jobs", with UUIDs and the organization."""
    job = {
        "internalOrganizationID": ORGANIZATION_UUID,
        "dueDateTime": "2020-02-18T20:49:18.331Z",
        "tasks": [
            {
                "correlationTaskId": TASK_IDS[0],
                "dueDateTime": "2020-02-18T20:49:18.331Z",
                "engineId": TRANSLATION,
                "ioFolders": [{"correlationID": OUTPUT_ID, "mode": "chunk", "optionsJSON": "{}", "type": "output"}],
                "maxEngines": 1,
                "maxRetries": 10,
                "payloadJSON": f'{{"url":"{SPANISH}"}}',
                "taskPayloadJSON": f'{{"url":"{SPANISH}"}}',
                "taskStatus": "pending",
                "priority": -10,
            },
            {
                "correlationTaskId": TASK_IDS[1],
                "dueDateTime": "2020-02-14T20:49:18.331Z",
                "engineId": WRITER,
                "ioFolders": [{"correlationID": INPUT_ID, "mode": "chunk", "optionsJSON": "{}", "type": "input"}],
                "maxEngines": 1,
                "maxRetries": 10,
                "payloadJSON": "{}",
                "taskPayloadJSON": "{}",
                "taskStatus": "pending",
            },
        ],
        "taskRoutes": [
            {"taskChildId": TASK_IDS[0]},
            {
                "taskParentId": TASK_IDS[0],
                "taskParentOutputId": OUTPUT_ID,
                "taskChildId": TASK_IDS[1],
                "taskChildInputId": INPUT_ID,
            },
        ],
    }
    return {**copy.deepcopy(job), **changes}


def single_task_job(engine: str, **task: Any) -> dict[str, Any]:
    """A job of one task without io folders."""
    only = {"correlationTaskId": TASK_IDS[0], "engineId": engine, **task}
    return {
        "internalOrganizationID": ORGANIZATION_UUID,
        "tasks": [only],
        "taskRoutes": [{"taskChildId": TASK_IDS[0]}],
    }


def is_uuid(text: str) -> bool:
    return str(uuid.UUID(text)) == text


def _is_known(method: str, path: str) -> bool:
    try:
        find_operation(method, path)
    except EdgeError:
        return False
    return True
