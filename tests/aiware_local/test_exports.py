"""Export requests, from createExportRequest to the file."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from tests.aiware_local.support import SPEECHMATICS, TRANSLATION, Local, one_task

CREATE = """mutation($i: CreateExportRequest!) { createExportRequest(input: $i) {
    id status assetUri organizationId requestorId createdDateTime modifiedDateTime } }"""
READ = "query($id: ID!) { exportRequest(id: $id) { status assetUri modifiedDateTime } }"
TRANSCRIPTION = "67cd4dd0-2f75-445d-a6f0-2f297d6cd182"
URL = "https://media.example/a.mp4"


def _config(*extensions: str, engine: str = SPEECHMATICS, **options: Any) -> dict[str, Any]:
    return {"engineId": engine, "formats": [{"extension": name, "options": options} for name in extensions]}


async def _create(local: Local, tdo_id: str, *configs: dict[str, Any], **values: Any) -> Any:
    values = {"tdoData": [{"tdoId": tdo_id}], "outputConfigurations": list(configs), **values}
    return (await local.ask(CREATE, i=values))["createExportRequest"]


async def _download(local: Local, tdo_id: str, *configs: dict[str, Any], **values: Any) -> Any:
    export = await _create(local, tdo_id, *configs, **values)
    local.clock.advance(1)
    read = (await local.ask(READ, id=export["id"]))["exportRequest"]
    assert read["status"] == "complete", local.installation.store.get("export", export["id"])
    return await local.http.get(read["assetUri"])


@pytest.fixture
async def tdo(local: Local) -> str:
    (local.media_root / "a.mp4").write_bytes(b"media")
    first = "00:01.000 --> 00:03.000\n<v Ann>Good evening. Welcome, all"
    second = "00:09.000 --> 00:10.000\n<v Bob>Hello"
    (local.media_root / "a.vtt").write_text(f"WEBVTT\n\n{first}\n\n{second}\n", encoding="utf-8")
    return str((await local.run_transcription("a.mp4"))["targetId"])


async def test_incomplete_until_its_time_has_come(local: Local, tdo: str) -> None:
    await local.behave(exportSeconds=3)
    export = await _create(local, tdo, _config("vtt"))
    assert (export["status"], export["assetUri"]) == ("incomplete", None)
    assert export["createdDateTime"] == export["modifiedDateTime"]
    local.clock.advance(2.9)
    assert (await local.ask(READ, id=export["id"]))["exportRequest"]["status"] == "incomplete"
    local.clock.advance(0.1)
    read = (await local.ask(READ, id=export["id"]))["exportRequest"]
    assert read["status"] == "complete"
    response = await local.http.get(read["assetUri"])
    assert response.headers["content-disposition"] == f'attachment; filename="{tdo}.vtt"'
    assert response.headers["content-type"] == "text/vtt; charset=utf-8"
    assert response.text == (
        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\nGood evening. Welcome, all\n\n"
        "2\n00:00:09.000 --> 00:00:10.000\nHello\n\n"
    )
    local.clock.advance(16 * 60)
    assert (await local.http.get(read["assetUri"])).status_code == 403
    assert (
        await local.http.get((await local.ask(READ, id=export["id"]))["exportRequest"]["assetUri"])
    ).status_code == 200


async def test_options_are_honoured(local: Local, tdo: str) -> None:
    options: dict[str, Any] = {
        "newLineOnPunctuation": True,
        "withSpeakerData": True,
        "fileExtension": "webvtt",
        "maxCharacterPerLine": 20,
    }
    response = await _download(local, tdo, _config("vtt", **options))
    assert f'filename="{tdo}.webvtt"' in response.headers["content-disposition"]
    assert "<v Ann>Good evening.\nWelcome, all\n" in response.text
    assert "<v Bob>Hello" in response.text


@pytest.mark.parametrize(
    ("extension", "content_type", "says"),
    [
        ("srt", "application/x-subrip; charset=utf-8", "00:00:01,000 --> 00:00:03,000\nGood evening. Welcome, all\n"),
        ("ttml", "application/ttml+xml; charset=utf-8", 'begin="00:00:01.000"'),
        ("txt", "text/plain; charset=utf-8", "Good evening. Welcome, all Hello\n"),
        ("vlf", "application/json", '"series"'),
    ],
)
async def test_other_formats(local: Local, tdo: str, extension: str, content_type: str, says: str) -> None:
    response = await _download(local, tdo, _config(extension))
    assert response.headers["content-type"] == content_type
    assert says in response.text


async def test_several_files_come_as_a_zip(local: Local, tdo: str) -> None:
    other = str((await local.run_transcription(URL))["targetId"])
    data = [{"tdoId": tdo}, {"tdoId": other}]
    response = await _download(local, tdo, _config("vtt", "srt"), tdoData=data, includeMedia=True)
    assert response.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        names = [f"{tdo}.vtt", f"{tdo}.srt", "a.mp4", f"{other}.vtt", f"{other}.srt"]
        assert archive.namelist() == names
        assert archive.read("a.mp4") == b"media"


async def test_by_category_and_span(local: Local, tdo: str) -> None:
    config = {"categoryId": TRANSCRIPTION, "formats": [{"extension": "txt"}]}
    data = [{"tdoId": tdo, "startOffsetMs": 8000, "stopOffsetMs": 20000}]
    assert (await _download(local, tdo, config, tdoData=data)).text == "Hello\n"


async def test_vlf_of_an_engine_without_words(local: Local, tdo: str) -> None:
    await local.new_job(targetId=tdo, **one_task(TRANSLATION))
    local.clock.advance(100)
    assert json.loads((await _download(local, tdo, _config("vlf", engine=TRANSLATION))).text) == {"series": []}


@pytest.mark.parametrize(
    "config", [_config("vtt", engine=TRANSLATION), {"engineId": SPEECHMATICS, "formats": []}, _config("docx")]
)
async def test_exports_that_cannot_be_made_fail(local: Local, tdo: str, config: dict[str, Any]) -> None:
    export = await _create(local, tdo, config)
    local.clock.advance(1)
    read = (await local.ask(READ, id=export["id"]))["exportRequest"]
    assert (read["status"], read["assetUri"]) == ("failed", None)
    assert (await local.http.get(f"/exports/{export['id']}")).status_code == 401


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"tdoData": []}, "invalid_input"),
        ({"tdoData": [{}]}, "invalid_input"),
        ({"tdoData": [{"tdoId": "5"}]}, "not_found"),
        ({"tdoData": [{"mentionId": "5"}]}, "not_implemented"),
        ({"outputConfigurations": [{"formats": []}]}, "invalid_input"),
        ({"outputConfigurations": [_config("vtt", engine="none")]}, "not_found"),
        ({"outputConfigurations": [{"categoryId": "none", "formats": []}]}, "not_found"),
        ({"outputConfigurations": [_config("doc")]}, "invalid_input"),
        ({"outputConfigurations": [_config("vtt", linesPerPage=5)]}, "invalid_input"),
        ({"outputConfigurations": [_config("txt", withSpeakerData=True)]}, "invalid_input"),
        ({"outputConfigurations": [_config("vtt", linesPerScreen="2")]}, "invalid_input"),
        ({"outputConfigurations": [_config("vtt", linesPerScreen=-1)]}, "invalid_input"),
        ({"outputConfigurations": [_config("vtt", newLineOnPunctuation=1)]}, "invalid_input"),
        ({"outputConfigurations": [_config("vtt", fileExtension="../x")]}, "invalid_input"),
    ],
)
async def test_create_refuses(local: Local, values: dict[str, Any], name: str) -> None:
    values = {"tdoData": [{"tdoId": await local.new_tdo()}], **values}
    assert (await local.refused(CREATE, i=values))["name"] == name


async def test_list_and_update(local: Local, tdo: str) -> None:
    first = (await _create(local, tdo, _config("vtt")))["id"]
    local.clock.advance(1)
    second = (await _create(local, tdo, _config("vtt")))["id"]

    async def ids(arguments: str) -> list[str]:
        page = (await local.ask(f"{{ exportRequests{arguments} {{ records {{ id }} }} }}"))["exportRequests"]
        return [record["id"] for record in page["records"]]

    assert await ids("") == [second, first]
    assert await ids("(status: [incomplete])") == [second]
    assert await ids(f'(id: "{first}")') == [first]
    assert await ids("(event: mentionExportRequest)") == []
    query = "mutation($i: UpdateExportRequest!) { updateExportRequest(input: $i) { status assetUri } }"
    updated = (await local.ask(query, i={"id": first, "status": "downloaded"}))["updateExportRequest"]
    assert updated["status"] == "downloaded"
    assert updated["assetUri"]
    assert (await local.refused(READ, id="00000000-0000-0000-0000-000000000000"))["name"] == "not_found"


async def test_tdo_deleted_meanwhile(local: Local, tdo: str) -> None:
    export = await _create(local, tdo, _config("vtt"))
    await local.ask("mutation($id: ID!) { deleteTDO(id: $id) { id } }", id=tdo)
    local.clock.advance(1)
    assert (await local.ask(READ, id=export["id"]))["exportRequest"]["status"] == "failed"
