"""Jobs as the API treats them: what createJob refuses, how jobs move, fail, are cancelled and retried."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from aiware_local.server.app import create_app
from aiware_local.storage import store
from tests.aiware_local.support import (
    ADAPTER,
    PLAYBACK,
    SPEECHMATICS,
    WRITER,
    Local,
    folder,
    one_task,
    route,
    transcription_job,
)

CREATE = "mutation($i: CreateJob) { createJob(input: $i) { id } }"
CANCEL = "mutation($id: ID!) { cancelJob(id: $id) { id message } }"
RETRY = "mutation($id: ID!) { retryJob(id: $id) { id status tasks { records { status } } } }"
INDEX = "insert-into-index"
URL = "https://media.example/talk.mp4"
IN, OUT = folder("in", "chunk", "input"), folder("out", "chunk", "output")


def _two(out: Any = OUT, into: Any = IN, routes: Any = None) -> dict[str, Any]:
    tasks = [{"engineId": INDEX, "ioFolders": [out]}, {"engineId": INDEX, "ioFolders": [into]}]
    return {"tasks": tasks, "routes": [route("out", "in")] if routes is None else routes}


@pytest.mark.parametrize(
    ("values", "name", "says"),
    [
        (None, "invalid_input", "input"),
        ({**one_task(INDEX), "targetId": "5", "target": {}}, "invalid_input", "both are given"),
        ({**one_task(INDEX), "targetId": "5"}, "not_found", "TemporalDataObject"),
        ({**one_task(INDEX), "target": {}, "clusterId": "rt-5"}, "not_found", "Cluster"),
        ({**one_task(INDEX), "target": {}, "organizationId": "5"}, "not_allowed", "organization"),
        ({**one_task(INDEX), "target": {"startDateTime": 5, "stopDateTime": 4}}, "invalid_input", "earlier"),
        ({"target": {}}, "invalid_input", "at least one task"),
        ({"target": {}, "tasks": []}, "invalid_input", "at least one task"),
        ({"target": {}, "tasks": [{}]}, "invalid_input", "engineId"),
        ({"target": {}, **one_task("none")}, "not_found", "Engine"),
        ({"target": {}, "tasks": [{"taskType": "none"}]}, "not_found", "Engine"),
        ({"target": {}, "jobTemplateId": "5"}, "not_implemented", "template"),
        ({"target": {}, **one_task(INDEX, payload={}, payloadString="{}")}, "invalid_input", "payloadString"),
        ({"target": {}, **one_task(INDEX, payloadString="{")}, "invalid_input", "not JSON"),
        ({"target": {}, **one_task(INDEX, ioFolders=[IN, IN])}, "invalid_input", "unique"),
        ({"target": {}, **_two(into=OUT)}, "invalid_input", "unique"),
        ({"target": {}, **_two(routes=[route("out", "nowhere")])}, "invalid_input", "nowhere"),
        ({"target": {}, **_two(routes=[route("in", "out")])}, "invalid_input", "must be an output"),
        ({"target": {}, **_two(routes=[route("out", "out")])}, "invalid_input", "must be an input"),
        ({"target": {}, **_two(routes=[route("out", "in")] * 2)}, "invalid_input", "repeats"),
        ({"target": {}, **_two(into=folder("in", "stream", "input"))}, "invalid_input", "same mode"),
        (
            {"target": {}, "tasks": [{"engineId": INDEX, "ioFolders": [IN, OUT]}], "routes": [route("out", "in")]},
            "invalid_input",
            "cycle",
        ),
    ],
)
async def test_create_refuses_and_makes_nothing(local: Local, values: Any, name: str, says: str) -> None:
    error = await local.refused(CREATE, i=values)
    assert error["name"] == name
    assert says in error["message"]
    objects = (await local.http.get("/_local/objects")).json()
    assert (objects["jobs"], objects["tdos"]) == ([], [])


async def test_cycle_is_named(local: Local) -> None:
    tasks = [
        {"engineId": INDEX, "ioFolders": [folder(f"{n}i", "chunk", "input"), folder(f"{n}o", "chunk", "output")]}
        for n in range(3)
    ]
    routes = [route("0o", "1i"), route("1o", "2i"), route("2o", "0i")]
    error = await local.refused(CREATE, i={"target": {}, "tasks": tasks, "routes": routes})
    assert all(f"tasks[{n}]" in error["message"] for n in range(3))


async def test_cluster_decides_which_engines_may_run(local: Local) -> None:
    strict = await local.new_cluster(allowedEngines=[WRITER])
    loose = await local.new_cluster(allowedEngines=[WRITER], bypassAllowedEngines=True)
    error = await local.refused(CREATE, i={"target": {}, "clusterId": strict, **one_task(INDEX)})
    assert (error["name"], strict in error["message"]) == ("invalid_input", True)
    assert (await local.new_job(target={}, clusterId=loose, **one_task(INDEX)))["id"]
    assert (await local.new_job(target={}, clusterId=strict, **one_task(WRITER)))["id"]


async def test_create_answers_before_anything_has_run(local: Local) -> None:
    await local.behave(jobSeconds=0)
    job = await local.new_job(target={}, **transcription_job(URL))
    assert job["status"] == "pending"
    assert {task["status"] for task in job["tasks"]["records"]} == {"pending"}
    assert (await local.job(job["id"]))["status"] == "complete"


async def test_ids(local: Local) -> None:
    job = await local.new_job(target={}, **one_task(INDEX))
    assert re.fullmatch(r"\d{8}_[A-Za-z0-9]{10}", job["id"])
    assert re.fullmatch(r"\d{9}", job["targetId"])
    (task,) = job["tasks"]["records"]
    assert re.fullmatch(re.escape(job["id"]) + r"[A-Za-z0-9]{5}", task["id"])
    assert (await local.ask("query($i: ID!) { task(id: $i) { job { id } } }", i=task["id"]))["task"]["job"][
        "id"
    ] == job["id"]
    assert (await local.refused("query($i: ID!) { task(id: $i) { id } }", i=f"{job['id']}00000"))["name"] == "not_found"


async def test_what_is_not_given_is_filled_in(local: Local) -> None:
    values = {"name": "talk", "jobConfig": {"a": 1}, **_two()}
    job = await local.new_job(target={}, **values)
    query = """query($id: ID!) { job(id: $id) { name clusterId jobConfig routes { options parentIoFolderReferenceId }
        target { status startDateTime stopDateTime }
        tasks { count records { payload ioFolders { referenceId mode type options } isClone testTask } } } }"""
    read = (await local.ask(query, id=job["id"]))["job"]
    assert (read["name"], read["clusterId"], read["jobConfig"]) == ("talk", None, {"a": 1})
    assert read["routes"] == [{"options": {}, "parentIoFolderReferenceId": "out"}]
    assert read["target"]["status"] == "downloaded"
    first = read["tasks"]["records"][0]
    assert first["ioFolders"] == [{"referenceId": "out", "mode": "chunk", "type": "output", "options": {}}]
    assert (first["isClone"], first["testTask"]) == (False, False)


async def test_task_by_task_until_the_last_ends_in_time(local: Local) -> None:
    await local.behave(jobSeconds=8)
    job = await local.new_job(target={}, **transcription_job(URL))
    seen = []
    for _ in range(17):
        now = await local.job(job["id"])
        seen.append((now["status"], sum(task["status"] == "complete" for task in now["tasks"]["records"])))
        local.clock.advance(0.5)
    assert seen[0] == ("pending", 0)
    assert seen[-1] == ("complete", 5)
    assert seen[-2][0] == "running"
    assert [done for _, done in seen] == sorted(done for _, done in seen)
    assert {0, 1, 3, 4, 5} <= {done for _, done in seen}


async def test_engine_seconds_override(local: Local) -> None:
    await local.behave(jobSeconds=8, engines={SPEECHMATICS: {"seconds": 60}})
    job = await local.new_job(target={}, **transcription_job(URL))
    local.clock.advance(60)
    assert (await local.job(job["id"]))["status"] == "running"
    local.clock.advance(10)
    assert (await local.job(job["id"]))["status"] == "complete"


async def test_plan_is_fixed_when_the_job_is_made(local: Local) -> None:
    job = await local.new_job(target={}, **transcription_job(URL))
    await local.behave(jobSeconds=1000, engines={SPEECHMATICS: {"fail": {}}})
    local.clock.advance(2)
    assert (await local.job(job["id"]))["status"] == "complete"


async def test_failure_and_retry(local: Local) -> None:
    await local.behave(engines={SPEECHMATICS: {"fail": {"reason": "invalid_data", "message": "noise"}, "failTimes": 1}})
    job = await local.run_transcription(URL)
    assert job["status"] == "failed"
    tasks = job["tasks"]["records"]
    assert [task["status"] for task in tasks] == ["complete", "complete", "complete", "failed", "aborted"]
    assert (tasks[3]["failureReason"], tasks[3]["failureMessage"]) == ("invalid_data", "noise")
    assert "noise" in tasks[3]["log"]["text"]
    assert [task["failureReason"] for task in tasks if task["status"] != "failed"] == [None] * 4
    retried = (await local.ask(RETRY, id=job["id"]))["retryJob"]
    assert (retried["id"], retried["status"]) == (job["id"], "pending")
    assert {task["status"] for task in retried["tasks"]["records"]} == {"pending"}
    local.clock.advance(100)
    again = await local.job(job["id"])
    assert again["status"] == "complete"
    assert [task["id"] for task in again["tasks"]["records"]] == [task["id"] for task in tasks]
    assets = "query($t: ID!) { temporalDataObject(id: $t) { assetCount } }"
    assert (await local.ask(assets, t=job["targetId"]))["temporalDataObject"]["assetCount"] == 2


async def test_failures_without_number_go_on_and_unknown_reasons_become_other(local: Local) -> None:
    await local.behave(engines={SPEECHMATICS: {"fail": {"reason": "bad_data", "message": "noise"}}})
    for _ in range(2):
        job = await local.run_transcription(URL)
        assert job["status"] == "failed"
        task = job["tasks"]["records"][3]
        assert (task["failureReason"], task["failureMessage"]) == ("other", "bad_data: noise")
    await local.behave(engines={SPEECHMATICS: {}})
    assert (await local.run_transcription(URL))["status"] == "complete"


async def test_retry_is_for_failed_jobs(local: Local) -> None:
    job = await local.new_job(target={}, **one_task(INDEX))
    assert (await local.refused(RETRY, id=job["id"]))["name"] == "invalid_input"
    local.clock.advance(100)
    assert (await local.refused(RETRY, id=job["id"]))["name"] == "invalid_input"
    assert (await local.refused(RETRY, id="26010100_aaaaaaaaaa"))["name"] == "not_found"


async def test_cancel(local: Local) -> None:
    job = await local.new_job(target={}, **transcription_job(URL))
    local.clock.advance(0.9)
    answer = (await local.ask(CANCEL, id=job["id"]))["cancelJob"]
    assert answer["id"] == job["id"]
    local.clock.advance(100)
    after = await local.job(job["id"])
    assert after["status"] == "cancelled"
    assert [task["status"] for task in after["tasks"]["records"]] == ["complete", *["cancelled"] * 4]
    assert (await local.refused(CANCEL, id=job["id"]))["name"] == "invalid_input"


async def test_standby_task_of_a_failing_one(local: Local) -> None:
    await local.behave(engines={SPEECHMATICS: {"fail": {}}})
    values = transcription_job(URL)
    values["tasks"][3]["standbyTask"] = {"engineId": "f99d363b-d20a-4498-b3cc-840b79ee7255"}
    job = await local.run_transcription(URL, **values)
    assert job["status"] == "complete"
    assert [task["status"] for task in job["tasks"]["records"]] == [
        "complete",
        "complete",
        "complete",
        "failed",
        "complete",
    ]
    query = "query($id: ID!) { engineResults(jobId: $id) { records { engineId assetId } } }"
    (result,) = (await local.ask(query, id=job["id"]))["engineResults"]["records"]
    assert result["engineId"] == "f99d363b-d20a-4498-b3cc-840b79ee7255"
    standby = "query($id: ID!) { task(id: $id) { standbyTask { status standbyForTask { id } } } }"
    task = (await local.ask(standby, id=job["tasks"]["records"][3]["id"]))["task"]
    assert task["standbyTask"] == {"status": "complete", "standbyForTask": {"id": job["tasks"]["records"][3]["id"]}}


async def test_list_filters(local: Local) -> None:
    cluster = await local.new_cluster()
    tdo = await local.new_tdo()
    first = (await local.new_job(targetId=tdo, clusterId=cluster, **one_task(INDEX)))["id"]
    local.clock.advance(1000)
    second = (await local.new_job(targetId=tdo, **transcription_job(URL)))["id"]
    local.clock.advance(0.05)
    third = (await local.new_job(target={}, **one_task(ADAPTER, payload={"url": URL})))["id"]
    made = "2026-11-18T11:06:40Z"

    async def ids(arguments: str) -> list[str]:
        page = (await local.ask(f"{{ jobs{arguments} {{ records {{ id }} }} }}"))["jobs"]
        return [record["id"] for record in page["records"]]

    assert await ids("") == [third, second, first]
    assert await ids("(orderBy: [{field: createdDateTime, direction: asc}])") == [first, second, third]
    assert await ids("(status: [complete])") == [first]
    assert await ids("(status: [pending, queued])") == [third, second]
    assert await ids(f"(targetId: {tdo})") == [second, first]
    assert await ids(f'(clusterId: "{cluster}")') == [first]
    assert await ids(f'(id: "{second}")') == [second]
    assert await ids(f'(engineIds: ["{PLAYBACK}"])') == [second]
    assert await ids('(engineCategoryIds: ["67cd4dd0-2f75-445d-a6f0-2f297d6cd182"])') == [second]
    assert await ids(f'(dateTimeFilter: [{{field: createdDateTime, fromDateTime: "{made}"}}])') == [
        third,
        second,
        first,
    ]
    assert await ids("(dateTimeFilter: [{field: createdDateTime, fromDateTime: 1795000001}])") == [third, second]
    assert await ids("(dateTimeFilter: [{field: createdDateTime, toDateTime: 1795000001}])") == [first]
    assert await ids("(hasScheduledJobId: true)") == []
    assert await ids("(hasTargetTDO: false)") == []
    assert await ids("(limit: 1, offset: 1)") == [second]
    assert await ids(f"(targetId: {tdo}, offset: 1)") == [first]
    assert await ids(f'(clusterId: "{cluster}", offset: 1)') == []
    assert await ids("(hasTargetTDO: false, offset: 1)") == []
    assert await ids(f'(engineIds: ["{PLAYBACK}", "{INDEX}"], offset: 1)') == [first]
    window = "dateTimeFilter: [{field: createdDateTime, fromDateTime: 1795000001}]"
    assert await ids(f"({window}, offset: 1)") == [second]


async def test_a_page_of_many_jobs_reads_no_others(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last page of a hundred thousand would take minutes."""
    made = [(await local.new_job(**one_task(INDEX)))["id"] for _ in range(6)]
    read: list[str] = []
    decode = store._decode

    def noted(body: str, tasks: str | None) -> dict[str, Any]:
        read.append(body)
        return decode(body, tasks)

    monkeypatch.setattr(store, "_decode", noted)
    await local.ask("{ me { id } }")  # what is due is done
    read.clear()
    answer = await local.ask("{ jobs(offset: 4, limit: 2) { count offset records { id } } }")
    assert answer["jobs"] == {"count": 2, "offset": 4, "records": [{"id": made[1]}, {"id": made[0]}]}
    assert len(read) == 2


