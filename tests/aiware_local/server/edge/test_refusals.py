"""What createJob of Edge refuses, and in which words; nothing is made by a request that is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.aiware_local.edge_support import (
    INPUT_ID,
    NOWHERE,
    OUTPUT_ID,
    TASK_IDS,
    Edge,
    single_task_job,
    translation_job,
)
from tests.aiware_local.support import TRANSLATION, Local

Job = dict[str, Any]
Change = Callable[[Job], Any]
Refusal = tuple[Change, int, str]
"""What is done to a job that is all right, and the status and the beginning of the detail of the answer."""

PARENT_OUTPUT = "jobs[0].taskRoutes[1].taskParentOutputId"
CHILD_INPUT = "jobs[0].taskRoutes[1].taskChildInputId"


def _job(**values: Any) -> Change:
    return lambda job: job.update(values)


def _task(place: int, **values: Any) -> Change:
    return lambda job: job["tasks"][place].update(values)


def _folder(place: int, **values: Any) -> Change:
    return lambda job: job["tasks"][place]["ioFolders"][0].update(values)


def _route(place: int, **values: Any) -> Change:
    return lambda job: job["taskRoutes"][place].update(values)


def _without(part: Callable[[Job], Any], name: str) -> Change:
    return lambda job: part(job).pop(name)


def _add_route(**route: Any) -> Change:
    return lambda job: job["taskRoutes"].append(route)


def _writer_first(job: Job) -> None:
    """A way back from the writer to the translation: a cycle."""
    job["tasks"][1]["ioFolders"].append({"correlationID": TASK_IDS[1], "mode": "chunk", "type": "output"})
    job["tasks"][0]["ioFolders"].append({"correlationID": TASK_IDS[0], "mode": "chunk", "type": "input"})
    job["taskRoutes"][0] = {
        "taskParentId": TASK_IDS[1],
        "taskParentOutputId": TASK_IDS[1],
        "taskChildId": TASK_IDS[0],
        "taskChildInputId": TASK_IDS[0],
    }


OF_JOBS: list[Refusal] = [
    (_job(internalOrganizationID=NOWHERE), 403, f"jobs[0].internalOrganizationID is {NOWHERE}"),
    (_job(internalOrganizationID="17532"), 400, "jobs[0].internalOrganizationID: must be a UUID"),
    (_job(coreID="x"), 400, "jobs[0].coreID"),
    (_job(coreJobID="26112411_aaaaaaaaaa"), 501, "jobs[0].coreJobID is given"),
    (_job(coreRecordingID="5"), 400, "jobs[0].coreRecordingID: Input should be a valid integer"),
    (_job(coreRecordingID=2**63), 400, "jobs[0].coreRecordingID"),
    (_job(dueDateTime="2020-02-18"), 400, "jobs[0].dueDateTime: must be a time such as"),
    (_job(dueDateTime="2020-13-18T20:49:18Z"), 400, "jobs[0].dueDateTime"),
    (_job(dueDateTime="2020-02-18T20:49:18"), 400, "jobs[0].dueDateTime"),
    (_job(jobConfigJSON={"a": 1}), 400, "jobs[0].jobConfigJSON: Input should be a valid string"),
    (_job(jobConfigJSON="{a: 1}"), 400, "jobs[0].jobConfigJSON: must be JSON as text"),
    (_job(jobConfigJSON="NaN"), 400, "jobs[0].jobConfigJSON"),
    (_job(jobConfigJSON=r'"\ud800"'), 400, "jobs[0].jobConfigJSON: must be JSON as text"),
    (_job(jobStatus="cancelled"), 400, "jobs[0].jobStatus: Input should be 'scheduled'"),
    (_job(jobStatus="complete"), 400, "jobs[0].jobStatus is complete; a new one is one of scheduled"),
    (_job(currentRetries=-1), 400, "jobs[0].currentRetries"),
    (_job(sendOutputToUris="https://me.example"), 400, "jobs[0].sendOutputToUris"),
    (_job(name="mine"), 400, "jobs[0].name is not known to the API"),
    (_job(coreID=None), 400, "jobs[0]: coreID cannot be null"),
    (_job(tasks=[]), 400, "jobs[0].tasks is empty"),
]
OF_TASKS: list[Refusal] = [
    (_without(lambda job: job["tasks"][0], "engineId"), 400, "jobs[0].tasks[0].engineId is required"),
    (_task(0, engineId="insert-into-index"), 400, "jobs[0].tasks[0].engineId: must be a UUID"),
    (_task(1, engineId=NOWHERE), 404, f"jobs[0].tasks[1].engineId: there is no engine {NOWHERE}"),
    (_task(0, correlationTaskId=" "), 400, "jobs[0].tasks[0].correlationTaskId: must be a text"),
    (_task(0, correlationTaskId=7), 400, "jobs[0].tasks[0].correlationTaskId: Input should be a valid string"),
    (_without(lambda job: job["tasks"][0], "correlationTaskId"), 400, "jobs[0].tasks[0] needs a correlationTaskId"),
    (_task(1, correlationTaskId=TASK_IDS[0]), 400, "jobs[0].tasks[1].correlationTaskId is that of tasks[0] too"),
    (_task(0, coreTaskId="5"), 501, "jobs[0].tasks[0].coreTaskId is given"),
    (_task(0, payloadJSON={"url": "x"}), 400, "jobs[0].tasks[0].payloadJSON: Input should be a valid string"),
    (_task(0, taskPayloadJSON="{"), 400, "jobs[0].tasks[0].taskPayloadJSON: must be JSON as text"),
    (_task(0, taskStatus="running"), 400, "jobs[0].tasks[0].taskStatus is running"),
    (_task(0, maxEngines="1"), 400, "jobs[0].tasks[0].maxEngines: Input should be a valid integer"),
    (_task(0, maxEngines=True), 400, "jobs[0].tasks[0].maxEngines"),
    (_task(0, maxWaitSecondsForChunk=-1), 400, "jobs[0].tasks[0].maxWaitSecondsForChunk: Input should be greater"),
    (_task(0, priority=2**31), 400, "jobs[0].tasks[0].priority"),
    (_task(0, parallelProcessing="true"), 400, "jobs[0].tasks[0].parallelProcessing"),
    (_task(0, parentCompleteBeforeStarting=True), 400, "jobs[0].tasks[0].parentCompleteBeforeStarting is not known"),
]
OF_FOLDERS: list[Refusal] = [
    (_folder(0, mode="block"), 400, "jobs[0].tasks[0].ioFolders[0].mode: Input should be 'stream' or 'chunk'"),
    (_folder(0, optionsJSON="no"), 400, "jobs[0].tasks[0].ioFolders[0].optionsJSON"),
    (_folder(0, correlationId=OUTPUT_ID), 400, "jobs[0].tasks[0].ioFolders[0].correlationId is not known to the API"),
    (_folder(1, correlationID=OUTPUT_ID), 400, "jobs[0].tasks[1] has an io folder with correlationID"),
    (
        _without(lambda job: job["tasks"][0]["ioFolders"][0], "correlationID"),
        400,
        "jobs[0].tasks[0].ioFolders[0].correlationID is required",
    ),
]
OF_ROUTES: list[Refusal] = [
    (_job(taskRoutes=[]), 400, "jobs[0].tasks[0] has no parent, so that it needs a root route"),
    (_without(lambda job: job, "taskRoutes"), 400, "jobs[0].tasks[0] has no parent"),
    (lambda job: job["taskRoutes"].pop(), 400, "jobs[0].tasks[1] has no parent"),
    (lambda job: job["taskRoutes"].pop(0), 400, "jobs[0].tasks[0] has no parent"),
    (_add_route(taskChildId=TASK_IDS[1]), 400, "jobs[0].tasks[1] has a root route, but"),
    (_add_route(taskChildId=TASK_IDS[0]), 400, "jobs[0].taskRoutes[2] repeats the root route"),
    (_add_route(taskParentId=TASK_IDS[0]), 400, "jobs[0].taskRoutes[2].taskChildId is required"),
    (lambda job: job["taskRoutes"].append(job["taskRoutes"][1]), 400, "jobs[0].taskRoutes has the route from"),
    (_route(0, taskChildId=NOWHERE), 400, f"jobs[0].taskRoutes[0].taskChildId is {NOWHERE}, but no task"),
    (_route(1, taskParentId=NOWHERE), 400, f"jobs[0].taskRoutes[1].taskParentId is {NOWHERE}, but no task"),
    (_route(1, taskParentOutputId=NOWHERE), 400, f"{PARENT_OUTPUT} is {NOWHERE}, but task"),
    (_route(1, taskParentOutputId=INPUT_ID), 400, f"{PARENT_OUTPUT} is {INPUT_ID}, but task"),
    (_route(1, taskChildInputId=OUTPUT_ID), 400, f"{CHILD_INPUT} is {OUTPUT_ID}, but task"),
    (
        _folder(0, type="input"),
        400,
        f"{PARENT_OUTPUT} is {OUTPUT_ID}, which is an input folder",
    ),
    (
        _folder(1, type="output"),
        400,
        f"{CHILD_INPUT} is {INPUT_ID}, which is an output folder",
    ),
    (_folder(1, mode="stream"), 400, "jobs[0].taskRoutes[1] joins io folder"),
    (
        _without(lambda job: job["taskRoutes"][1], "taskParentOutputId"),
        400,
        "jobs[0].taskRoutes[1] lacks taskParentOutputId",
    ),
    (_route(1, endpoint="here"), 400, "jobs[0].taskRoutes[1].endpoint"),
    (_writer_first, 400, "jobs[0]: The routes form a cycle: tasks[0] -> tasks[1] -> tasks[0]"),
]


@pytest.mark.parametrize(
    "refusals", [OF_JOBS, OF_TASKS, OF_FOLDERS, OF_ROUTES], ids=["jobs", "tasks", "folders", "routes"]
)
async def test_refused_jobs(local: Local, edge: Edge, refusals: list[Refusal]) -> None:
    for change, status, says in refusals:
        job = translation_job()
        change(job)
        answer = await edge.refused("POST", "/proc/job/create", json={"jobs": [job]})
        assert (answer[0], answer[1][: len(says)]) == (status, says)
    objects = (await local.http.get("/_local/objects")).json()
    assert (objects["jobs"], objects["tdos"]) == ([], [])


BODIES = [
    ({}, "jobs is empty"),
    ({"jobs": []}, "jobs is empty"),
    ({"jobs": None}, "The body: jobs cannot be null"),
    ({"jobs": {}}, "jobs: Input should be a valid list"),
    ({"jobs": [5]}, "jobs[0]: Input should be a valid dictionary"),
    ({"job": []}, "job is not known to the API"),
    ([], "The body: Input should be a valid dictionary"),
]


async def test_refused_bodies(edge: Edge) -> None:
    for body, says in BODIES:
        status, detail = await edge.refused("POST", "/proc/job/create", json=body)
        assert (status, detail[: len(says)]) == (400, says)


CONTENTS = [
    (b"{", "application/json", "The body is not JSON."),
    (b"[" * 100_000, "application/json", "The body is not JSON."),
    (b"\xff", "application/json; charset=utf-8", "The body is not JSON."),
    (b'{"\\ud800": 1}', "application/json", "The body is not JSON."),
    (b'{"jobs": []}', "text/plain", "The content type is 'text/plain'; send application/json."),
    (b"", "application/json", "The body is not JSON."),
    (b"", "", "The content type is ''; send application/json."),
]


async def test_refused_contents(edge: Edge) -> None:
    for content, content_type, says in CONTENTS:
        headers = {"Content-Type": content_type} if content_type else {}
        assert await edge.refused("POST", "/proc/job/create", content=content, headers=headers) == (400, says)


async def test_every_problem_of_a_body_is_told_at_once(edge: Edge) -> None:
    job = translation_job(coreID="x", dueDateTime="soon")
    _, detail = await edge.refused("POST", "/proc/job/create", json={"jobs": [job]})
    assert detail == (
        "jobs[0].coreID: must be a UUID; jobs[0].dueDateTime: must be a time such as 2026-11-24T09:51:42.331Z."
    )


async def test_values_of_a_request_are_not_repeated_in_its_refusal(edge: Edge) -> None:
    _, detail = await edge.refused("POST", "/admin/users/login", json={"username": "a", "password": ["hunter2"]})
    assert "hunter2" not in detail


async def test_what_the_contract_allows_besides(local: Local, edge: Edge) -> None:
    """Capital letters in UUIDs, zones in times, past due dates, JSON of any kind, figures that only readers see."""
    job = translation_job(dueDateTime="2020-02-18T20:49:18+02:00", jobConfigJSON="[1]", sendOutputToUris=["a"])
    job["tasks"][0] |= {
        "correlationTaskId": TASK_IDS[0].upper(),
        "engineId": TRANSLATION.upper(),
        "maxProcessingSecondsPerWorkItem": 5,
        "maxWaitSecondsForChunk": 6,
        "numChunksPerWorkItem": 7,
        "sendOutputToUris": [],
    }
    job["taskRoutes"][1] |= {"taskChildInputCount": 1, "firstWriteDateTime": "2020-02-18T20:49:18Z"}
    (job_id,) = await edge.create(job)
    assert (await edge.detail(job_id))["dueDateTime"] == "2020-02-18T18:49:18.000Z"
    local.clock.advance(100)
    assert await edge.status(job_id) == "complete"


async def test_what_graphql_refuses_of_a_task_edge_refuses_too(local: Local, edge: Edge) -> None:
    engine = local.installation.catalogue.engine(TRANSLATION)
    assert engine is not None
    engines = local.installation.catalogue.engines
    engines[NOWHERE] = {**engine, "id": NOWHERE, "libraryRequired": True}
    try:
        answer = await edge.refused("POST", "/proc/job/create", json={"jobs": [single_task_job(NOWHERE)]})
    finally:
        del engines[NOWHERE]
    assert answer == (
        400,
        f"jobs[0]: tasks[0].payload needs a libraryId: engine {NOWHERE} works with a library.",
    )
