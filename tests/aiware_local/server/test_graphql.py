"""The endpoint is as strict as the real one about what it reads."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_local.installation.scalars import format_datetime
from tests.aiware_local.support import MONDAY, Local


async def _post(local: Local, **request: Any) -> Any:
    headers = {"Authorization": f"Bearer {local.token}"} | request.pop("headers", {})
    return await local.http.post("/v3/graphql", headers=headers, **request)


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ({"content": b"{ me { id } }", "headers": {"content-type": "application/graphql"}}, "content type"),
        ({"content": b"{ me { id } }", "headers": {"content-type": "text/plain"}}, "content type"),
        ({"content": b"{not json", "headers": {"content-type": "application/json"}}, "not JSON"),
        ({"json": ["query"]}, "JSON object"),
        ({"json": {"query": ""}}, "Syntax Error"),
        ({"json": {"variables": {}}}, "no query"),
        ({"json": {"query": "{ me { id }"}}, "Syntax Error"),
        ({"json": {"query": "{ you { id } }"}}, "Cannot query field 'you'"),
        ({"json": {"query": "{ me { id } }", "variables": []}}, "variables"),
        ({"json": {"query": "query a { me { id } } query b { me { id } }"}}, "operationName"),
        ({"json": {"query": "query a { me { id } }", "operationName": "b"}}, "operationName"),
        ({"json": {"query": "query($id: ID!) { job(id: $id) { id } }"}}, "non-null type 'ID!'"),
        (
            {
                "json": {
                    "query": "query($t: DateTime) { jobs(dateTimeFilter: []) { count } }",
                    "variables": {"t": "soon"},
                }
            },
            "never used",
        ),
    ],
)
async def test_bad_request_is_answered_with_400(local: Local, request_: dict[str, Any], says: str) -> None:
    response = await _post(local, **request_)
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert says in error["message"]
    assert {"message", "name", "time_thrown"} <= error.keys()
    assert "data" not in response.json()


@pytest.mark.parametrize("value", ["soon", "1574311000", True, 1e30, {}])
async def test_times_that_are_none_are_refused(local: Local, value: Any) -> None:
    query = "mutation($t: DateTime!) { createTDO(input: {startDateTime: $t, stopDateTime: 5}) { id } }"
    assert (await local.post(query, t=value)).status_code == 400


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        (1574311000, "2019-11-21T04:36:40.000Z"),
        (1574311000123, "2019-11-21T04:36:40.123Z"),
        ("2019-11-21T04:36:40Z", "2019-11-21T04:36:40.000Z"),
        ("2019-11-21T05:36:40.5+01:00", "2019-11-21T04:36:40.500Z"),
        ("2019-11-21T04:36:40", "2019-11-21T04:36:40.000Z"),
    ],
)
async def test_times_come_back_as_iso_text(local: Local, given: Any, answered: str) -> None:
    query = """mutation($t: DateTime!) {
        createTDO(input: {startDateTime: $t, stopDateTime: "2019-12-01"}) { startDateTime } }"""
    data = await local.ask(query, t=given)
    assert data["createTDO"]["startDateTime"] == answered


async def test_other_paths_and_methods(local: Local) -> None:
    headers = {"Authorization": f"Bearer {local.token}"}
    assert (await local.http.post("/v3/graph", json={}, headers=headers)).status_code == 404
    assert (await local.http.get("/v3/graphql", headers=headers)).status_code == 405


async def test_partial_success(local: Local) -> None:
    response = await local.post('{ me { id } job(id: "26010100_aaaaaaaaaa") { id } }')
    body = response.json()
    assert response.status_code == 200
    assert body["data"]["me"]["id"]
    assert body["data"]["job"] is None
    (error,) = body["errors"]
    assert error["name"] == "not_found"
    assert error["path"] == ["job"]
    assert error["locations"]
    assert error["data"] == {"objectId": "26010100_aaaaaaaaaa", "objectType": "Job"}
    assert error["time_thrown"] == format_datetime(MONDAY)


async def test_failed_non_null_field_takes_the_whole_answer_with_it(local: Local) -> None:
    body = (await local.post('{ me { id } cluster(id: "rt-none") { id } }')).json()
    assert body["data"] is None
    assert body["errors"][0]["name"] == "not_found"


async def test_root_fields_in_fragments_and_with_conditions_are_counted(local: Local) -> None:
    query = """query($no: Boolean!) { ...more a: me { id } b: me { id } engines @skip(if: true) { count }
        jobs @include(if: $no) { count } }
        fragment more on Query { clusters { count } ... { exportRequests { count } } }"""
    await local.ask(query, no=False)
    report = (await local.http.get("/_local/requests")).json()
    assert report["totals"] == {"clusters": 1, "exportRequests": 1, "me": 2}
    assert report["requests"][0]["fields"] == {"clusters": 1, "exportRequests": 1, "me": 2}
