"""Faults: which requests they hit, and what they do to them."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from aiware_local import launcher
from aiware_local.launcher import EDGE_PATH
from aiware_local.server import connections
from aiware_local.server.edge.ids import internal_job_id
from tests.aiware_local.edge_support import Edge
from tests.aiware_local.support import ADAPTER, Local, one_task
from tests.support.local import Local as Server

CREATE = "mutation { createTDO(input: {startDateTime: 0, stopDateTime: 5}) { id } }"


async def _count(local: Local) -> int:
    return len((await local.http.get("/_local/objects")).json()["tdos"])


async def test_status(local: Local) -> None:
    await local.fault(match={"operation": "createTDO"}, action={"status": 502}, times=2)
    for _ in range(2):
        response = await local.post(CREATE)
        assert response.status_code == 502
        assert response.headers["content-type"].startswith("text/html")
    assert (await local.post(CREATE)).status_code == 200
    assert await _count(local) == 1


async def test_too_many_requests(local: Local) -> None:
    await local.fault(match={}, action={"status": 429, "retryAfter": 4})
    response = await local.post("{ me { id } }")
    assert (response.status_code, response.headers["retry-after"]) == (429, "4")
    assert (await local.post("{ me { id } }")).status_code == 200


async def test_graphql_error_fails_the_matching_field_alone(local: Local) -> None:
    await local.fault(match={"operation": "clusters"}, action={"graphqlError": "service_failure"})
    body = (await local.post("{ me { id } engines { count } }")).json()
    assert "errors" not in body
    body = (await local.post('{ me { id } job(id: "x") { id } clusters { count } }')).json()
    assert body["data"] is None
    await local.fault(match={"operation": "job"}, action={"graphqlError": "capacity_exceeded"})
    body = (await local.post('{ me { id } job(id: "x") { id } }')).json()
    assert body["data"]["me"]["id"]
    assert (body["data"]["job"], [error["name"] for error in body["errors"]]) == (None, ["capacity_exceeded"])


async def test_graphql_error_is_not_applied(local: Local) -> None:
    await local.fault(action={"graphqlError": "internal_error"})
    assert (await local.refused(CREATE))["name"] == "internal_error"
    assert await _count(local) == 0
    assert (await local.http.get("/_local/requests")).json()["totals"] == {}


@pytest.mark.parametrize(("action", "applied"), [({"dropResponse": True}, 1), ({"refuse": True}, 0)])
async def test_cut_connection(local: Local, action: dict[str, Any], applied: int) -> None:
    await local.fault(match={"operation": "createTDO"}, action=action)
    with pytest.raises(ConnectionResetError):
        await local.post(CREATE)
    assert await _count(local) == applied
    report = (await local.http.get("/_local/requests")).json()
    assert report["totals"] == ({"createTDO": 1} if applied else {})
    assert [entry["status"] for entry in report["requests"]] == [None]


async def test_malformed(local: Local) -> None:
    await local.fault(action={"malformed": True})
    response = await local.post(CREATE)
    assert response.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        response.json()
    assert await _count(local) == 1


async def test_delay(local: Local) -> None:
    await local.fault(action={"delaySeconds": 0.2})
    begun = time.monotonic()
    assert (await local.post(CREATE)).status_code == 200
    assert time.monotonic() - begun >= 0.2


async def test_delay_does_not_hold_up_others(local: Local) -> None:
    await local.fault(match={"operation": "createTDO"}, action={"delaySeconds": 60})
    slow = asyncio.create_task(local.post(CREATE))
    await asyncio.sleep(0)
    assert (await local.post("{ me { id } }")).status_code == 200
    assert not slow.done()
    slow.cancel()
    assert await _count(local) == 0


async def test_hanging_answer_is_applied_and_holds_up_no_other(local: Local) -> None:
    await local.fault(match={"operation": "createTDO"}, action={"hang": True})
    slow = asyncio.create_task(local.post(CREATE))
    await asyncio.wait([slow], timeout=0.1)
    assert await _count(local) == 1
    assert (await local.post("{ me { id } }")).status_code == 200
    assert not slow.done()
    slow.cancel()


async def test_dripping_answer(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", pause)
    await local.fault(action={"drip": 5})
    response = await local.post("{ __typename }")
    assert response.json() == {"data": {"__typename": "Query"}}
    assert pauses == [1] * -(-len(response.content) // 5)


async def test_slow_answers_end_some_day(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LONGEST_SECONDS", 0.05)
    for action in ({"hang": True}, {"drip": 1}):
        await local.fault(action=action)
        with pytest.raises(ConnectionResetError):
            await local.post("{ me { id } }")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "media").mkdir()
    server = Server(tmp_path / "data", tmp_path / "media")
    yield server
    server.stop()


@pytest.mark.parametrize("action", [{"hang": True}, {"drip": 1}])
def test_slow_answers_on_a_real_connection(server: Server, action: dict[str, Any]) -> None:
    """The client's own deadline ends the wait; the server answers others meanwhile, and stops when it is asked to."""
    url = f"{server.server.url}/v3/graphql"
    server.fault(action, operation="__typename", times=2)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(url, json={"query": "{ __typename }"}, timeout=0.5)
    parts = httpx.URL(url)
    with socket.create_connection((parts.host, parts.port or 0)) as held:
        body = '{"query": "{ __typename }"}'
        head = (
            "POST /v3/graphql HTTP/1.1",
            "Host: localhost",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        )
        held.sendall("\r\n".join((*head, "", body)).encode())
        while server.faults():
            time.sleep(0.01)
        assert httpx.post(url, json={"query": "{ __typename }"}).json() == {"data": {"__typename": "Query"}}
        launcher.stop(data=server.server.data)
        held.settimeout(30)
        with suppress(ConnectionResetError):
            while held.recv(1000):
                pass
    assert "Traceback" not in server.log
    assert launcher.status(data=server.server.data) is None


