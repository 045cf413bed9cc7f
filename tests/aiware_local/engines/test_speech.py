"""Where the words of a transcript come from: as the payload says, else from a transcript beside it, else the sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aiware_local.recognition.recognizer import CannotListen, Heard, ListenerEnded, NotHeard, Recognizer, SaidWord
from tests.aiware_local.support import SPEECHMATICS, Local, one_task

GOOGLE = "f99d363b-d20a-4498-b3cc-840b79ee7255"
SPEAKERS = "06c3f1d7-7424-407b-a3b5-6ef61154fc0b"
VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\nwritten\n"


EXPORT = "mutation($i: CreateExportRequest!) { createExportRequest(input: $i) { id } }"
READ = "query($id: ID!) { exportRequest(id: $id) { status assetUri } }"


class Ear(Recognizer):
    """Hears `heard`, or what it is told to."""

    trouble: Exception | None = None
    words: tuple[SaidWord, ...] = (SaidWord("heard", 0, 400, "Speaker 1"), SaidWord("twice", 400, 900, "Speaker 2"))
    told_speakers_apart: bool | None = None

    async def recognize(self, ffmpeg: str, path: Path, *, speakers: bool = False) -> Heard:
        self.told_speakers_apart = speakers
        if self.trouble:
            raise self.trouble
        return Heard(list(self.words), 1.5, 0.1, "an ear 1.0")


@pytest.fixture
def ear(local: Local, monkeypatch: pytest.MonkeyPatch) -> Ear:
    ear = Ear()
    local.installation.recognizer = ear
    monkeypatch.setattr("aiware_local.engines.speech.ffmpeg_path", lambda: "ffmpeg")
    (local.media_root / "talk.mp3").write_bytes(b"media")
    return ear


async def run(local: Local, engine: str = SPEECHMATICS, url: str = "talk.mp3", **payload: Any) -> Any:
    """The one task of a job that has ended."""
    job = await local.new_job(target={}, **one_task(engine, payload={"url": url, **payload}))
    local.clock.advance(100)
    (task,) = (await local.listened(job["id"]))["tasks"]["records"]
    return task


def said(task: Any) -> list[str]:
    return [entry["words"][0]["word"] for entry in task["output"]["series"]]


@pytest.mark.parametrize(
    ("beside", "payload", "first"),
    [
        (True, {}, "written"),
        (True, {"transcript": "sidecar"}, "written"),
        (True, {"transcript": "recognise"}, "heard"),
        (False, {}, "heard"),
        (False, {"transcript": "sidecar"}, "heard"),
        (False, {"transcript": "recognise"}, "heard"),
    ],
)
async def test_where_words_come_from(local: Local, ear: Ear, beside: bool, payload: Any, first: str) -> None:
    if beside:
        (local.media_root / "talk.vtt").write_text(VTT)
    task = await run(local, **payload)
    assert said(task)[0] == first
    assert "tags" not in task["output"]
    assert ("Recognized by an ear 1.0" in task["log"]["text"]) == (first == "heard")


async def test_any_other_place_is_refused(local: Local, ear: Ear) -> None:
    task = await run(local, transcript="listen")
    assert (task["status"], task["failureReason"]) == ("failed", "invalid_data")
    assert task["failureMessage"] == "transcript is 'listen'; it must be 'sidecar' or 'recognise'."


async def test_confidence_is_not_made_up(local: Local, ear: Ear) -> None:
    task = await run(local)
    assert task["output"]["series"][0]["words"] == [{"word": "heard", "bestPath": True, "utteranceLength": 1}]


async def simulated(local: Local, why: str, engine: str = SPEECHMATICS, **payload: Any) -> None:
    task = await run(local, engine, **payload)
    assert " ".join(said(task)).startswith("This transcript is simulated.")
    assert task["output"]["tags"] == [{"key": "simulated", "value": why}]
    assert f"Speech cannot be recognized: {why}." in task["log"]["text"]
    assert task["description"] == f"simulated: {why}"


async def test_what_cannot_be_recognized_is_simulated_and_says_so(
    local: Local, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    await simulated(local, "only English can be recognized, not es", GOOGLE, languageCode="es")
    await simulated(local, "not reachable from the local aiWARE", url="https://media.example/talk.mp3")
    ear.trouble = CannotListen("moonshine-voice is not installed")
    await simulated(local, "moonshine-voice is not installed")
    monkeypatch.setattr("aiware_local.engines.speech.ffmpeg_path", lambda: None)
    await simulated(local, "there is no ffmpeg (pip install 'aiware-pipelines[speech]')")
    local.installation.recognizer = None
    await simulated(local, "recognition is switched off")
    (local.media_root / "talk.vtt").write_text(VTT)
    assert said(await run(local, transcript="recognise")) == ["written"]


async def test_english_is_english_in_any_country(local: Local, ear: Ear) -> None:
    assert said(await run(local, GOOGLE, languageCode="en-GB")) == ["heard", "twice"]


@pytest.mark.parametrize(
    ("trouble", "reason", "message"),
    [
        (NotHeard("has no sound"), "invalid_data", "talk.mp3 has no sound."),
        (
            ListenerEnded(),
            "system_error",
            "The recognition of talk.mp3 broke off twice: its process ended.",
        ),
    ],
)
async def test_a_recording_that_cannot_be_listened_to_fails_its_task(
    local: Local, ear: Ear, trouble: Exception, reason: str, message: str
) -> None:
    ear.trouble = trouble
    task = await run(local)
    assert (task["status"], task["failureReason"], task["failureMessage"]) == ("failed", reason, message)


async def test_where_nobody_speaks_the_transcript_is_empty_and_so_are_captions(local: Local, ear: Ear) -> None:
    ear.words = ()
    task = await run(local)
    assert (task["status"], task["output"]["series"]) == ("complete", [])
    assert "Nobody speaks in talk.mp3." in task["log"]["text"]
    configuration = {"engineId": SPEECHMATICS, "formats": [{"extension": "vtt"}]}
    asked = {"tdoData": [{"tdoId": task["targetId"]}], "outputConfigurations": [configuration]}
    export = (await local.ask(EXPORT, i=asked))["createExportRequest"]
    local.clock.advance(100)
    made = (await local.ask(READ, id=export["id"]))["exportRequest"]
    assert made["status"] == "complete"
    assert (await local.http.get(made["assetUri"])).text.strip() == "WEBVTT"


async def test_speakers_are_told_apart_where_the_engine_promises_it(local: Local, ear: Ear) -> None:
    await run(local)
    assert ear.told_speakers_apart is False
    task = await run(local, diarise="true")
    assert ear.told_speakers_apart is True
    assert [entry["speakerId"] for entry in task["output"]["series"]] == ["Speaker 1", "Speaker 2"]
    ear.told_speakers_apart = None
    task = await run(local, SPEAKERS)
    assert ear.told_speakers_apart is True
    assert [entry["object"]["label"] for entry in task["output"]["series"]] == ["Speaker 1", "Speaker 2"]
