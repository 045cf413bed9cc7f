"""The chunk engine: what ffmpeg really cuts, and what is simulated where it cannot."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path
from typing import Any

import pytest

from aiware_local.engines import chunking
from tests.aiware_local.support import CHUNK, SPEECHMATICS, WRITER, Local, folder, one_task, route

EXAMPLES = Path(__file__).parents[3] / "examples" / "media"
LENGTH_MS = 41064
"""How long the sound of the example recording is."""


@pytest.fixture
def recording(local: Local) -> str:
    shutil.copy(EXAMPLES / "interview.mp4", local.media_root / "council.mp4")
    return "file:council.mp4"


async def cut(local: Local, url: str, **payload: Any) -> Any:
    """The one task of a job that cuts media into chunks."""
    job = await local.new_job(target={}, **one_task(CHUNK, payload={"url": url, **payload}))
    local.clock.advance(100)
    (task,) = (await local.job(job["id"]))["tasks"]["records"]
    return task


def size_of(seconds: str) -> dict[str, Any]:
    return {"customFFMPEGProperties": {"chunkSizeInSeconds": seconds}}


def spans(task: Any) -> list[tuple[int, int]]:
    return [(chunk["startOffsetMs"], chunk["stopOffsetMs"]) for chunk in task["output"]["chunks"]]


def stored(local: Local, suffix: str) -> list[Path]:
    return sorted(local.installation.files.folder.glob(f"*.chunk-*{suffix}"))


async def test_sound_is_cut_into_chunks_of_the_wanted_length(local: Local, recording: str) -> None:
    task = await cut(local, recording, ffmpegTemplate="audio", **size_of("20"))
    found = spans(task)
    assert [start for start, _ in found] == [0, *(stop for _, stop in found[:-1])]
    assert found[-1][1] == LENGTH_MS
    assert [round((stop - start) / 1000) for start, stop in found] == [20, 20, 1]
    assert "Cut council.mp4 into 3 chunks of sound: 20.0, 20.0 and 1.0 s." in task["log"]["text"]
    for path, (start, stop) in zip(stored(local, ".wav"), found, strict=True):
        with wave.open(str(path)) as sound:
            assert (sound.getnchannels(), sound.getframerate()) == (1, 16000)
            assert sound.getnframes() / 16 == pytest.approx(stop - start, abs=1)
            assert any(sound.readframes(16000))


@pytest.mark.parametrize(("rate", "pictures"), [("1/20", 2), (0.1, 4), ("2", 82)])
async def test_pictures_at_the_wanted_rate(local: Local, recording: str, rate: object, pictures: int) -> None:
    properties = {"framesPerSecond": rate}
    task = await cut(local, recording, ffmpegTemplate="frame", customFFMPEGProperties=properties)
    assert len(task["output"]["chunks"]) == pytest.approx(pictures, abs=1)


@pytest.mark.parametrize("rate", ["often", "1/0", "0", "-1"])
async def test_a_rate_that_is_none_fails(local: Local, recording: str, rate: str) -> None:
    properties = {"framesPerSecond": rate}
    task = await cut(local, recording, ffmpegTemplate="frame", customFFMPEGProperties=properties)
    assert (task["status"], task["failureReason"]) == ("failed", "invalid_data")
    assert "framesPerSecond" in task["failureMessage"]


async def test_video_and_pictures(local: Local, recording: str) -> None:
    video = await cut(local, recording, ffmpegTemplate="video", **size_of("15"))
    assert len(spans(video)) == len(stored(local, ".mkv")) > 1
    pictures = await cut(local, recording, ffmpegTemplate="frame", **size_of("10"))
    assert spans(pictures) == [(0, 10000), (10000, 20000), (20000, 30000), (30000, 40000)]
    assert [path.read_bytes()[:2] for path in stored(local, ".jpg")] == [b"\xff\xd8"] * 4


async def test_the_whole_is_one_chunk_by_default(local: Local, recording: str) -> None:
    assert spans(await cut(local, recording)) == [(0, LENGTH_MS)]


async def test_a_document_is_passed_on_as_it_is(local: Local, recording: str) -> None:
    task = await cut(local, recording, ffmpegTemplate="rawchunk")
    assert task["output"] == {"ffmpegTemplate": "rawchunk", "url": recording}
    assert "as it is" in task["log"]["text"]


async def test_the_transcription_goes_by_the_chunks(local: Local, recording: str) -> None:
    payload = {"url": recording, **size_of("15")}
    tasks = [
        {"engineId": CHUNK, "payload": payload, "ioFolders": [folder("c", "chunk", "output")]},
        {"engineId": SPEECHMATICS, "ioFolders": [folder("ti", "chunk", "input"), folder("to", "chunk", "output")]},
        {"engineId": WRITER, "ioFolders": [folder("w", "chunk", "input")]},
    ]
    job = await local.run_transcription(recording, tasks=tasks, routes=[route("c", "ti"), route("to", "w")])
    cutting, transcription, _ = job["tasks"]["records"]
    heard = transcription["output"]["chunks"]
    assert spans(transcription) == spans(cutting)
    query = "query($id: ID!) { engineResults(jobId: $id) { records { jsondata } } }"
    (result,) = (await local.ask(query, id=job["id"]))["engineResults"]["records"]
    series = result["jsondata"]["series"]
    assert sum(chunk["words"] for chunk in heard) == len(series)
    assert series[-1]["stopTimeMs"] <= LENGTH_MS
    assert "Chunk 3 of 3, 30.0 to 41.1 s" in transcription["log"]["text"]


@pytest.mark.parametrize("size", ["soon", "0", "-3", "nan", "inf", None, []])
async def test_a_length_that_is_none_is_refused(local: Local, recording: str, size: Any) -> None:
    task = await cut(local, recording, **size_of(size))
    if size is None:
        assert task["status"] == "complete"
        return
    assert (task["status"], task["failureReason"]) == ("failed", "invalid_data")
    assert "chunkSizeInSeconds" in task["failureMessage"]


@pytest.mark.parametrize("template", ["audio", "video", "frame"])
async def test_what_is_no_recording_is_passed_on_and_the_log_says_so(local: Local, template: str) -> None:
    (local.media_root / "noise.mp4").write_bytes(b"noise" * 1000)
    task = await cut(local, "noise.mp4", ffmpegTemplate=template)
    assert (task["status"], "chunks" in task["output"]) == ("complete", False)
    assert "ffmpeg cannot cut it (" in task["log"]["text"]
    assert "simulated" in task["log"]["text"]
    assert str(local.media_root.parent) not in task["log"]["text"]


async def test_without_ffmpeg_it_is_simulated_and_the_log_says_so(
    local: Local, recording: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunking, "ffmpeg_path", lambda: None)
    task = await cut(local, recording)
    assert (task["status"], "chunks" in task["output"]) == ("complete", False)
    assert "there is no ffmpeg, so cutting it is simulated; pip install" in task["log"]["text"]


async def test_other_templates_and_media_out_of_reach_are_simulated(local: Local, recording: str) -> None:
    own = await cut(local, recording, ffmpegTemplate="custom", customFFMPEGTemplate="-i {{input}} {{output}}")
    assert "template custom is simulated" in own["log"]["text"]
    assert "out of reach" in (await cut(local, "https://media.example/a.mp4"))["log"]["text"]


async def test_chunks_go_with_the_tdo_and_nothing_else_is_left(local: Local, recording: str) -> None:
    await cut(local, recording, **size_of("20"))
    assert len(stored(local, ".wav")) == 3
    assert not list(local.installation.files.folder.glob(".cutting-*"))
    tdos = (await local.ask("{ temporalDataObjects { records { id } } }"))["temporalDataObjects"]["records"]
    await local.ask("mutation($id: ID!) { deleteTDO(id: $id) { id } }", id=tdos[0]["id"])
    assert stored(local, ".wav") == []
