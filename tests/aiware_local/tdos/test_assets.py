"""Assets: uploads, uris, and downloads of what is stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiware_local.tdos.assets import pick
from tests.aiware_local.support import Local

FIELDS = """id name contentType assetType uri signedUri isUserEdited details
    fileData { size md5sum originalFileUri } containerId"""
CREATE = f"mutation($i: CreateAsset!) {{ createAsset(input: $i) {{ {FIELDS} }} }}"


async def _upload(local: Local, query: str, variables: dict[str, Any], files: list[tuple[str, Any]]) -> Any:
    return await local.http.post(
        "/v3/graphql",
        data={"query": query, "variables": json.dumps(variables)},
        files=files,
        headers={"Authorization": f"Bearer {local.token}"},
    )


async def test_upload_and_download(local: Local) -> None:
    values = {"containerId": await local.new_tdo(), "assetType": "media", "setAsPrimary": True, "details": {"a": 1}}
    files = [("file", ("talk.mp4", b"0123456789", "video/mp4"))]
    response = await _upload(local, CREATE, {"i": values}, files)
    asset = response.json()["data"]["createAsset"]
    assert (asset["name"], asset["contentType"], asset["fileData"]["size"]) == ("talk.mp4", "video/mp4", 10)
    whole = await local.http.get(asset["signedUri"])
    assert (whole.status_code, whole.content) == (200, b"0123456789")
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["content-length"] == "10"
    part = await local.http.get(asset["signedUri"], headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    head = await local.http.head(asset["signedUri"])
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "10", b"")


async def test_signed_uris_expire_and_cannot_be_forged(local: Local) -> None:
    values = {"containerId": await local.new_tdo(), "assetType": "media"}
    response = await _upload(local, CREATE, {"i": values}, [("file", ("a.txt", b"a", "text/plain"))])
    asset = response.json()["data"]["createAsset"]
    signed, plain = asset["signedUri"], asset["uri"]
    assert (await local.http.get(plain)).status_code == 401
    bearer = {"Authorization": f"Bearer {local.token}"}
    assert (await local.http.get(plain, headers=bearer)).status_code == 200
    assert (await local.http.get(f"{signed}0")).status_code == 403
    assert (await local.http.get(signed.replace("expires=1", "expires=2"))).status_code == 403
    assert (await local.http.get(f"{plain}?expires=99999999999")).status_code == 403
    local.clock.advance(15 * 60 - 1)
    assert (await local.http.get(signed)).status_code == 200
    local.clock.advance(2)
    assert (await local.http.get(signed)).status_code == 403
    await local.behave(uriSeconds=5)
    again = (await local.ask("query($id: ID!) { asset(id: $id) { signedUri } }", id=asset["id"]))["asset"]["signedUri"]
    local.clock.advance(6)
    assert (await local.http.get(again)).status_code == 403


async def test_uri_is_copied_unless_it_is_to_be_a_reference(local: Local) -> None:
    (local.media_root / "a b.mp4").write_bytes(b"12345")
    tdo_id = await local.new_tdo()
    values = {"containerId": tdo_id, "assetType": "media", "uri": "file:a%20b.mp4"}
    copied = (await local.ask(CREATE, i=values))["createAsset"]
    assert (copied["name"], copied["fileData"]["size"]) == ("a b.mp4", 5)
    assert copied["fileData"]["originalFileUri"] == "file:a%20b.mp4"
    (local.media_root / "a b.mp4").unlink()
    assert (await local.http.get(copied["signedUri"])).content == b"12345"
    kept = (await local.ask(CREATE, i={**values, "storeAsReference": True}))["createAsset"]
    assert kept["uri"] == kept["signedUri"] == "file:a%20b.mp4"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"containerId": "5"}, "not_found"),
        ({"assetType": None}, "invalid_input"),
        ({"uri": None}, "invalid_input"),
        ({"uri": "file:missing.mp4"}, "invalid_input"),
        ({"uri": "file:../outside.mp4"}, "invalid_input"),
        ({"assetType": "text", "setAsPrimary": True}, "invalid_input"),
    ],
)
async def test_create_refuses(local: Local, changes: dict[str, Any], name: str) -> None:
    (local.media_root.parent / "outside.mp4").write_bytes(b"")
    values = {"containerId": await local.new_tdo(), "assetType": "media", "uri": "https://media.example/a", **changes}
    assert (await local.refused(CREATE, i=values))["name"] == name


async def test_wrong_checksum_is_refused(local: Local) -> None:
    values = {"containerId": await local.new_tdo(), "assetType": "media", "md5sum": "0" * 32}
    response = await _upload(local, CREATE, {"i": values}, [("file", ("a", b"a", "text/plain"))])
    assert response.json()["errors"][0]["name"] == "invalid_input"


async def test_one_file_a_request(local: Local) -> None:
    files = [("file", ("a", b"a", "text/plain")), ("other", ("b", b"b", "text/plain"))]
    assert (await _upload(local, CREATE, {"i": {"containerId": 1}}, files)).status_code == 400


async def test_create_tdo_with_asset(local: Local) -> None:
    query = """mutation($i: CreateTDOWithAsset) { createTDOWithAsset(input: $i) { id status startDateTime stopDateTime
        primaryAsset(assetType: "media") { contentType uri } } }"""
    values = {"startDateTime": 0, "uri": "https://media.example/a.mp4"}
    tdo = (await local.ask(query, i=values))["createTDOWithAsset"]
    assert (tdo["status"], tdo["stopDateTime"]) == ("recorded", "1970-01-01T00:15:00.000Z")
    assert tdo["primaryAsset"] == {"contentType": "video/mp4", "uri": "https://media.example/a.mp4"}
    for wrong in ({"startDateTime": 0}, {"startDateTime": 0, "uri": "file:missing"}):
        assert (await local.refused(query, i=wrong))["name"] == "invalid_input"
    assert len((await local.http.get("/_local/objects")).json()["tdos"]) == 1


async def test_delete(local: Local) -> None:
    values = {"containerId": await local.new_tdo(), "assetType": "media", "uri": "https://media.example/a.mp4"}
    asset_id = (await local.ask(CREATE, i=values))["createAsset"]["id"]
    query = "mutation($id: ID!) { deleteAsset(id: $id) { id message } }"
    assert (await local.ask(query, id=asset_id))["deleteAsset"]["id"] == asset_id
    assert (await local.refused(query, id=asset_id))["name"] == "not_found"


async def test_transform(local: Local) -> None:
    job = await local.run_transcription("https://media.example/a.mp4")
    query = """query($id: ID!) { temporalDataObject(id: $id) { assets(assetType: ["vtn-standard"]) { records {
        transform(transformFunction: %s) sourceData { engine { name } task { id } } container { id } } } } }"""
    (asset,) = (await local.ask(query % "JSON", id=job["targetId"]))["temporalDataObject"]["assets"]["records"]
    assert json.loads(asset["transform"])["validationContracts"] == ["transcript"]
    assert asset["sourceData"]["task"]["id"] == job["tasks"]["records"][3]["id"]
    assert asset["container"]["id"] == job["targetId"]
    (asset,) = (await local.ask(query % "Transcript2JSON", id=job["targetId"]))["temporalDataObject"]["assets"][
        "records"
    ]
    assert json.loads(asset["transform"])[0] == {"word": "This", "start": 0, "stop": 400}
    assert (await local.refused(query % "XML2JSON", id=job["targetId"]))["name"] == "not_implemented"


def test_pick() -> None:
    assert pick({"a": [{"b": 1}]}, None) == {"a": [{"b": 1}]}
    assert pick({"a": [{"b": 1}]}, "a.0.b") == 1
    assert pick({"a": [{"b": 1}]}, "a.1.b") is None
    assert pick({"a": 5}, "a.b") is None
