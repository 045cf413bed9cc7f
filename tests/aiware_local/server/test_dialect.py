"""Dialects: the same answers as another server might write them."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_local.server.dialect import EXTRA
from tests.aiware_local.edge_support import Edge
from tests.aiware_local.support import ADAPTER, MONDAY, Local, one_task

TDO = """query($id: ID!) { temporalDataObject(id: $id) { ...Parts description details startDateTime } }
    fragment Parts on TemporalDataObject { tdo: id createdDateTime modifiedDateTime }"""


async def _spoken(local: Local, **dialect: Any) -> None:
    response = await local.http.put("/_local/behaviour", json={"dialect": dialect})
    assert response.status_code == 200, response.text


async def _tdo(local: Local) -> dict[str, Any]:
    tdo_id = await local.new_tdo(details={"id": "12", "createdDateTime": "2019-11-21T04:36:40.000Z", "none": None})
    found: dict[str, Any] = (await local.ask(TDO, id=tdo_id))["temporalDataObject"]
    return found


async def test_ids_as_numbers(local: Local) -> None:
    await _spoken(local, ids="number")
    tdo = await _tdo(local)
    assert isinstance(tdo["tdo"], int)
    assert tdo["details"]["id"] == "12"  # what a user wrote there is not the server's to spell
    job = await local.new_job(targetId=tdo["tdo"], **one_task(ADAPTER, payload={"url": "https://example.com/a.mp4"}))
    assert isinstance(job["id"], str)
    assert job["targetId"] == tdo["tdo"]


@pytest.mark.parametrize(
    ("times", "created", "start"),
    [
        ("milliseconds", round(MONDAY * 1000), 1574311000000),
        ("offset", "2026-11-18T13:06:40.000+02:00", "2019-11-21T06:36:40.000+02:00"),
    ],
)
async def test_times(local: Local, times: str, created: Any, start: Any) -> None:
    await _spoken(local, times=times)
    tdo = await _tdo(local)
    assert (tdo["createdDateTime"], tdo["startDateTime"]) == (created, start)
    assert tdo["details"]["createdDateTime"] == "2019-11-21T04:36:40.000Z"


async def test_fields_without_a_value(local: Local) -> None:
    await _spoken(local, without=["createdDateTime", "id"])
    tdo = await _tdo(local)
    assert (tdo["createdDateTime"], tdo["description"]) == (None, None)
    assert tdo["tdo"], "an id is not optional"
    await _spoken(local, without=["createdDateTime"], empty="absent")
    tdo = await _tdo(local)
    assert set(tdo) == {"tdo", "modifiedDateTime", "details", "startDateTime"}
    assert tdo["details"]["none"] is None


async def test_extra_fields(local: Local) -> None:
    await _spoken(local, extraFields=True)
    data = await local.ask("{ me { id } engines(limit: 2) { records { id } } }")
    assert all(EXTRA in each for each in (data, data["me"], data["engines"], *data["engines"]["records"]))


async def test_pages_are_smaller_than_asked(local: Local) -> None:
    for _ in range(3):
        await local.new_tdo()
    await _spoken(local, pageSize=2)
    pages = [
        (await local.ask(f"{{ temporalDataObjects(limit: 50, offset: {offset}) {{ limit count records {{ id }} }} }}"))
        for offset in (0, 2, 3)
    ]
    shown = [page["temporalDataObjects"] for page in pages]
    assert [(page["limit"], page["count"], len(page["records"])) for page in shown] == [
        (50, 2, 2),
        (50, 1, 1),
        (50, 0, 0),
    ]
    assert len((await local.http.get("/_local/objects")).json()["tdos"]) == 3


async def test_lists_lag_behind_reads_by_id(local: Local) -> None:
    await _spoken(local, listLag=3)
    tdo_id = await local.new_tdo()
    lists = "{ temporalDataObjects { records { id } } }"
    assert (await local.ask("query($i: ID!) { temporalDataObject(id: $i) { id } }", i=tdo_id))["temporalDataObject"]
    assert (await local.ask(lists))["temporalDataObjects"]["records"] == []
    local.clock.advance(3)
    assert (await local.ask(lists))["temporalDataObjects"]["records"] == [{"id": tdo_id}]


async def test_edge(local: Local, edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tests.aiware_local.edge_support._is_known", lambda *_: False
    )  # it is not the contract's any more
    first, second = await edge.new_job(), await edge.new_job()
    await _spoken(local, times="milliseconds", empty="null", without=["modifiedDateTime"], extraFields=True, pageSize=1)
    page = await edge.get("/proc/jobs", limit=50)
    (job,) = page["result"]
    assert (page["limit"], page["count"], job["internalJobID"]) == (50, 1, second)
    assert (job["createdDateTime"], job["modifiedDateTime"]) == (round(MONDAY * 1000), None)
    assert job["completedDateTime"] is None
    assert EXTRA in page
    assert EXTRA in job["tasks"][0]
    await _spoken(local, times="offset", listLag=3)
    third = await edge.new_job()
    detail = await edge.detail(third)
    assert detail["createdDateTime"].endswith("+02:00")
    assert "completedDateTime" not in detail
    local.clock.advance(1)
    assert (await edge.get("/proc/jobs"))["count"] == 0
    local.clock.advance(2)
    assert {each["internalJobID"] for each in (await edge.get("/proc/jobs"))["result"]} == {first, second, third}


async def test_a_dialect_is_replaced_as_a_whole_and_forgotten_by_reset(local: Local) -> None:
    await _spoken(local, ids="number", times="offset")
    await local.behave(jobSeconds=5)
    assert (await local.http.get("/_local/behaviour")).json()["dialect"] == {"ids": "number", "times": "offset"}
    await _spoken(local, extraFields=True)
    assert (await local.http.get("/_local/behaviour")).json()["dialect"] == {"extraFields": True}
    await local.http.post("/_local/reset")
    assert "dialect" not in (await local.http.get("/_local/behaviour")).json()


@pytest.mark.parametrize(
    "dialect",
    [{"id": "number"}, {"ids": "words"}, {"times": "Z"}, {"pageSize": 0}, {"listLag": -1}, {"empty": "none"}, [], None],
)
async def test_dialect_that_is_none(local: Local, dialect: Any) -> None:
    response = await local.http.put("/_local/behaviour", json={"dialect": dialect})
    assert response.status_code == 400
    assert response.json()["error"].startswith("dialect")
