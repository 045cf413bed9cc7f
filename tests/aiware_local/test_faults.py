"""Faults: which requests they hit, and what they do to them."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.aiware_local.support import Local

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
        {"action": {"refuse": True}, "match": {"field": "me"}},
    ],
)
async def test_fault_that_is_none(local: Local, body: dict[str, Any]) -> None:
    response = await local.http.post("/_local/faults", json=body)
    assert response.status_code == 400
    assert response.json()["error"]
