"""TDOs as the API treats them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aiware_local.support import SPEECHMATICS, Local, one_task, transcription_job

READ = """query($id: ID!) { temporalDataObject(id: $id) { id name status isPublic details folders { id }
    startDateTime stopDateTime assetCount security { global } streams { uri }
    assets { records { id assetType uri signedUri fileData { size } } } primaryAsset(assetType: "media") { id }
    jobs { records { id } } tasks { count } engineRuns { limit records { status engine { name } } } } }"""
CREATE = "mutation($i: CreateTDO) { createTDO(input: $i) { id } }"
UPDATE = "mutation($i: UpdateTDO) { updateTDO(input: $i) { id name status isPublic details } }"
CLEANUP = "mutation($id: ID!, $o: [TDOCleanupOption!]) { cleanupTDO(id: $id, options: $o) { id message } }"
DELETE = "mutation($id: ID!) { deleteTDO(id: $id) { id message } }"
RESULTS = "query($id: ID!) { engineResults(jobId: $id) { records { assetId taskId } } }"
SPAN = {"startDateTime": 0, "stopDateTime": 10}
YEAR = 365 * 24 * 60 * 60


async def _read(local: Local, tdo_id: str) -> Any:
    return (await local.ask(READ, id=tdo_id))["temporalDataObject"]


async def test_create(local: Local) -> None:
    tdo = await _read(local, await local.new_tdo(name="a", parentFolderId="f1", details={"a": [1]}, isPublic=True))
    assert tdo["id"].isdecimal()
    assert (tdo["status"], tdo["details"], tdo["folders"]) == ("downloaded", {"a": [1]}, [{"id": "f1"}])
    assert (tdo["isPublic"], tdo["security"]) == (True, {"global": True})
    assert (tdo["assetCount"], tdo["streams"], tdo["primaryAsset"]) == (0, [], None)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"startDateTime": 10, "stopDateTime": 9}, "invalid_input"),
        ({"startDateTime": 0, "stopDateTime": YEAR + 2 * 86400}, "invalid_input"),
        ({**SPAN, "applicationId": "77"}, "not_allowed"),
        ({**SPAN, "contentTemplates": [{"schemaId": "1"}]}, "invalid_input"),
        ({**SPAN, "assets": [{"assetType": "media", "uri": "file:none.mp4"}]}, "invalid_input"),
        ({**SPAN, "assets": [{"assetType": "text", "uri": "x:y", "setAsPrimary": True}]}, "invalid_input"),
        (None, "invalid_input"),
    ],
)
async def test_create_refuses_and_leaves_nothing(local: Local, values: Any, name: str) -> None:
    assert (await local.refused(CREATE, i=values))["name"] == name
    assert (await local.http.get("/_local/objects")).json()["tdos"] == []


async def test_a_year_is_allowed_and_a_moment(local: Local) -> None:
    await local.new_tdo(startDateTime=0, stopDateTime=YEAR)
    await local.new_tdo(startDateTime=10, stopDateTime=10)


async def test_details_by_path(local: Local) -> None:
    tdo_id = await local.new_tdo(details={"a": {"b": [{"c": 5}]}})
    query = """query($id: ID!) { temporalDataObject(id: $id) {
        found: details(path: "a.b.0.c") missing: details(path: "a.x.y") } }"""
    assert (await local.ask(query, id=tdo_id))["temporalDataObject"] == {"found": 5, "missing": None}


async def test_update(local: Local) -> None:
    tdo_id = await local.new_tdo(name="a", details={"a": 1})
    tdo = (await local.ask(UPDATE, i={"id": tdo_id, "name": None, "status": "recorded", "details": {"b": 2}}))[
        "updateTDO"
    ]
    assert tdo == {"id": tdo_id, "name": None, "status": "recorded", "isPublic": False, "details": {"b": 2}}
    assert (await local.refused(UPDATE, i={"id": tdo_id, "stopDateTime": 5}))["name"] == "invalid_input"
    assert (await local.refused(UPDATE, i={"id": tdo_id, "stopDateTime": None}))["name"] == "invalid_input"
    assert (await local.refused(UPDATE, i={"id": "1"}))["name"] == "not_found"


async def test_content_templates_are_assets(local: Local) -> None:
    tdo_id = await local.new_tdo(contentTemplates=[{"schemaId": "s1", "data": {"a": 1}}])
    await local.ask(UPDATE, i={"id": tdo_id, "contentTemplates": [{"schemaId": "s2", "sdoId": "x"}]})
    assets = (await _read(local, tdo_id))["assets"]["records"]
    assert [asset["assetType"] for asset in assets] == ["content-template"] * 2


async def test_delete_is_final_and_keeps_the_records_of_tasks(local: Local) -> None:
    (local.media_root / "a.mp4").write_bytes(b"media")
    job = await local.run_transcription("file:a.mp4")
    tdo = await _read(local, job["targetId"])
    uris = [asset["signedUri"] for asset in tdo["assets"]["records"]]
    assert len(uris) == 2
    answer = (await local.ask(DELETE, id=tdo["id"]))["deleteTDO"]
    assert answer == {"id": tdo["id"], "message": f"TemporalDataObject {tdo['id']} was deleted."}
    for query in (READ, DELETE, CLEANUP):
        assert (await local.refused(query, id=tdo["id"]))["name"] == "not_found"
    assert [(await local.http.get(uri)).status_code for uri in uris] == [404, 404]
    after = await local.job(job["id"])
    assert (after["status"], len(after["tasks"]["records"])) == ("complete", 5)
    assert (await local.ask(RESULTS, id=job["id"]))["engineResults"]["records"] == []
    assert not list(local.installation.files.folder.glob(f"{tdo['id']}*"))


async def test_cleanup_of_storage_keeps_the_metadata(local: Local) -> None:
    (local.media_root / "a.mp4").write_bytes(b"media")
    job = await local.run_transcription("file:a.mp4")
    tdo_id = job["targetId"]
    before = await _read(local, tdo_id)
    answer = (await local.ask(f"mutation {{ cleanupTDO(id: {tdo_id}) {{ id message }} }}"))["cleanupTDO"]
    assert answer == {"id": tdo_id, "message": f"Data deleted from {tdo_id}:  storage,searchIndex"}
    after = await _read(local, tdo_id)
    assert [asset["id"] for asset in after["assets"]["records"]] == [
        asset["id"] for asset in before["assets"]["records"]
    ]
    assert [asset["signedUri"] for asset in after["assets"]["records"]] == [None, None]
    assert (await local.http.get(before["assets"]["records"][0]["signedUri"])).status_code == 404
    assert (await local.ask(RESULTS, id=job["id"]))["engineResults"]["records"] == []


async def test_cleanup_of_engine_results_keeps_those_that_are_assets(local: Local) -> None:
    (local.media_root / "a.mp4").write_bytes(b"media")
    written = await local.run_transcription("file:a.mp4")
    unwritten = await local.new_job(targetId=written["targetId"], **one_task(SPEECHMATICS))
    local.clock.advance(100)
    (result,) = (await local.ask(RESULTS, id=unwritten["id"]))["engineResults"]["records"]
    assert result["assetId"] is None
    tdo_id = written["targetId"]
    answer = (await local.ask(CLEANUP, id=tdo_id, o=["storage", "engineResults"][1:]))["cleanupTDO"]
    assert answer["message"] == f"Data deleted from {tdo_id}:  engineResults"
    assert (await local.ask(RESULTS, id=unwritten["id"]))["engineResults"]["records"] == []
    (kept,) = (await local.ask(RESULTS, id=written["id"]))["engineResults"]["records"]
    assert kept["assetId"]
    assert (await local.job(unwritten["id"]))["tasks"]["records"][0]["output"] is None


async def test_cleanup_needs_an_option(local: Local) -> None:
    assert (await local.refused(CLEANUP, id=await local.new_tdo(), o=[]))["name"] == "invalid_input"


async def test_job_and_runs_of_a_tdo(local: Local) -> None:
    job = await local.run_transcription("https://media.example/a.mp4")
    tdo = await _read(local, job["targetId"])
    assert tdo["jobs"]["records"] == [{"id": job["id"]}]
    assert tdo["tasks"]["count"] == 5
    assert tdo["engineRuns"]["limit"] == 100
    assert {run["status"] for run in tdo["engineRuns"]["records"]} == {"complete"}
    assert tdo["primaryAsset"]["id"] in [asset["id"] for asset in tdo["assets"]["records"]]


async def test_list_by_ids_and_times(local: Local) -> None:
    first = await local.new_tdo(startDateTime=100, stopDateTime=200)
    second = await local.new_tdo(startDateTime=300, stopDateTime=400)
    third = await local.new_tdo(startDateTime=200, stopDateTime=300)

    async def ids(arguments: str) -> list[str]:
        page = (await local.ask(f"{{ temporalDataObjects{arguments} {{ records {{ id }} }} }}"))["temporalDataObjects"]
        return [record["id"] for record in page["records"]]

    assert await ids("") == [second, third, first]
    assert await ids("(orderBy: stopDateTime, orderDirection: asc)") == [first, third, second]
    assert await ids(f"(ids: [{first}, {second}, 5])") == [second, first]
    assert await ids(f"(id: {third})") == [third]
    assert await ids("(id: 5)") == []
    window = "dateTimeFilter: [{field: startDateTime, fromDateTime: 100, toDateTime: 200%s}]"
    assert await ids(f"({window % ''})") == [third, first]
    assert await ids(f"({window % ', toDateTimeExclusive: true'})") == [first]
    assert await ids('(organizationId: "1")') == []


@pytest.mark.parametrize("arguments", ["limit: 0", "limit: 1001", "offset: -1"])
async def test_pages_have_bounds(local: Local, arguments: str) -> None:
    error = await local.refused(f"{{ temporalDataObjects({arguments}) {{ count }} }}")
    assert error["name"] == "invalid_input"


async def test_primary_asset_types(local: Local) -> None:
    tdo_id = await local.new_tdo()
    query = '{ temporalDataObject(id: %s) { primaryAsset(assetType: "text") { id } } }'
    assert (await local.refused(query % tdo_id))["name"] == "invalid_input"


async def test_primary_asset_is_chosen_among_the_own(local: Local) -> None:
    create = """mutation($id: ID!) { createAsset(input: {containerId: $id, assetType: "media", uri: "x:y"}) { id } }"""
    tdo, other = await local.new_tdo(), await local.new_tdo()
    first, _, foreign = [(await local.ask(create, id=owner))["createAsset"]["id"] for owner in (tdo, tdo, other)]

    def choice(asset: str, asset_type: str = "media") -> dict[str, Any]:
        return {"id": tdo, "primaryAsset": [{"id": asset, "assetType": asset_type}]}

    await local.ask(UPDATE, i=choice(first))
    assert (await _read(local, tdo))["primaryAsset"] == {"id": first}
    for wrong in (choice(foreign), choice(first, "transcript"), choice(first, "text")):
        assert (await local.refused(UPDATE, i=wrong))["name"] == "invalid_input"


async def test_deleting_the_tdo_of_a_running_job_fails_the_job(local: Local) -> None:
    job = await local.new_job(target={}, **transcription_job("https://media.example/a.mp4"))
    await local.ask(DELETE, id=job["targetId"])
    local.clock.advance(100)
    after = await local.job(job["id"])
    assert after["status"] == "failed"
    assert after["tasks"]["records"][0]["failureReason"] == "api_not_found"