async def test_download_that_breaks_off_hangs_or_drips(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    job = await local.run_transcription("https://example.com/a.mp4")
    uri = job["tasks"]["records"][0]["log"]["uri"]
    monkeypatch.setattr(connections, "LONGEST_SECONDS", 0.05)
    whole = (await local.http.get(uri)).content
    await local.fault(match={"operation": "download"}, action={"malformed": True})
    assert (await local.http.get(uri)).content == whole[: len(whole) // 2]
    for action in ({"hang": True}, {"drip": 1}):
        await local.fault(match={"operation": "download"}, action=action)
        with pytest.raises(ConnectionResetError):
            await local.http.get(uri)
    assert (await local.http.get(uri)).content == whole


async def test_lag_hides_what_is_new_from_reads(local: Local) -> None:
    old = await local.new_tdo()
    local.clock.advance(10)
    await local.fault(action={"lag": 2.5})
    new = await local.new_tdo()
    job = await local.new_job(targetId=new, **one_task(ADAPTER, payload={"url": "https://example.com/a.mp4"}))
    reads = "query($t: ID!, $j: ID!) { temporalDataObject(id: $t) { id } job(id: $j) { id } }"
    lists = "{ temporalDataObjects { count records { id } } jobs { records { id } } }"
    body = (await local.post(reads, t=new, j=job["id"])).json()
    assert [error["name"] for error in body["errors"]] == ["not_found", "not_found"]
    data = await local.ask(lists)
    assert data == {"temporalDataObjects": {"count": 1, "records": [{"id": old}]}, "jobs": {"records": []}}
    assert len((await local.http.get("/_local/objects")).json()["jobs"]) == 1
    local.clock.advance(2.5)
    assert await local.ask(reads, t=new, j=job["id"])
    assert len((await local.ask(lists))["temporalDataObjects"]["records"]) == 2


async def test_lag_of_a_list_alone_for_so_many_requests(local: Local) -> None:
    await local.fault(match={"operation": "temporalDataObjects"}, action={"lag": 60}, times=2, after=1)
    tdo = await local.new_tdo()
    lengths = []
    for _ in range(4):
        assert await local.ask("query($t: ID!) { temporalDataObject(id: $t) { id } }", t=tdo)
        lengths.append((await local.ask("{ temporalDataObjects { count } }"))["temporalDataObjects"]["count"])
    assert lengths == [1, 0, 0, 1]
    assert (await local.http.get("/_local/faults")).json() == {"faults": []}


async def test_unreadable_object_fails_alone(local: Local) -> None:
    good, bad = await local.new_tdo(), await local.new_tdo()
    await local.fault(action={"unreadable": [bad]})
    query = "query($a: ID!, $b: ID!) { a: temporalDataObject(id: $a) { id } b: temporalDataObject(id: $b) { id } }"
    body = (await local.post(query, a=good, b=bad)).json()
    assert body["data"] == {"a": {"id": good}, "b": None}
    assert [(error["name"], error["path"]) for error in body["errors"]] == [("internal_error", ["b"])]
    body = (
        await local.post("query($i: [ID!]) { temporalDataObjects(ids: $i) { count records { id } } }", i=[good, bad])
    ).json()
    records = body["data"]["temporalDataObjects"]["records"]
    assert sorted(records, key=str) == sorted([{"id": good}, None], key=str)
    assert [error["path"] for error in body["errors"]] == [["temporalDataObjects", "records", records.index(None)]]
    await local.http.delete("/_local/faults")
    assert await local.ask(query, a=good, b=bad)


async def test_total_count(local: Local) -> None:
    for _ in range(3):
        await local.new_tdo()
    await local.fault(action={"totalCount": True})
    for offset, number in ((0, 2), (2, 1), (4, 0)):
        page = await local.ask(f"{{ temporalDataObjects(offset: {offset}, limit: 2) {{ count records {{ id }} }} }}")
        assert (page["temporalDataObjects"]["count"], len(page["temporalDataObjects"]["records"])) == (3, number)
    assert len((await local.http.get("/_local/objects")).json()["tdos"]) == 3


async def test_conditions_act_beside_other_faults(local: Local) -> None:
    await local.fault(action={"totalCount": True})
    await local.fault(action={"status": 502})
    assert (await local.post("{ engines(limit: 1) { count } }")).status_code == 502
    assert (await local.ask("{ engines(limit: 1) { count } }"))["engines"]["count"] > 1


async def test_conditions_on_edge(local: Local, edge: Edge) -> None:
    first, second = await edge.new_job(), await edge.new_job()
    local.clock.advance(10)
    await local.fault(action={"lag": 2})
    await local.fault(action={"totalCount": True})
    third = await edge.new_job()
    assert (await edge.refused("GET", f"/proc/job/{third}/status"))[0] == 404
    page = await edge.get("/proc/jobs", limit=1)
    assert (page["count"], [job["internalJobID"] for job in page["result"]]) == (2, [second])
    local.clock.advance(2)
    assert await edge.status(third) == "complete"
    await local.fault(action={"unreadable": [first]})
    for path in ("status", "detail", "outputs"):
        # Not an answer that the API documents.
        headers = {"Authorization": f"Bearer {local.token}"}
        assert (await local.http.get(f"{EDGE_PATH}/proc/job/{first}/{path}", headers=headers)).status_code == 500
        assert (await edge.send("GET", f"/proc/job/{second}/{path}")).status_code == 200
    assert internal_job_id((await edge.detail(second))["coreJobID"]) == second
    assert (await edge.get("/proc/jobs"))["count"] == 3


async def test_after_and_order(local: Local) -> None:
    await local.fault(match={"operation": "me"}, action={"status": 500}, after=1)
    await local.fault(match={"operation": "me"}, action={"status": 503}, after=1)
    await local.fault(match={"operation": "engines"}, action={"status": 504})
    statuses = [(await local.post("{ me { id } }")).status_code for _ in range(4)]
    assert statuses == [200, 500, 503, 200]
    assert (await local.post("{ engines { count } }")).status_code == 504


async def test_empty_match_takes_bad_requests_and_logins_too(local: Local) -> None:
    await local.fault(action={"status": 500}, times=2)
    assert (await local.post("{ nonsense }")).status_code == 500
    assert (await local.http.post("/v1/admin/oauth/token", data={})).status_code == 500
    assert (await local.post("{ nonsense }")).status_code == 400


async def test_downloads_are_hit_by_name_only(local: Local) -> None:
    await local.fault(action={"status": 500})
    assert (await local.http.get("/assets/none")).status_code == 401
    await local.fault(match={"operation": "download"}, action={"status": 503})
    assert (await local.http.get("/assets/none")).status_code == 503


async def test_clear(local: Local) -> None:
    await local.fault(action={"status": 500})
    assert len((await local.http.get("/_local/faults")).json()["faults"]) == 1
    assert (await local.http.delete("/_local/faults")).json() == {"faults": []}
    assert (await local.post("{ me { id } }")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": {}},
        {"action": {"status": 200}},
        {"action": {"status": 502, "refuse": True}},
        {"action": {"refuse": True, "retryAfter": 1}},
        {"action": {"explode": True}},
        {"action": {"refuse": True}, "times": 0},
        {"action": {"hang": False}},
        {"action": {"drip": 0}},
        {"action": {"lag": 0}},
        {"action": {"lag": 1, "hang": True}},
        {"action": {"unreadable": []}},
        {"action": {"unreadable": "x"}},
        {"action": {"totalCount": False}},
        {"action": {"refuse": True}, "match": {"field": "me"}},
    ],
)
async def test_fault_that_is_none(local: Local, body: dict[str, Any]) -> None:
    response = await local.http.post("/_local/faults", json=body)
    assert response.status_code == 400
    assert response.json()["error"]
