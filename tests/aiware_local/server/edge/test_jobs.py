"""The life of a job on Edge, and that it is the same job for GraphQL."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiware_local.launcher import ORGANIZATION_UUID
from aiware_local.server.edge.ids import internal_engine_id, internal_job_id, job_id_of
from aiware_local.storage.ids import new_job_id
from tests.aiware_local.edge_support import (
    INPUT_ID,
    NOWHERE,
    OUTPUT_ID,
    SPANISH,
    TASK_IDS,
    Edge,
    is_uuid,
    single_task_job,
    translation_job,
)
from tests.aiware_local.support import (
    ADAPTER,
    JOB_FIELDS,
    MONDAY,
    SPEECHMATICS,
    TRANSLATION,
    WRITER,
    Local,
    folder,
    one_task,
    transcription_job,
)
from tests.support.edge import golden, named_by_place

CANCEL = "mutation($id: ID!) { cancelJob(id: $id) { id } }"
RETRY = "mutation($id: ID!) { retryJob(id: $id) { id } }"
MEDIA = "https://media.example/a.mp4"


def _task(detail: dict[str, Any], place: int) -> dict[str, Any]:
    task: dict[str, Any] = detail["tasks"][place]
    return task


async def test_the_translation_job_of_the_page_runs_to_its_end(local: Local, edge: Edge) -> None:
    await local.behave(jobSeconds=10)
    job_id = await edge.new_job()
    assert is_uuid(job_id)
    statuses = []
    for _ in range(12):
        statuses.append(await edge.status(job_id))
        local.clock.advance(1)
    assert list(dict.fromkeys(statuses)) == ["pending", "running", "complete"]
    (output,) = await edge.outputs(job_id)
    document = json.loads((await edge.get(f"/proc/job/{job_id}/output/{output['name']}"))["output"]["contents"])
    assert document["sourceEngineId"] == TRANSLATION
    assert document["object"][0]["text"].startswith("[simulated translation] ")


def test_the_translation_job_is_the_documented_one() -> None:
    assert named_by_place({"jobs": [translation_job()]}) == golden()


async def test_detail_of_a_new_job(edge: Edge) -> None:
    job_id = await edge.new_job(jobConfigJSON='{"a": 1}', coreID=NOWHERE, coreSourceID=7, currentRetries=2)
    detail = await edge.detail(job_id)
    tasks, routes = detail.pop("tasks"), detail.pop("taskRoutes")
    tdo = detail.pop("coreRecordingId")
    assert detail == {
        "internalJobID": job_id,
        "internalOrganizationID": ORGANIZATION_UUID,
        "coreID": NOWHERE,
        "coreJobID": job_id_of(job_id),
        "coreSourceId": 7,
        "jobStatus": "pending",
        "jobConfigJSON": '{"a": 1}',
        "sendOutputToUris": [],
        "currentRetries": 2,
        "isTemplate": False,
        "dueDateTime": "2020-02-18T20:49:18.331Z",
        "createdDateTime": "2026-11-18T11:06:40.000Z",
        "modifiedDateTime": "2026-11-18T11:06:40.000Z",
    }
    translation, writer = tasks
    assert (
        translation.pop("ioFolders")[0].items()
        >= {
            "correlationId": OUTPUT_ID,
            "mode": "chunk",
            "type": "output",
            "optionsJSON": "{}",
        }.items()
    )
    assert translation == {
        "engineID": TRANSLATION,
        "engineName": "Translation - Spanish to English",
        "engineCategoryID": "3b2b2ff8-44aa-4db4-9b71-ff96c3bf5923",
        "engineCategoryName": "Translate",
        "internalTaskID": routes[0]["taskChildId"],
        "internalJobID": job_id,
        "internalOrganizationID": ORGANIZATION_UUID,
        "coreTaskID": translation["coreTaskID"],
        "coreJobID": job_id_of(job_id),
        "coreRecordingID": tdo,
        "taskStatus": "pending",
        "failureReason": "none",
        "errorCount": 0,
        "payloadJSON": f'{{"url":"{SPANISH}"}}',
        "taskPayloadJSON": f'{{"url":"{SPANISH}"}}',
        "childTaskIDs": [writer["internalTaskID"]],
        "isTemplate": False,
        "maxEngines": 1,
        "maxRetries": 10,
        "currentRetries": 0,
        "parallelProcessing": False,
        "parentMustBeCompleteBeforeStarting": False,
        "sendOutputToUris": [],
        "dueDateTime": "2020-02-18T20:49:18.331Z",
        "createdDateTime": "2026-11-18T11:06:40.000Z",
        "modifiedDateTime": "2026-11-18T11:06:40.000Z",
    }
    assert writer["parentTaskID"] == translation["internalTaskID"]
    assert writer["ioFolders"][0]["correlationId"] == INPUT_ID
    assert routes[1] == {
        "taskParentId": translation["internalTaskID"],
        "taskParentOutputId": (await edge.detail(job_id))["tasks"][0]["ioFolders"][0]["id"],
        "taskChildId": writer["internalTaskID"],
        "taskChildInputId": writer["ioFolders"][0]["id"],
    }


async def test_options_of_routes_are_kept(edge: Edge) -> None:
    job = translation_job()
    job["taskRoutes"][0] |= {"syncEnabled": True, "syncTimeoutInSeconds": 30}
    job["taskRoutes"][1] |= {"chunkCallbackEnabled": True, "endpoint": NOWHERE}
    (job_id,) = await edge.create(job)
    root, route = (await edge.detail(job_id))["taskRoutes"]
    assert root.items() >= {"syncEnabled": True, "syncTimeoutInSeconds": 30}.items()
    assert route.items() >= {"chunkCallbackEnabled": True, "endpoint": NOWHERE}.items()


async def test_detail_of_a_finished_job(local: Local, edge: Edge) -> None:
    job_id = await edge.new_job()
    local.clock.advance(100)
    detail = await edge.detail(job_id)
    assert (detail["jobStatus"], detail["completedDateTime"]) == ("complete", "2026-11-18T11:06:42.000Z")
    assert "abortedDateTime" not in detail
    assert [task["taskStatus"] for task in detail["tasks"]] == ["complete", "complete"]
    assert list(json.loads(_task(detail, 1)["taskOutputSON"])) == ["assetIds"]


async def test_a_job_of_edge_is_a_job_of_graphql(local: Local, edge: Edge) -> None:
    job_id = await edge.new_job(jobConfigJSON='{"mark": "m"}')
    core_id = (await edge.detail(job_id))["coreJobID"]
    query = f"query($id: ID!) {{ job(id: $id) {{ {JOB_FIELDS} jobConfig routes {{ parentIoFolderReferenceId }} }} }}"
    job = (await local.ask(query, id=core_id))["job"]
    assert (job["status"], job["jobConfig"]) == ("pending", {"mark": "m"})
    assert job["routes"] == [{"parentIoFolderReferenceId": OUTPUT_ID}]
    assert [task["engineId"] for task in job["tasks"]["records"]] == [TRANSLATION, WRITER]
    local.clock.advance(100)
    results = await local.ask("query($id: ID!) { engineResults(jobId: $id) { records { jsondata } } }", id=core_id)
    (output,) = await edge.outputs(job_id)
    contents = (await edge.get(f"/proc/job/{job_id}/output/{output['name']}"))["output"]["contents"]
    assert [record["jsondata"] for record in results["engineResults"]["records"]] == [json.loads(contents)]
    objects = (await local.http.get("/_local/objects")).json()
    assert [job["targetId"] for job in objects["jobs"]] == [tdo["id"] for tdo in objects["tdos"]]


async def test_a_job_of_graphql_is_a_job_of_edge(local: Local, edge: Edge) -> None:
    job = await local.run_transcription(MEDIA, jobConfig={"b": [1]}, notificationUris=["https://me.example"])
    job_id = internal_job_id(job["id"])
    detail = await edge.detail(job_id)
    assert (detail["coreJobID"], str(detail["coreRecordingId"])) == (job["id"], job["targetId"])
    assert detail["jobConfigJSON"] == '{"b": [1]}'
    assert detail["sendOutputToUris"] == ["https://me.example"]
    assert [task["taskStatus"] for task in detail["tasks"]] == ["complete"] * 5
    assert _task(detail, 0)["payloadJSON"] == json.dumps({"url": MEDIA})
    assert _task(detail, 1)["parentMustBeCompleteBeforeStarting"] is True
    assert [len(route) for route in detail["taskRoutes"]] == [1, 4, 4, 4, 4]
    assert [output["name"][:13] for output in await edge.outputs(job_id)] == ["vtn-standard-"]


async def test_what_only_graphql_has_does_not_trouble_edge(local: Local, edge: Edge) -> None:
    """Standby tasks, due dates among the preferences, and a payload that is no object."""
    values = transcription_job(MEDIA)
    values["tasks"][4]["standbyTask"] = {"engineId": WRITER}
    values["tasks"][3] |= {"payload": [1], "executionPreferences": {"dueDateTime": "2030-01-01T00:00:00Z"}}
    job = await local.new_job(target={}, **values)
    detail = await edge.detail(internal_job_id(job["id"]))
    transcription, writer = detail["tasks"][3:]
    assert (transcription["payloadJSON"], transcription["dueDateTime"]) == ("[1]", "2030-01-01T00:00:00.000Z")
    assert transcription["childTaskIDs"] == [writer["internalTaskID"]]


async def test_an_engine_whose_id_is_no_uuid_has_one_on_edge(local: Local, edge: Edge) -> None:
    job = await local.new_job(target={}, **one_task("insert-into-index"))
    task = _task(await edge.detail(internal_job_id(job["id"])), 0)
    assert (task["engineID"], task["engineName"]) == (internal_engine_id("insert-into-index"), "Insert Into Index")
    (job_id,) = await edge.create(single_task_job(task["engineID"]))
    assert (await local.job(str(job_id_of(job_id))))["tasks"]["records"][0]["engineId"] == "insert-into-index"


async def test_a_job_on_a_tdo_that_is_there(local: Local, edge: Edge) -> None:
    tdo = await local.new_tdo()
    job_id = await edge.new_job(coreRecordingID=int(tdo))
    assert (await edge.detail(job_id))["coreRecordingId"] == int(tdo)
    assert await edge.refused("POST", "/proc/job/create", json={"jobs": [translation_job(coreRecordingID=5)]}) == (
        404,
        "There is no recording for jobs[0].coreRecordingID: 5.",
    )
    await edge.send("POST", f"/proc/job/{job_id}/delete")
    assert [found["id"] for found in (await local.http.get("/_local/objects")).json()["tdos"]] == [tdo]


async def test_jobs_are_made_together_or_not_at_all(local: Local, edge: Edge) -> None:
    first, second = await edge.create(translation_job(), translation_job())
    assert first != second
    status, detail = await edge.refused(
        "POST", "/proc/job/create", json={"jobs": [translation_job(), translation_job(taskRoutes=[])]}
    )
    assert (status, detail.partition(" ")[0]) == (400, "jobs[1].tasks[0]")
    assert len((await local.http.get("/_local/objects")).json()["jobs"]) == 2
    assert len((await local.http.get("/_local/objects")).json()["tdos"]) == 2


# --- statuses --------------------------------------------------------------------------------------------------------


async def test_beginnings_are_shown_until_it_is_queued(local: Local, edge: Edge) -> None:
    await local.behave(jobSeconds=100)
    job = translation_job(jobStatus="scheduled")
    job["tasks"][0]["taskStatus"] = "queued"
    (job_id,) = await edge.create(job)
    assert await edge.status(job_id) == "scheduled"
    assert [task["taskStatus"] for task in (await edge.detail(job_id))["tasks"]] == ["queued", "pending"]
    local.clock.advance(1)
    assert await edge.status(job_id) == "queued"
    local.clock.advance(1)
    assert await edge.status(job_id) == "running"


async def test_a_cancelled_job_is_aborted(local: Local, edge: Edge) -> None:
    job_id = await edge.new_job()
    local.clock.advance(0.5)
    await local.ask(CANCEL, id=job_id_of(job_id))
    detail = await edge.detail(job_id)
    assert (detail["jobStatus"], detail["abortedDateTime"]) == ("aborted", "2026-11-18T11:06:40.500Z")
    assert "completedDateTime" not in detail
    assert {task["taskStatus"] for task in detail["tasks"]} == {"aborted"}
    assert _task(detail, 0)["abortedDateTime"] == "2026-11-18T11:06:40.500Z"


@pytest.mark.parametrize(
    ("given", "status", "reason", "detail"),
    [
        ("bad_data", "failed", "bad_data", "bad_data: no"),
        ("invalid_data", "failed", "bad_data", "no"),
        ("url_not_found", "failed", "not_found", "no"),
        ("resources", "failed", "resources", "resources: no"),
        ("tired", "failed", "unknown", "tired: no"),
        ("rejected", "rejected", "unknown", "rejected: no"),
    ],
)
async def test_a_failed_job(local: Local, edge: Edge, given: str, status: str, reason: str, detail: str) -> None:
    await local.behave(engines={TRANSLATION: {"fail": {"reason": given, "message": "no"}}})
    job_id = await edge.new_job()
    local.clock.advance(100)
    job = await edge.detail(job_id)
    assert (job["jobStatus"], await edge.status(job_id)) == (status, status)
    assert "completedDateTime" in job
    translation, writer = job["tasks"]
    assert (translation["taskStatus"], writer["taskStatus"]) == (status, "aborted")
    assert (translation["failureReason"], translation["failureDetail"]) == (reason, detail)
    assert (translation["errorCount"], writer["errorCount"], writer["failureReason"]) == (1, 0, "none")
    assert await edge.outputs(job_id) == []
    assert (await local.job(job["coreJobID"]))["status"] == "failed"


async def test_a_real_failure_has_a_reason_of_edge(local: Local, edge: Edge) -> None:
    job = translation_job()
    job["tasks"][0] |= {"payloadJSON": '{"url": "file:none.txt"}', "taskPayloadJSON": '{"url": "file:none.txt"}'}
    (job_id,) = await edge.create(job)
    local.clock.advance(100)
    task = _task(await edge.detail(job_id), 0)
    assert (task["taskStatus"], task["failureReason"]) == ("failed", "not_found")
    assert "none.txt was not found" in task["failureDetail"]


async def test_a_retried_job_is_reprocessing(local: Local, edge: Edge) -> None:
    failing = {"fail": {"reason": "other", "message": "once"}, "failTimes": 1}
    await local.behave(engines={TRANSLATION: failing})
    job_id = await edge.new_job()
    local.clock.advance(100)
    assert await edge.status(job_id) == "failed"
    await local.ask(RETRY, id=job_id_of(job_id))
    local.clock.advance(0.5)
    assert await edge.status(job_id) == "reprocessing"
    assert _task(await edge.detail(job_id), 0)["taskStatus"] == "reprocessing"
    local.clock.advance(100)
    assert await edge.status(job_id) == "complete"


async def test_parents_that_must_be_complete(local: Local, edge: Edge) -> None:
    await local.behave(jobSeconds=100)
    waits = translation_job()
    waits["tasks"][1]["parentMustBeCompleteBeforeStarting"] = True
    eager_id, waiting_id = await edge.create(translation_job(), waits)
    local.clock.advance(49)
    assert _task(await edge.detail(eager_id), 1)["taskStatus"] == "running"
    assert _task(await edge.detail(waiting_id), 1)["taskStatus"] == "pending"


@pytest.mark.usefixtures("without_apertium")
async def test_task_payload_counts_and_both_are_shown(local: Local, edge: Edge) -> None:
    (local.media_root / "hola.txt").write_text("Hola.")
    job = translation_job()
    job["tasks"][0] |= {"payloadJSON": '{"url":"none.txt"}', "taskPayloadJSON": '{"url":"file:hola.txt"}'}
    (job_id,) = await edge.create(job)
    local.clock.advance(100)
    task = _task(await edge.detail(job_id), 0)
    assert (task["payloadJSON"], task["taskPayloadJSON"]) == ('{"url":"none.txt"}', '{"url":"file:hola.txt"}')
    (output,) = await edge.outputs(job_id)
    assert "Hola." in (await edge.get(f"/proc/job/{job_id}/output/{output['name']}"))["output"]["contents"]


# --- delete ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0.5, 100])
async def test_a_deleted_job_is_gone(local: Local, edge: Edge, seconds: float) -> None:
    job_id, other = await edge.create(translation_job(), translation_job())
    local.clock.advance(seconds)
    await edge.status(job_id)
    core_id = job_id_of(job_id)
    response = await edge.send("POST", f"/proc/job/{job_id}/delete", json={"jobID": core_id})
    assert (response.status_code, response.content) == (204, b"")
    for what in ("status", "detail", "outputs"):
        assert (await edge.refused("GET", f"/proc/job/{job_id}/{what}"))[0] == 404
    assert (await edge.refused("POST", f"/proc/job/{job_id}/delete"))[0] == 404
    assert (await local.refused("query($id: ID!) { job(id: $id) { id } }", id=core_id))["name"] == "not_found"
    local.clock.advance(100)
    objects = (await local.http.get("/_local/objects")).json()
    assert [job["id"] for job in objects["jobs"]] == [job_id_of(other)]
    assert len(objects["tdos"]) == 1
    assert await edge.status(other) == "complete"


async def test_delete_takes_the_core_id_of_this_job_only(edge: Edge) -> None:
    job_id, other = await edge.create(translation_job(), translation_job())
    path = f"/proc/job/{job_id}/delete"
    status, detail = await edge.refused("POST", path, json={"jobID": job_id_of(other)})
    assert (status, detail) == (
        400,
        f"jobID is '{job_id_of(other)}', but the coreJobID of this job is {job_id_of(job_id)}.",
    )
    assert await edge.status(job_id) == "pending"
    assert (await edge.send("POST", path, json={})).status_code == 204


async def test_a_tdo_that_others_work_on_stays(local: Local, edge: Edge) -> None:
    job_id = await edge.new_job()
    tdo = str((await edge.detail(job_id))["coreRecordingId"])
    await local.new_job(targetId=tdo, **one_task(SPEECHMATICS))
    await edge.send("POST", f"/proc/job/{job_id}/delete")
    assert [found["id"] for found in (await local.http.get("/_local/objects")).json()["tdos"]] == [tdo]


async def test_a_deleted_job_leaves_no_files(local: Local, edge: Edge) -> None:
    (local.media_root / "hola.txt").write_text("Hola.")
    (local.media_root / "a.mp3").write_text("no sound, but it can be fetched and stored")
    (local.media_root / "a.txt").write_text("What is said in it.")
    files = local.installation.data / "files"
    job = translation_job()
    job["tasks"][0] |= {"payloadJSON": '{"url": "hola.txt"}', "taskPayloadJSON": '{"url": "hola.txt"}'}
    (job_id,) = await edge.create(job)
    read_by_nobody = [folder("out", "stream", "output")]
    graphql = await local.new_job(target={}, **one_task(ADAPTER, payload={"url": "a.mp3"}, ioFolders=read_by_nobody))
    local.clock.advance(100)
    assert await edge.status(job_id) == "complete"
    assert [path.name.partition(".")[2] for path in sorted(files.glob(f"{graphql['id']}*"))] == ["media", "media.txt"]
    for made in (job_id, internal_job_id(graphql["id"])):
        await edge.send("POST", f"/proc/job/{made}/delete")
    assert [path.name for path in files.iterdir() if path.is_file()] == []


# --- ids -------------------------------------------------------------------------------------------------------------


def test_internal_ids_and_job_ids_lead_to_each_other() -> None:
    for number in range(200):
        job_id = new_job_id(MONDAY + number * 1e6)
        internal = internal_job_id(job_id)
        assert is_uuid(internal)
        assert job_id_of(internal) == job_id
        assert job_id_of(internal.upper()) == job_id


@pytest.mark.parametrize("job_id", ["00000000_aaaaaaaaaa", "99999999_9999999999"])
def test_the_outermost_job_ids(job_id: str) -> None:
    assert job_id_of(internal_job_id(job_id)) == job_id


@pytest.mark.parametrize("internal", [NOWHERE, "00000000-0000-0000-0000-000000000000", "ffffffff" * 4, TASK_IDS[0]])
def test_other_uuids_are_ids_of_no_job(internal: str) -> None:
    assert job_id_of(internal) is None


async def test_unknown_and_wrong_ids(edge: Edge) -> None:
    for what in ("status", "detail", "outputs", "output/a.json", "download/a.json"):
        assert await edge.refused("GET", f"/proc/job/{NOWHERE}/{what}") == (404, f"There is no job {NOWHERE}.")
        status, detail = await edge.refused("GET", f"/proc/job/26112411_aaaaaaaaaa/{what}")
        assert (status, detail.partition(";")[0]) == (400, "JobID is '26112411_aaaaaaaaaa'")


async def test_a_single_task_needs_no_folders(local: Local, edge: Edge) -> None:
    (job_id,) = await edge.create(single_task_job(SPEECHMATICS, payloadJSON=json.dumps({"url": MEDIA})))
    local.clock.advance(100)
    assert await edge.status(job_id) == "complete"
    assert await edge.outputs(job_id) == []  # no output writer


async def test_a_transcription_made_by_graphql_can_be_deleted_on_edge(local: Local, edge: Edge) -> None:
    job = await local.new_job(target={}, **transcription_job(MEDIA))
    await edge.send("POST", f"/proc/job/{internal_job_id(job['id'])}/delete")
    objects = (await local.http.get("/_local/objects")).json()
    assert (objects["jobs"], len(objects["tdos"])) == ([], 1)  # GraphQL's target is the user's
