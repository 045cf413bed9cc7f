"""The control calls."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from aiware_local.installation.installation import Installation
from aiware_local.server import control
from aiware_local.server.app import create_app
from tests.aiware_local.support import SPEECHMATICS, Local, one_task, transcription_job

URL = "https://media.example/a.mp4"


async def test_health(local: Local) -> None:
    response = await local.http.get("/_local/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_objects_are_those_that_live_with_all_their_fields(local: Local) -> None:
    gone = await local.new_cluster()
    cluster = await local.new_cluster(memorySize="20gb", tags=["a"])
    await local.ask("mutation($id: ID!) { deleteCluster(id: $id) { id } }", id=gone)
    job = await local.run_transcription(URL, clusterId=cluster)
    export = {"tdoData": [{"tdoId": job["targetId"]}]}
    await local.ask("mutation($i: CreateExportRequest!) { createExportRequest(input: $i) { id } }", i=export)
    shown = (await local.http.get("/_local/objects")).json()
    assert {name: len(found) for name, found in shown.items()} == {"clusters": 1, "tdos": 1, "jobs": 1, "exports": 1}
    assert shown["clusters"][0]["memorySizeBytes"] == 20 * 2**30
    assert shown["clusters"][0]["serviceToken"] is None
    assert [asset["assetType"] for asset in shown["tdos"][0]["assets"]["records"]] == ["vtn-standard", "media"]
    tasks = shown["jobs"][0]["tasks"]["records"]
    assert [task["status"] for task in tasks] == ["complete"] * 5
    assert tasks[0]["payload"] == {"url": URL}
    assert tasks[0]["ioFolders"][0]["referenceId"] == "a"
    assert shown["exports"][0]["status"] == "incomplete"


async def test_objects_beyond_a_page(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("installation.lists", "server.control"):
        monkeypatch.setattr(f"aiware_local.{module}.LARGEST_LIMIT", 30)
    monkeypatch.setattr(control, "_document", control._document.__wrapped__)
    made = {await local.new_cluster() for _ in range(65)}
    assert {cluster["id"] for cluster in (await local.http.get("/_local/objects")).json()["clusters"]} == made


async def test_requests_count_executions_and_http_requests(local: Local) -> None:
    aliases = " ".join(f'j{n}: job(id: "x") {{ id }}' for n in range(50))
    await local.post(f"query poll {{ {aliases} me {{ id }} }}")
    await local.post("{ me { id } }", token="wrong")
    await local.post("{ nonsense }")
    await local.http.get("/_local/objects")
    report = (await local.http.get("/_local/requests")).json()
    assert report["totals"] == {"job": 50, "me": 1}
    assert report["http"] == 3
    assert [(entry["operation"], entry["fields"], entry["status"]) for entry in report["requests"]] == [
        ("poll", {"job": 50, "me": 1}, 200),
        (None, {"me": 1}, 200),
        (None, {}, 400),
    ]


async def test_request_log_is_bounded_and_holds_no_secrets(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiware_local.installation.request_log.KEPT", 3)
    password = local.installation.tokens.credentials.password
    query = 'mutation($p: String!) { userLogin(input: {userName: "admin@local.aiware", password: $p}) { token } }'
    for _ in range(5):
        await local.ask(query, p=password)
    response = await local.http.get("/_local/requests")
    assert len(response.json()["requests"]) == 3
    assert response.json()["totals"] == {"userLogin": 5}
    assert password not in response.text
    assert local.token not in response.text


async def test_behaviour_is_merged(local: Local) -> None:
    await local.behave(jobSeconds=7, engines={SPEECHMATICS: {"seconds": 1}})
    await local.behave(exportSeconds=9)
    await local.behave(engines={"insert-into-index": {"fail": {"reason": "other", "message": "m"}, "failTimes": 2}})
    assert (await local.http.get("/_local/behaviour")).json() == {
        "jobSeconds": 7,
        "exportSeconds": 9,
        "clusterSeconds": 0,
        "uriSeconds": 900,
        "recordRequests": False,
        "engines": {
            SPEECHMATICS: {"seconds": 1},
            "insert-into-index": {"fail": {"reason": "other", "message": "m"}, "failTimes": 2},
        },
    }
    await local.behave(engines={SPEECHMATICS: None, "insert-into-index": {}})
    assert (await local.http.get("/_local/behaviour")).json()["engines"] == {"insert-into-index": {}}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"jobSecond": 5}, "jobSecond"),
        ({"jobSeconds": -1}, "jobSeconds"),
        ({"jobSeconds": "long"}, "jobSeconds"),
        ({"engines": []}, "engines"),
        ({"engines": {"none": {}}}, "none"),
        ({"engines": {SPEECHMATICS: {"second": 5}}}, "second"),
        ([], "object"),
    ],
)
async def test_behaviour_that_is_none(local: Local, body: Any, says: str) -> None:
    response = await local.http.put("/_local/behaviour", json=body)
    assert response.status_code == 400
    assert says in response.json()["error"]
    assert (await local.http.get("/_local/behaviour")).json()["jobSeconds"] == 2


async def test_reset(local: Local) -> None:
    await local.new_cluster()
    job = await local.run_transcription(URL)
    await local.behave(jobSeconds=9)
    await local.fault(match={"operation": "me"}, action={"status": 502})
    assert (await local.http.post("/_local/reset")).json() == {"status": "ok"}
    shown = (await local.http.get("/_local/objects")).json()
    assert shown == {"clusters": [], "tdos": [], "jobs": [], "exports": []}
    assert (await local.http.get("/_local/requests")).json() == {"totals": {}, "http": 0, "requests": []}
    assert (await local.http.get("/_local/behaviour")).json()["jobSeconds"] == 2
    assert list(local.installation.files.folder.iterdir()) == []
    assert (await local.ask("{ engines { count } me { id } }"))["engines"]["count"] > 10
    assert int(await local.new_tdo()) > int(job["targetId"])


async def test_state_outlives_the_process(local: Local) -> None:
    await local.behave(jobSeconds=4)
    await local.fault(match={"operation": "me"}, action={"status": 502}, after=1)
    job = await local.new_job(target={}, **transcription_job(URL))
    local.clock.advance(2)
    half = await local.job(job["id"])
    assert half["status"] == "running"
    again = Installation(local.installation.data, local.media_root, local.clock)
    transport = httpx.ASGITransport(create_app(again))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers=dict(local.http.headers)
    ) as http:
        other = Local(again, local.clock, http, local.media_root)
        assert other.token == local.token
        assert [task["status"] for task in (await other.job(job["id"]))["tasks"]["records"]] == [
            task["status"] for task in half["tasks"]["records"]
        ]
        local.clock.advance(2)
        assert (await other.job(job["id"]))["status"] == "complete"
        assert (await http.get("/_local/behaviour")).json()["jobSeconds"] == 4
        assert (await http.get("/_local/requests")).json()["totals"]["createJob"] == 1
        assert (await other.post("{ me { id } }")).status_code == 200
        assert (await other.post("{ me { id } }")).status_code == 502
    again.close()


async def test_rate_limit(local: Local) -> None:
    await local.behave(rateLimit={"requests": 2, "seconds": 10})
    local.clock.advance(-(local.clock.time % 10))
    assert [(await local.post("{ me { id } }")).status_code for _ in range(2)] == [200, 200]
    local.clock.advance(3)
    refused = await local.post("{ me { id } }")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")
    assert refused.json()["errors"][0]["name"] == "rate_limited"
    local.clock.advance(6)
    assert (await local.post("{ me { id } }")).status_code == 429
    local.clock.advance(1)
    assert (await local.post("{ me { id } }")).status_code == 200
    assert (await local.http.get("/_local/requests")).json()["totals"] == {"me": 3}


async def test_plan_of_failures_counts_runs_over_all_jobs(local: Local) -> None:
    await local.behave(engines={"insert-into-index": {"fail": {}, "failTimes": 1}})
    states = []
    for _ in range(2):
        job = await local.new_job(target={}, **one_task("insert-into-index"))
        local.clock.advance(100)
        states.append((await local.job(job["id"]))["status"])
    assert states == ["failed", "complete"]
