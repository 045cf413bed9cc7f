"""Edge as its public documentation shows it: ids that are names, no organization, and the logs of tasks."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import Any

import httpx
import pytest

from aiware_local.launcher import EDGE_PATH, ORGANIZATION_UUID
from tests.aiware_local.edge_support import NOWHERE, Edge, is_uuid
from tests.aiware_local.support import TRANSLATION, WRITER, Local


def named_job() -> dict[str, Any]:
    """A translation whose parts have names, as in documentation; it leaves out what an installation knows itself."""
    return {
        "jobStatus": "queued",
        "tasks": [
            {
                "correlationTaskId": "translate",
                "engineId": TRANSLATION,
                "taskPayloadJSON": json.dumps({"url": "https://media.example.com/es.txt"}),
                "ioFolders": [{"correlationID": "translated", "mode": "chunk", "type": "output"}],
            },
            {
                "correlationTaskId": "store",
                "engineId": WRITER,
                "ioFolders": [{"correlationID": "to store", "mode": "chunk", "type": "input"}],
                "parentMustBeCompleteBeforeStarting": True,
            },
        ],
        "taskRoutes": [
            {"taskChildId": "translate"},
            {
                "taskParentId": "translate",
                "taskParentOutputId": "translated",
                "taskChildId": "store",
                "taskChildInputId": "to store",
            },
        ],
    }


async def test_correlation_ids_are_any_text_and_the_organization_is_the_tokens(local: Local, edge: Edge) -> None:
    (job_id,) = await edge.create(named_job())
    local.clock.advance(60)
    assert await edge.status(job_id) == "complete"
    assert len(await edge.outputs(job_id)) == 1
    detail = await edge.detail(job_id)
    assert detail["internalOrganizationID"] == ORGANIZATION_UUID
    assert [folder["correlationId"] for task in detail["tasks"] for folder in task["ioFolders"]] == [
        "translated",
        "to store",
    ]
    ids = [value for route in detail["taskRoutes"] for key, value in route.items() if key.endswith("Id")]
    assert all(is_uuid(value) for value in ids)


async def test_a_uuid_in_capitals_is_the_same_one(edge: Edge) -> None:
    job, name = named_job(), str(uuid.uuid4())
    job["tasks"][0]["correlationTaskId"] = name.upper()
    job["taskRoutes"][0]["taskChildId"] = job["taskRoutes"][1]["taskParentId"] = name
    await edge.create(job)


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (("tasks", 1, "correlationTaskId"), "jobs[0].tasks[1].correlationTaskId is that of tasks[0] too"),
        (("taskRoutes", 0, "taskChildId"), "jobs[0].taskRoutes[0].taskChildId is Translate, but no task has"),
    ],
)
async def test_names_are_unique_and_told_apart_by_capitals(edge: Edge, place: Any, says: str) -> None:
    job = named_job()
    group, index, key = place
    job[group][index][key] = "translate" if group == "tasks" else "Translate"
    status, detail = await edge.refused("POST", "/proc/job/create", json={"jobs": [job]})
    assert status == 400
    assert says in detail


def entries(response: httpx.Response) -> dict[str, str]:
    assert response.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


async def test_the_logs_of_a_task_are_a_zip(local: Local, edge: Edge) -> None:
    (job_id,) = await edge.create(named_job())
    first, second = (task["internalTaskID"] for task in (await edge.detail(job_id))["tasks"])
    assert entries(await edge.send("GET", f"/proc/task/{second}/logs")) == {}
    local.clock.advance(60)
    (log,) = entries(await edge.send("GET", f"/proc/task/{first.upper()}/logs")).values()
    lines = log.splitlines()
    assert lines[0].endswith(" started.")
    assert lines[-1].endswith(" ended: complete.")


async def test_the_logs_of_a_job_that_cannot_be_read_cannot_either(local: Local, edge: Edge) -> None:
    (job_id,) = await edge.create(named_job())
    task_id = (await edge.detail(job_id))["tasks"][0]["internalTaskID"]
    await local.fault(action={"unreadable": [job_id]})
    headers = {"Authorization": f"Bearer {local.token}"}
    response = await local.http.get(f"{EDGE_PATH}/proc/task/{task_id}/logs", headers=headers)
    assert response.status_code == 500


async def test_there_are_no_logs_of_what_is_no_task(edge: Edge) -> None:
    assert (await edge.refused("GET", f"/proc/task/{NOWHERE}/logs"))[0] == 404
    assert (await edge.refused("GET", "/proc/task/translate/logs"))[0] == 400
