"""What engines leave behind: media assets, transcripts, results, once and only once."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from aiware_local.engines import roles
from aiware_local.engines.run import Run
from aiware_local.server.app import create_app
from tests.aiware_local.support import (
    ADAPTER,
    AGGREGATOR,
    CHUNK,
    SPEECHMATICS,
    TRANSLATION,
    WRITER,
    Local,
    folder,
    one_task,
    route,
    transcription_job,
)

VTT = """WEBVTT

00:00:01.000 --> 00:00:03.000
<v Ann>Good evening, all

00:00:04.000 --> 00:00:05.000
<v Bob>Hello &amp; thanks
"""
RESULTS = """query($job: ID, $tdo: ID, $engines: [ID!], $from: Int, $to: Int) { engineResults(jobId: $job, tdoId: $tdo,
    engineIds: $engines, startOffsetMs: $from, stopOffsetMs: $to) {
    records { tdoId engineId taskId assetId startOffsetMs stopOffsetMs jsondata userEdited tdo { id } } } }"""


@pytest.fixture
def talk(local: Local) -> str:
    (local.media_root / "talk.mp4").write_bytes(b"media" * 1000)
    (local.media_root / "talk.vtt").write_text(VTT, encoding="utf-8")
    return "file:talk.mp4"


@pytest.fixture
def website(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    folder_ = tmp_path / "www"
    folder_.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *args: Quiet(*args, directory=str(folder_)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield folder_, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


async def _results(local: Local, **arguments: Any) -> list[dict[str, Any]]:
    records = (await local.ask(RESULTS, **arguments))["engineResults"]["records"]
    assert isinstance(records, list)
    return records


async def test_transcript_beside_the_media_is_its_transcription(local: Local, talk: str) -> None:
    job = await local.run_transcription(talk)
    assert job["status"] == "complete"
    (result,) = await _results(local, job=job["id"])
    assert (result["tdoId"], result["engineId"]) == (job["targetId"], SPEECHMATICS)
    assert (result["startOffsetMs"], result["stopOffsetMs"]) == (1000, 5000)
    assert result["taskId"] == job["tasks"]["records"][3]["id"]
    document = result["jsondata"]
    assert (document["validationContracts"], document["sourceEngineId"]) == (["transcript"], SPEECHMATICS)
    first = document["series"][0]
    assert first == {
        "startTimeMs": 1000,
        "stopTimeMs": 1533,
        "words": [{"word": "Good", "bestPath": True, "utteranceLength": 1}],
        "language": "en",
        "speakerId": "Ann",
    }
    words = [entry["words"][0]["word"] for entry in document["series"]]
    assert words == ["Good", "evening,", "all", "Hello", "&", "thanks"]
    assert [entry["speakerId"] for entry in document["series"]] == ["Ann"] * 3 + ["Bob"] * 3


async def test_media_becomes_the_primary_asset(local: Local, talk: str) -> None:
    job = await local.run_transcription(talk)
    query = """query($id: ID!) { temporalDataObject(id: $id) { primaryAsset(assetType: "media") {
        name contentType signedUri fileData { size originalFileUri } sourceData { engineId } } } }"""
    asset = (await local.ask(query, id=job["targetId"]))["temporalDataObject"]["primaryAsset"]
    assert (asset["name"], asset["contentType"]) == ("talk.mp4", "video/mp4")
    assert asset["fileData"] == {"size": 5000, "originalFileUri": talk}
    assert (await local.http.get(asset["signedUri"])).content == b"media" * 1000


async def test_written_result_is_not_on_the_task_as_well(local: Local, talk: str) -> None:
    job = await local.run_transcription(talk)
    (result,) = await _results(local, job=job["id"])
    assert result["assetId"]
    assert job["tasks"]["records"][4]["output"] == {"assetIds": [result["assetId"]]}
    assert "series" not in (job["tasks"]["records"][3]["output"] or {})


async def test_result_without_a_writer_stays_on_the_task(local: Local, talk: str) -> None:
    job = await local.run_transcription(talk, **one_task(SPEECHMATICS, payload={"url": talk}), routes=[])
    (result,) = await _results(local, job=job["id"])
    assert result["assetId"] is None
    assert job["tasks"]["records"][0]["output"] == result["jsondata"]


async def test_second_job_works_on_what_the_first_stored(local: Local, talk: str) -> None:
    first = await local.run_transcription(talk)
    (local.media_root / "talk.vtt").unlink()
    tasks = [
        {"engineId": CHUNK, "ioFolders": [folder("c", "chunk", "output")]},
        {
            "engineId": "f99d363b-d20a-4498-b3cc-840b79ee7255",
            "payload": {"languageCode": "es"},
            "ioFolders": [folder("ti", "chunk", "input"), folder("to", "chunk", "output")],
        },
        {"engineId": WRITER, "ioFolders": [folder("w", "chunk", "input")]},
    ]
    routes = [route("c", "ti"), route("to", "w")]
    second = await local.new_job(targetId=first["targetId"], isReprocessJob=True, tasks=tasks, routes=routes)
    local.clock.advance(100)
    (result,) = await _results(local, job=second["id"])
    assert result["jsondata"]["series"][0]["words"][0]["word"] == "Good"
    assert result["jsondata"]["series"][0]["language"] == "es"
    both = await _results(local, tdo=first["targetId"], engines=[SPEECHMATICS, result["engineId"]])
    assert {found["engineId"] for found in both} == {SPEECHMATICS, result["engineId"]}


async def test_without_a_transcript_it_is_simulated_and_says_so(local: Local) -> None:
    (local.media_root / "note.m4a").write_bytes(b"x")
    texts = []
    for url in ("file:note.m4a", "file:note.m4a", "https://media.example/far.mp4"):
        job = await local.run_transcription(url)
        (result,) = await _results(local, job=job["id"])
        texts.append(" ".join(entry["words"][0]["word"] for entry in result["jsondata"]["series"]))
        assert "simulated" in job["tasks"]["records"][3]["log"]["text"]
    assert texts[0] == texts[1] != texts[2]
    assert all(text.startswith("This transcript is simulated.") for text in texts)


@pytest.mark.parametrize(
    ("url", "reason", "says"),
    [
        ("file:missing.mp4", "url_not_found", "file:missing.mp4"),
        ("missing.mp4", "url_not_found", "missing.mp4"),
        ("../outside.mp4", "url_not_allowed", "outside.mp4"),
        ("file:///etc/hostname", "url_not_allowed", "outside"),
        ("file:%2e%2e/outside.mp4", "url_not_allowed", "outside"),
        ("file:link.mp4", "url_not_allowed", "outside"),
        ("file://elsewhere/talk.mp4", "url_not_allowed", "another machine"),
        ("http://127.0.0.1:9/a.mp4", "url_connection_refused", "127.0.0.1:9"),
    ],
)
async def test_media_that_cannot_be_fetched(local: Local, url: str, reason: str, says: str) -> None:
    outside = local.media_root.parent / "outside.mp4"
    outside.write_bytes(b"")
    (local.media_root / "link.mp4").symlink_to(outside)
    job = await local.run_transcription(url)
    task = job["tasks"]["records"][0]
    assert (job["status"], task["status"], task["failureReason"]) == ("failed", "failed", reason)
    assert says in task["failureMessage"]


@pytest.mark.parametrize(
    "url", ["talk.mp4", "file:talk.mp4", "./talk.mp4", "{root}/talk.mp4", "file://{root}/talk.mp4"]
)
async def test_ways_to_name_a_file(local: Local, talk: str, url: str) -> None:
    job = await local.run_transcription(url.format(root=local.media_root))
    assert job["status"] == "complete", job["tasks"]["records"][0]


async def test_media_from_a_web_server_on_this_machine(local: Local, website: tuple[Path, str]) -> None:
    www, address = website
    (www / "my talk.mp4").write_bytes(b"12345")
    (www / "my talk.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nhello there\n", encoding="utf-8")
    job = await local.run_transcription(f"{address}/my%20talk.mp4")
    (result,) = await _results(local, job=job["id"])
    assert [entry["words"][0]["word"] for entry in result["jsondata"]["series"]] == ["hello", "there"]
    missing = await local.run_transcription(f"{address}/none.mp4")
    assert missing["tasks"]["records"][0]["failureReason"] == "url_not_found"
    directory = await local.run_transcription(f"{address}/my talk.mp4/")
    assert directory["tasks"]["records"][0]["failureReason"] == "url_not_found"


async def test_unusable_transcript_fails_the_task(local: Local) -> None:
    (local.media_root / "bad.mp4").write_bytes(b"x")
    (local.media_root / "bad.srt").write_text("this is no caption file", encoding="utf-8")
    job = await local.run_transcription("bad.mp4")
    task = job["tasks"]["records"][3]
    assert task["failureReason"] == "invalid_data"
    assert "bad.mp4" in task["failureMessage"]


@pytest.mark.parametrize("engine", [SPEECHMATICS, CHUNK, TRANSLATION, "352556c7-de07-4d55-b33f-74b1cf237f25"])
async def test_engine_without_anything_to_work_on_fails(local: Local, engine: str) -> None:
    job = await local.new_job(target={}, **one_task(engine))
    local.clock.advance(100)
    (task,) = (await local.job(job["id"]))["tasks"]["records"]
    assert task["failureReason"] == "invalid_data"
    assert "no media to work on" in task["failureMessage"]


async def test_media_that_are_no_text_fail(local: Local) -> None:
    job = await local.new_job(target={}, **one_task(SPEECHMATICS, payload={"url": 5}))
    local.clock.advance(100)
    (task,) = (await local.job(job["id"]))["tasks"]["records"]
    assert (task["failureReason"], task["failureMessage"]) == (
        "invalid_data",
        "The payload has no url to fetch media from.",
    )


@pytest.mark.usefixtures("without_apertium")
async def test_translation_of_a_text_file(local: Local) -> None:
    (local.media_root / "a.txt").write_text("hola mundo", encoding="utf-8")
    job = await local.new_job(target={}, **one_task(TRANSLATION, payload={"url": "a.txt"}))
    local.clock.advance(100)
    (result,) = await _results(local, job=job["id"])
    (text,) = result["jsondata"]["object"]
    assert text == {"type": "text", "text": "[simulated translation] hola mundo", "language": "en"}


async def test_aggregator_joins_and_replaces(local: Local, talk: str) -> None:
    folders = [folder("ai", "chunk", "input"), folder("ao", "chunk", "output")]
    values = transcription_job(talk)
    values["tasks"].insert(4, {"engineId": AGGREGATOR, "ioFolders": folders})
    values["routes"][3:] = [route("to", "ai"), route("ao", "w")]
    job = await local.run_transcription(talk, **values)
    assert job["status"] == "complete"
    (result,) = await _results(local, job=job["id"])
    assert (result["engineId"], len(result["jsondata"]["series"])) == (SPEECHMATICS, 6)


async def test_span_of_results(local: Local, talk: str) -> None:
    job = await local.run_transcription(talk)
    spans = {"from": 2000, "to": 4300}
    (result,) = await _results(local, job=job["id"], **spans)
    words = [entry["words"][0]["word"] for entry in result["jsondata"]["series"]]
    assert words == ["evening,", "all", "Hello"]
    assert await _results(local, job=job["id"], **{"from": 9000}) == []


async def test_results_by_date_and_from_another_tdo(local: Local, talk: str) -> None:
    job = await local.run_transcription(talk, target={"startDateTime": 1000, "stopDateTime": 2000})
    query = """query($tdo: ID, $fallback: ID, $from: DateTime) { engineResults(tdoId: $tdo, fallbackTdoId: $fallback,
        startDate: $from, engineCategoryIds: ["67cd4dd0-2f75-445d-a6f0-2f297d6cd182"]) {
        records { startOffsetMs tdo { id } } } }"""
    found = {"startOffsetMs": 4000, "tdo": {"id": job["targetId"]}}
    for arguments in ({"tdo": job["targetId"]}, {"tdo": await local.new_tdo(), "fallback": job["targetId"]}):
        assert (await local.ask(query, **{"from": 1003.5}, **arguments))["engineResults"]["records"] == [found]


async def test_uploaded_results_are_results(local: Local) -> None:
    tdo_id = await local.new_tdo()
    folder_ = local.media_root
    document = {"series": [{"startTimeMs": 0, "stopTimeMs": 5, "words": [{"word": "hi"}]}]}
    (folder_ / "good.json").write_text(json.dumps(document), encoding="utf-8")
    (folder_ / "list.json").write_text("[]", encoding="utf-8")
    (folder_ / "bad.json").write_text("{", encoding="utf-8")
    create = "mutation($i: CreateAsset!) { createAsset(input: $i) { id } }"
    values = {"containerId": tdo_id, "assetType": "vtn-standard", "sourceData": {"engineId": SPEECHMATICS}}
    for name in ("good", "list", "bad"):
        await local.ask(create, i={**values, "uri": f"file:{name}.json", "isUserEdited": True})
    (result,) = await _results(local, tdo=tdo_id, engines=[SPEECHMATICS])
    assert (result["jsondata"], result["userEdited"]) == (document, True)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ("", "invalid_input"),
        ("(tdoId: 5)", "invalid_input"),
        ('(tdoId: 5, engineIds: ["x"])', "not_found"),
        ('(jobId: "26010100_aaaaaaaaaa")', "not_found"),
        ("(mentionId: 5)", "not_implemented"),
    ],
)
async def test_results_refuse(local: Local, arguments: str, name: str) -> None:
    assert (await local.refused(f"{{ engineResults{arguments} {{ sourceId }} }}"))["name"] == name


async def test_each_engine_runs_once(local: Local, talk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []

    async def counted(run: Run) -> None:
        runs.append(run.task["id"])
        await asyncio.sleep(0.01)

    monkeypatch.setattr(roles, "ROLES", dict.fromkeys(roles.ROLES, counted))
    job = await local.new_job(target={}, **transcription_job(talk))
    local.clock.advance(100)
    await asyncio.gather(*(local.job(job["id"]) for _ in range(20)))
    assert sorted(runs) == sorted(task["id"] for task in job["tasks"]["records"])


async def test_slow_work_keeps_a_task_running_and_requests_answered(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()

    async def slow(run: Run) -> None:
        await gate.wait()

    monkeypatch.setattr(roles, "ROLES", dict.fromkeys(roles.ROLES, slow))
    app = create_app(local.installation, patience=0.01)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as http:
        hasty = Local(local.installation, local.clock, http, local.media_root)
        job = await hasty.new_job(target={}, **one_task(ADAPTER, payload={"url": "x"}))
        local.clock.advance(100)
        assert (await hasty.job(job["id"]))["status"] == "running"
        assert (await hasty.ask("mutation($i: ID!) { cancelJob(id: $i) { id } }", i=job["id"]))["cancelJob"]
        gate.set()
        for _ in range(3):
            assert (await hasty.job(job["id"]))["status"] == "cancelled"


async def test_documents_are_json_that_others_can_read(local: Local, talk: str) -> None:
    job = await local.run_transcription(talk)
    (result,) = await _results(local, job=job["id"])
    uri = "query($id: ID!) { asset(id: $id) { signedUri contentType } }"
    asset = (await local.ask(uri, id=result["assetId"]))["asset"]
    assert asset["contentType"] == "application/json"
    assert json.loads((await local.http.get(asset["signedUri"])).content) == result["jsondata"]