async def test_a_list_by_status_reads_no_jobs_that_have_ended_otherwise(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    await local.behave(engines={WRITER: {"fail": {}, "failTimes": 1}})
    failed = (await local.new_job(**one_task(WRITER)))["id"]
    complete = [(await local.new_job(**one_task(INDEX)))["id"] for _ in range(3)]
    cancelled = (await local.new_job(**one_task(INDEX)))["id"]
    await local.ask(CANCEL, id=cancelled)
    local.clock.advance(3)
    running = (await local.new_job(**one_task(INDEX)))["id"]
    local.clock.advance(1)
    read: list[str] = []
    decode = store._decode

    def noted(body: str, tasks: str | None) -> dict[str, Any]:
        read.append(body)
        return decode(body, tasks)

    monkeypatch.setattr(store, "_decode", noted)
    await local.ask("{ me { id } }")  # what is due is done

    async def ids(filters: str) -> list[str]:
        read.clear()
        found = (await local.ask(f"{{ jobs({filters}) {{ records {{ id }} }} }}"))["jobs"]["records"]
        return [record["id"] for record in found]

    assert await ids("status: [failed]") == [failed]
    assert len(read) == 2  # the one that runs may have ended by now
    assert await ids("status: [running, queued, pending]") == [running]
    assert len(read) == 1
    assert await ids("status: [cancelled], orderBy: [{field: createdDateTime, direction: desc}]") == [cancelled]
    assert await ids('applicationStatus: "complete", limit: 2') == complete[:0:-1]
    assert await ids('applicationStatus: "complete", status: [failed]') == []
    await local.ask(RETRY, id=failed)
    assert await ids("status: [failed]") == []
    local.clock.advance(3)
    assert await ids("status: [complete], limit: 5") == [running, *complete[::-1], failed]


async def test_a_server_notes_how_jobs_of_earlier_versions_have_ended(local: Local) -> None:
    await local.behave(engines={WRITER: {"fail": {}}})
    made = [(await local.new_job(**one_task(engine)))["id"] for engine in (WRITER, INDEX, INDEX, INDEX)]
    await local.ask(CANCEL, id=made[1])
    local.clock.advance(100)
    made.append((await local.new_job(**one_task(INDEX)))["id"])
    query = "{ jobs { records { id status modifiedDateTime tasks { records { status payload } } } } }"
    before = await local.ask(query)
    records = local.installation.store
    for job in list(records.scan("job")):
        body = json.dumps({key: job[key] for key in (*job, "_tasks") if key != "_outcome"})
        values = (body, job["id"])
        records.connection.execute(
            "UPDATE records SET body = ?, tasks = NULL, outcome = NULL, ended = NULL WHERE id = ?", values
        )
    assert await local.ask(query) == before
    create_app(local.installation)  # as the server does when it starts
    found = records.connection.execute("SELECT id, outcome FROM records WHERE kind = 'job' ORDER BY sequence")
    expected = ["failed", "cancelled", "complete", "complete", None]
    assert found.fetchall() == list(zip(made, expected, strict=True))
    assert await local.ask(query) == before


async def test_nested_tasks_page_and_filter(local: Local) -> None:
    job = await local.new_job(target={}, **transcription_job(URL))
    local.clock.advance(0.9)
    query = """query($id: ID!) { job(id: $id) { page: tasks(limit: 2, offset: 4) { count limit offset }
        done: tasks(status: [complete]) { records { engineId } } none: tasks(hasSourceAsset: true) { count }
        tree: tasks(limit: 1) { records { childTaskIds childTasks { engineId parentTask { id } } } } } }"""
    read = (await local.ask(query, id=job["id"]))["job"]
    assert read["page"] == {"count": 1, "limit": 2, "offset": 4}
    assert read["done"]["records"] == [{"engineId": ADAPTER}]
    assert read["none"] == {"count": 0}
    children = read["tree"]["records"][0]["childTasks"]
    assert [child["engineId"] for child in children] == [PLAYBACK, "8bdb0e3b-ff28-4f6e-a3ba-887bd06e6440"]
    assert {child["parentTask"]["id"] for child in children} == {job["tasks"]["records"][0]["id"]}


async def test_log_opens_by_its_signed_uri(local: Local) -> None:
    job = await local.run_transcription(URL)
    log = job["tasks"]["records"][0]["log"]
    response = await local.http.get(log["uri"])
    assert response.text == log["text"]
    assert "simulated" in response.text
    assert (await local.http.get(log["uri"].split("?")[0])).status_code == 401
