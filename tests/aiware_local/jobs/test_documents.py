"""Jobs as people send them: what runs, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aiware_local.support import SPEECHMATICS, Local, one_task
from tests.contracts.documents import (
    ADAPTER,
    CHUNK,
    RIGHT,
    SPEECH,
    TRANSLATION,
    URL,
    WRONG,
    Document,
    in_turn,
    on,
    task,
)

CREATE = "mutation($i: CreateJob) { createJob(input: $i) { id } }"


async def with_media(local: Local, **asset: Any) -> str:
    """A TDO that has media."""
    return await local.new_tdo(assets=[{"assetType": "media", "uri": URL, **asset}])


@pytest.mark.parametrize("document", RIGHT, ids=str)
async def test_what_is_right_runs(local: Local, document: Document) -> None:
    job = await local.new_job(**on(document, await with_media(local)))
    local.clock.advance(100)
    found = await local.job(job["id"])
    assert [(each["status"], each["failureMessage"]) for each in found["tasks"]["records"]] == [
        ("complete", None) for _ in document.job["tasks"]
    ]
    assert found["status"] == "complete"


@pytest.mark.parametrize("document", WRONG, ids=str)
async def test_what_is_wrong_is_refused_and_makes_nothing(local: Local, document: Document) -> None:
    tdo = await with_media(local)
    response = await local.post(CREATE, i=on(document, tdo))
    errors = response.json()["errors"]
    assert [error["name"] for error in errors] == ["invalid_input"] if response.status_code == 200 else [400]
    objects = (await local.http.get("/_local/objects")).json()
    assert (objects["jobs"], [each["id"] for each in objects["tdos"]]) == ([], [tdo])


@pytest.mark.parametrize("payload", [{"ffmpegTemplate": "Audio"}, {"customFFMPEGProperties": "{}"}])
async def test_what_a_chunk_engine_cannot_read_is_refused(local: Local, payload: dict[str, Any]) -> None:
    job = in_turn(task(CHUNK, payload=payload), targetId=await with_media(local))
    assert (await local.refused(CREATE, i=job))["name"] == "invalid_input"


async def test_tasks_without_folders_follow_one_another(local: Local) -> None:
    job = await local.new_job(
        **in_turn(task(ADAPTER, payload={"url": URL}), task(SPEECH), task(TRANSLATION), target={})
    )
    seen = []
    for _ in range(20):
        now = await local.job(job["id"])
        seen.append(tuple(each["status"] for each in now["tasks"]["records"]))
        local.clock.advance(0.2)
    assert max(statuses.count("running") for statuses in seen) == 1
    assert seen[-1] == ("complete",) * 3
    query = """query($id: ID!) { job(id: $id) { tasks { records { parentTask { engineId } } }
        target { primaryAsset(assetType: "media") { fileData { originalFileUri } } } } }"""
    read = (await local.ask(query, id=job["id"]))["job"]
    parents = [each["parentTask"] and each["parentTask"]["engineId"] for each in read["tasks"]["records"]]
    assert parents == [None, ADAPTER, SPEECH]
    assert read["target"]["primaryAsset"]["fileData"]["originalFileUri"] == URL
    results = "query($id: ID!) { engineResults(jobId: $id) { records { engineId } } }"
    found = (await local.ask(results, id=job["id"]))["engineResults"]["records"]
    assert {each["engineId"] for each in found} == {SPEECH, TRANSLATION}


async def test_a_job_without_a_tdo(local: Local) -> None:
    payload = {"mode": "library-train", "libraryId": "2", "libraryEngineModelId": "3"}
    job = await local.new_job(**in_turn(task(SPEECH, payload=payload)))
    local.clock.advance(100)
    query = "query($id: ID!) { job(id: $id) { targetId target { id } tasks { records { output target { id } } } } }"
    read = (await local.ask(query, id=job["id"]))["job"]
    assert (read["targetId"], read["target"]) == (None, None)
    assert read["tasks"]["records"] == [{"output": {"libraryId": "2", "libraryEngineModelId": "3"}, "target": None}]
    results = "query($id: ID!) { engineResults(jobId: $id) { records { engineId } } }"
    assert (await local.ask(results, id=job["id"]))["engineResults"]["records"] == []
    listed = (await local.ask("{ jobs(hasTargetTDO: false) { records { id } } }"))["jobs"]["records"]
    assert listed == [{"id": job["id"]}]


async def test_a_job_without_a_tdo_that_needs_one_fails(local: Local) -> None:
    job = await local.new_job(**one_task(SPEECHMATICS))
    local.clock.advance(100)
    (failed,) = (await local.job(job["id"]))["tasks"]["records"]
    assert "the job has no TDO" in failed["failureMessage"]


async def test_what_published_readers_ask_for(local: Local) -> None:
    tdo = await with_media(local)
    local_job = in_turn(
        task(SPEECH, executionPreferences={"priority": -5}, notificationUris=["https://hooks.example/"]), targetId=tdo
    )
    job = await local.new_job(**local_job)
    query = """query($id: ID!) { job(id: $id) { tasks { records { notificationUris executionPreferences {
        priority maxRetries maxEngines parallelProcessing parentCompleteBeforeStarting dueDateTime } } } } }"""
    (read,) = (await local.ask(query, id=job["id"]))["job"]["tasks"]["records"]
    assert read == {
        "notificationUris": ["https://hooks.example/"],
        "executionPreferences": {
            "priority": -5,
            "maxRetries": 1,
            "maxEngines": None,
            "parallelProcessing": False,
            "parentCompleteBeforeStarting": False,
            "dueDateTime": None,
        },
    }


async def test_folders_and_schemas(local: Local) -> None:
    values = {"parentFolderId": "f", "contentTemplates": [{"schemaId": "s", "data": {}}]}
    tdo = await local.new_tdo(**values)
    query = """query($id: ID!) { temporalDataObject(id: $id) {
        folders { id name folderPath { id name } }
        assets { records { sourceData { schemaId schema { id definition } } } } } }"""
    read = (await local.ask(query, id=tdo))["temporalDataObject"]
    assert read["folders"] == [{"id": "f", "name": "f", "folderPath": [{"id": "f", "name": "f"}]}]
    assert read["assets"]["records"] == [{"sourceData": {"schemaId": "s", "schema": {"id": "s", "definition": None}}}]


@pytest.mark.parametrize(
    ("declared", "query"),
    [
        ("$v: [ID]", "temporalDataObjects(ids: $v) { records { id } }"),
        ("$v: [ID]", "engines(ids: $v) { records { id } }"),
        ("$v: [ID]", "jobs(engineIds: $v) { records { id } }"),
        ("$v: [String]", "clusters(tags: $v) { records { id } }"),
        ("$v: [String]", "engines(filter: {category: $v}) { records { id } }"),
    ],
)
@pytest.mark.parametrize("value", [None, [], [None], ["1", None]])
async def test_lists_of_nullable_items(local: Local, declared: str, query: str, value: Any) -> None:
    await local.ask(f"query({declared}) {{ {query} }}", v=value)


async def test_null_in_a_list_of_objects_is_refused(local: Local) -> None:
    error = await local.refused(CREATE, i={"target": {}, "tasks": [task(SPEECH), None]})
    assert (error["name"], error["message"]) == ("invalid_input", "input.tasks[1] is null; leave it out.")


async def test_webhooks_as_a_variable_with_null(local: Local) -> None:
    query = """mutation m($hooks: [String], $id: ID!) { createJob(input: { targetId: $id, notificationUris: $hooks,
        tasks: [{ engineId: "c0e55cde-340b-44d7-bb42-2e0d65e98255" }] }) { id } }"""
    for hooks in (None, [None], ["https://hooks.example/"]):
        await local.ask(query, id=await with_media(local), hooks=hooks)


async def test_a_single_engine_job_names_its_cluster(local: Local) -> None:
    one, other = await local.new_cluster(), await local.new_cluster()
    query = "mutation($i: LaunchSingleEngineJob!) { launchSingleEngineJob(input: $i) { clusterId } }"
    values = {"engineId": SPEECH, "uploadUrl": URL, "clusterId": one}
    assert (await local.ask(query, i=values))["launchSingleEngineJob"]["clusterId"] == one
    both = {**values, "fields": [{"fieldName": "clusterId", "fieldValue": other}]}
    assert (await local.ask(query, i=both))["launchSingleEngineJob"]["clusterId"] == one
    error = await local.refused(query, i={**values, "clusterId": "rt-none"})
    assert error["name"] == "not_found"


async def test_what_a_target_cannot_hold_leaves_no_job(local: Local) -> None:
    target = {"assets": [{"assetType": "media", "uri": "file:none.mp4"}]}
    error = await local.refused(CREATE, i={"target": target, **one_task(SPEECHMATICS)})
    assert error["name"] == "invalid_input"
    objects = (await local.http.get("/_local/objects")).json()
    assert (objects["jobs"], objects["tdos"]) == ([], [])


async def test_edge_shows_jobs_without_a_tdo(local: Local) -> None:
    job = await local.new_job(**in_turn(task(SPEECH, payload={"mode": "library-train"})))
    listed = await local.http.get("/edge/v1/proc/jobs", headers={"Authorization": f"Bearer {local.token}"})
    (found,) = listed.json()["result"]
    assert (found["coreJobID"], "coreRecordingId" in found) == (job["id"], False)
