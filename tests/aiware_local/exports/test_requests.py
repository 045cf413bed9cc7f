"""Export requests, from createExportRequest to the file."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from tests.aiware_local.readers import read_docx
from tests.aiware_local.support import SPEECHMATICS, TRANSLATION, Local, one_task

CREATE = """mutation($i: CreateExportRequest!) { createExportRequest(input: $i) {
    id status assetUri organizationId requestorId createdDateTime modifiedDateTime } }"""
READ = "query($id: ID!) { exportRequest(id: $id) { status assetUri modifiedDateTime } }"
TRANSCRIPTION = "67cd4dd0-2f75-445d-a6f0-2f297d6cd182"
SPEAKERS = "a856c447-1030-4fb0-917f-08179f949c4e"
SPEAKER_DETECTION = "06c3f1d7-7424-407b-a3b5-6ef61154fc0b"
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
        "2\n00:00:09.000 --> 00:00:10.000\nHello\n"
    )
    local.clock.advance(16 * 60)
    assert (await local.http.get(read["assetUri"])).status_code == 403
    assert (
        await local.http.get((await local.ask(READ, id=export["id"]))["exportRequest"]["assetUri"])
    ).status_code == 200


async def test_options_are_honored(local: Local, tdo: str) -> None:
    options: dict[str, Any] = {
        "newLineOnPunctuation": True,
        "withSpeakerData": True,
        "fileExtension": "webvtt",
        "maxCharacterPerLine": 20,
    }
    response = await _download(local, tdo, _config("vtt", **options))
    assert f'filename="{tdo}.webvtt"' in response.headers["content-disposition"]
    assert "<v Ann>Good evening.\nWelcome, all</v>\n" in response.text
    assert "<v Bob>Hello</v>" in response.text


async def test_a_dot_before_the_file_extension_is_none_too_many(local: Local, tdo: str) -> None:
    response = await _download(local, tdo, _config("ttml", fileExtension=".xml", linesPerScreen=None))
    assert f'filename="{tdo}.xml"' in response.headers["content-disposition"]


@pytest.mark.parametrize(
    ("extension", "content_type", "says"),
    [
        ("srt", "application/x-subrip; charset=utf-8", "00:00:01,000 --> 00:00:03,000\nGood evening. Welcome, all\n"),
        ("ttml", "application/ttml+xml; charset=utf-8", 'begin="00:00:01.000"'),
        ("txt", "text/plain; charset=utf-8", "Good evening. Welcome, all Hello\n"),
        ("txtAvid", "text/plain; charset=utf-8", "00:00:01:00 00:00:03:00\nGood evening. Welcome, all\n"),
        ("vlf", "application/json", '"series"'),
    ],
)
async def test_other_formats(local: Local, tdo: str, extension: str, content_type: str, says: str) -> None:
    response = await _download(local, tdo, _config(extension))
    assert response.headers["content-type"] == content_type
    assert says in response.text


async def test_a_word_document(local: Local, tdo: str) -> None:
    response = await _download(local, tdo, _config("docx"))
    assert response.headers["content-type"].endswith("wordprocessingml.document")
    assert read_docx(response.content) == [["Good evening. Welcome, all Hello"]]


async def test_several_files_come_as_a_zip(local: Local, tdo: str) -> None:
    other = str((await local.run_transcription(URL))["targetId"])
    data = [{"tdoId": tdo}, {"tdoId": other}]
    response = await _download(local, tdo, _config("vtt", "srt"), tdoData=data, includeMedia=True)
    assert response.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        names = [f"{tdo}.vtt", f"{tdo}.srt", f"{tdo}_a.mp4", f"{other}.vtt", f"{other}.srt"]
        assert archive.namelist() == names
        assert archive.testzip() is None
        assert archive.read(f"{tdo}_a.mp4") == b"media"
        assert archive.read(f"{tdo}.vtt").startswith(b"WEBVTT\n")


async def test_the_same_request_gives_the_same_zip(local: Local, tdo: str) -> None:
    first, second = [await _download(local, tdo, _config("vtt", "srt")) for _ in range(2)]
    unpacked = [
        {(entry.filename, entry.CRC, entry.external_attr) for entry in zipfile.ZipFile(io.BytesIO(zipped)).infolist()}
        for zipped in (first.content, second.content)
    ]
    assert unpacked[0] == unpacked[1]


async def test_no_two_files_of_a_zip_have_one_name(local: Local, tdo: str) -> None:
    configs = [_config("vtt"), _config("vtt", linesPerScreen=1), _config("srt", fileExtension="VTT")]
    response = await _download(local, tdo, *configs, tdoData=[{"tdoId": tdo}, {"tdoId": tdo}])
    names = zipfile.ZipFile(io.BytesIO(response.content)).namelist()
    assert names == [f"{tdo}.vtt", f"{tdo}_2.vtt", f"{tdo}_3.VTT", f"{tdo}_4.vtt", f"{tdo}_5.vtt", f"{tdo}_6.VTT"]


async def test_files_of_several_engines_name_the_engine(local: Local, tdo: str) -> None:
    await local.new_job(targetId=tdo, **one_task(TRANSLATION))
    local.clock.advance(100)
    response = await _download(local, tdo, _config("txt"), _config("vlf", engine=TRANSLATION))
    names = zipfile.ZipFile(io.BytesIO(response.content)).namelist()
    assert names == [f"{tdo}_{SPEECHMATICS}.txt", f"{tdo}_{TRANSLATION}.vlf"]


async def _upload_result(local: Local, tdo: str, engine: str, document: dict[str, Any]) -> None:
    files = {"file": ("result.json", json.dumps(document), "application/json")}
    values = {"containerId": tdo, "assetType": "vtn-standard", "sourceData": {"engineId": engine}}
    query = "mutation($i: CreateAsset!) { createAsset(input: $i) { id } }"
    form = {"query": query, "variables": json.dumps({"i": values})}
    headers = {"Authorization": f"Bearer {local.token}"}
    body = (await local.http.post("/v3/graphql", data=form, files=files, headers=headers)).json()
    assert "errors" not in body, body


SPEAKERS_WANTED = _config("srt", withSpeakerData=True)
WHO_SPEAKS = {"engineId": SPEAKER_DETECTION, "formats": []}


async def test_speakers_by_an_engine_of_their_own(local: Local, tdo: str) -> None:
    turns = [("Eva", 0, 2000), ("Max", 2000, 20000)]
    series = [
        {"startTimeMs": start, "stopTimeMs": stop, "object": {"type": "speaker", "label": name}}
        for name, start, stop in turns
    ]
    await _upload_result(local, tdo, SPEAKER_DETECTION, {"series": series})
    assert "Eva: Good evening.\nMax: Welcome, all\n" in (await _download(local, tdo, SPEAKERS_WANTED, WHO_SPEAKS)).text
    assert "Ann: Good evening. Welcome, all\n" in (await _download(local, tdo, SPEAKERS_WANTED)).text
    assert "Eva" not in (await _download(local, tdo, _config("srt"), WHO_SPEAKS)).text
    by_category = {"categoryId": SPEAKERS, "formats": [{"extension": "vlf"}]}
    response = await _download(local, tdo, SPEAKERS_WANTED, by_category)
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert b"Max: Welcome" in archive.read(f"{tdo}_{SPEECHMATICS}.srt")
    assert json.loads(archive.read(f"{tdo}_{SPEAKER_DETECTION}.vlf")) == {"series": series}


async def test_speakers_that_nobody_detected(local: Local, tdo: str) -> None:
    assert "Ann: Good evening." in (await _download(local, tdo, SPEAKERS_WANTED, WHO_SPEAKS)).text


async def test_the_local_engine_detects_the_speakers_of_the_transcript(local: Local, tdo: str) -> None:
    await local.new_job(targetId=tdo, **one_task(SPEAKER_DETECTION))
    local.clock.advance(100)
    found = json.loads((await _download(local, tdo, _config("vlf", engine=SPEAKER_DETECTION))).text)["series"]
    assert [(entry["object"]["label"], entry["startTimeMs"], entry["stopTimeMs"]) for entry in found] == [
        ("Ann", 1000, 3000),
        ("Bob", 9000, 10000),
    ]


@pytest.mark.parametrize(
    "document",
    [
        {"series": [{"startTimeMs": 0, "words": [{"word": "a"}]}]},
        {"series": [{"startTimeMs": "soon", "stopTimeMs": 5}]},
        {"series": [{"startTimeMs": 0, "stopTimeMs": 5, "words": [{"word": 5}]}]},
        {"series": ["a"]},
        {"series": {"a": 1}},
        {"series": [{"startTimeMs": 0, "stopTimeMs": 5, "words": [{"word": "\u0000 \ud800"}]}]},
    ],
)
async def test_a_result_that_is_none_fails_the_export(local: Local, document: dict[str, Any]) -> None:
    tdo = await local.new_tdo()
    await _upload_result(local, tdo, SPEECHMATICS, document)
    export = await _create(local, tdo, _config("srt"), tdoData=[{"tdoId": tdo, "startOffsetMs": 0}])
    local.clock.advance(1)
    assert (await local.ask(READ, id=export["id"]))["exportRequest"]["status"] == "failed"
    record = local.installation.store.get("export", export["id"])
    assert record is not None
    assert "unusable: series" in record["_failure"] or "no words" in record["_failure"]


async def test_by_category_and_span(local: Local, tdo: str) -> None:
    config = {"categoryId": TRANSCRIPTION, "formats": [{"extension": "txt"}]}
    data = [{"tdoId": tdo, "startOffsetMs": 8000, "stopOffsetMs": 20000}]
    assert (await _download(local, tdo, config, tdoData=data)).text == "Hello\n"


async def test_vlf_of_an_engine_without_words(local: Local, tdo: str) -> None:
    await local.new_job(targetId=tdo, **one_task(TRANSLATION))
    local.clock.advance(100)
    assert json.loads((await _download(local, tdo, _config("vlf", engine=TRANSLATION))).text) == {"series": []}


@pytest.mark.parametrize("config", [_config("vtt", engine=TRANSLATION), {"engineId": SPEECHMATICS, "formats": []}])
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
        ({"outputConfigurations": [_config("vtt", linesPerScreen=0)]}, "invalid_input"),
        ({"outputConfigurations": [_config("vtt", maxCharacterPerLine=0)]}, "invalid_input"),
        ({"outputConfigurations": [_config("vtt", maxCharacterPerLine=True)]}, "invalid_input"),
        ({"outputConfigurations": [_config("vtt", timeGapToSeparateScreenMs=-1)]}, "invalid_input"),
        ({"outputConfigurations": [_config("vlf", linesPerScreen=1)]}, "invalid_input"),
        ({"outputConfigurations": [_config("vtt", fileExtension="")]}, "invalid_input"),
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
