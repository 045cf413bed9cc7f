"""Listeners: processes that recognize recordings one after another. A package that is not ours stands in for theirs."""

from __future__ import annotations

import asyncio
import json
import math
import os
import subprocess
import sys
import wave
from array import array
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from aiware_local.engines.chunking import ffmpeg_path
from aiware_local.recognition import recognizer as module
from aiware_local.recognition import sound
from aiware_local.recognition.recognizer import CannotListen, ListenerEnded, NotHeard, Recognizer
from aiware_local.recognition.timing import spread_words

STAND_IN = Path(__file__).with_name("stand_in")
FFMPEG = ffmpeg_path() or "ffmpeg"


def tone(seconds: float, loud: float = 0.5) -> array[int]:
    count = round(seconds * sound.RATE)
    return array("h", (round(32767 * loud * math.sin(place / 5)) for place in range(count)))


def save(path: Path, *parts: array[int]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, sound.RATE, 0, "NONE", ""))
        for part in parts:
            file.writeframes(part.tobytes())
    return path


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(STAND_IN))
    monkeypatch.setenv("STAND_IN_LOG", str(tmp_path / "log"))
    monkeypatch.setattr(module, "MODULE", "moonshine_voice")
    return tmp_path / "log"


def loads(log: Path) -> int:
    """How many processes have loaded the model."""
    return log.read_text().count("\n") if log.exists() else 0


def listener(log: Path) -> psutil.Process:
    """The last one of them."""
    return psutil.Process(int(log.read_text().split()[-1]))


@pytest.fixture
async def ear(log: Path) -> AsyncIterator[Recognizer]:
    recognizer = Recognizer()
    yield recognizer
    await recognizer.close()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return save(tmp_path / "noise.wav", tone(1, 0), tone(1), tone(0.5, 0))


async def test_one_listener_hears_one_recording_after_another(ear: Recognizer, log: Path, recording: Path) -> None:
    for _ in range(2):
        heard = await ear.recognize(FFMPEG, recording)
        assert [word.text for word in heard.words] == ["A", "noise,", "twice."]
        assert heard.words[0].start_ms == pytest.approx(1000, abs=20)
        assert heard.words[-1].stop_ms == pytest.approx(2000, abs=20)
        assert heard.seconds == 2.5
        assert heard.by == "moonshine-voice 0.0.0, model tiny-en"
    assert loads(log) == 1
    silent = save(recording.with_name("silent.wav"), tone(1, 0))
    assert (await ear.recognize(FFMPEG, silent)).words == []


async def test_speakers_are_distinguished_where_that_is_wanted(ear: Recognizer, recording: Path) -> None:
    longer = save(recording.with_name("longer.wav"), tone(1, 0), tone(3), tone(1, 0))
    for _ in range(2):
        heard = await ear.recognize(FFMPEG, longer, speakers=True)
        assert [word.speaker for word in heard.words] == ["Speaker 1", "Speaker 1", "Speaker 2"]
    assert {word.speaker for word in (await ear.recognize(FFMPEG, longer)).words} == {None}


async def test_no_more_than_two_listen(ear: Recognizer, log: Path, recording: Path) -> None:
    waits = recording.with_name("wait")
    waits.touch()
    all_of_them = [asyncio.create_task(ear.recognize(FFMPEG, recording)) for _ in range(6)]
    await asyncio.wait(all_of_them, timeout=1)
    waits.unlink()
    for each in all_of_them:
        assert len((await each).words) == 3
    assert loads(log) == 2


async def test_what_is_no_recording_is_told(ear: Recognizer, tmp_path: Path, recording: Path) -> None:
    (tmp_path / "text.mp4").write_text("This is a text.")
    with pytest.raises(NotHeard, match=r"^is not a recording that can be read: Invalid data"):
        await ear.recognize(FFMPEG, tmp_path / "text.mp4")
    assert len((await ear.recognize(FFMPEG, recording)).words) == 3


async def test_a_listener_that_ends_is_started_again_once(ear: Recognizer, log: Path, recording: Path) -> None:
    dies = recording.with_name("die")
    dies.touch()
    with pytest.raises(ListenerEnded):
        await ear.recognize(FFMPEG, recording)
    assert loads(log) == 2
    dies.unlink()
    assert len((await ear.recognize(FFMPEG, recording)).words) == 3


async def test_a_listener_that_is_killed_is_replaced(ear: Recognizer, log: Path, recording: Path) -> None:
    waits = recording.with_name("wait")
    waits.touch()
    hearing = asyncio.create_task(ear.recognize(FFMPEG, recording))
    process = await loaded(log, hearing)
    waits.unlink()
    process.kill()
    assert len((await hearing).words) == 3
    assert loads(log) == 2


async def test_a_listener_that_has_ended_while_it_was_not_needed_is_replaced(
    ear: Recognizer, log: Path, recording: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await ear.recognize(FFMPEG, recording)
    (idle,) = ear._idle
    idle._process.kill()
    await idle._process.wait()
    assert len((await ear.recognize(FFMPEG, recording)).words) == 3
    assert loads(log) == 2
    assert not caplog.records


async def loaded(log: Path, hearing: asyncio.Task[Any]) -> psutil.Process:
    """The listener that has loaded its model."""
    while not loads(log):
        await asyncio.wait({hearing}, timeout=0.02)
    return listener(log)


async def test_who_gives_up_ends_the_listener(ear: Recognizer, log: Path, recording: Path) -> None:
    recording.with_name("wait").touch()
    hearing = asyncio.create_task(ear.recognize(FFMPEG, recording))
    process = await loaded(log, hearing)
    hearing.cancel()
    await asyncio.wait({hearing})
    assert not process.is_running()


async def test_a_listener_ends_with_whoever_started_it(log: Path, recording: Path) -> None:
    recording.with_name("wait").touch()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "aiware_local.recognition.listener"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps({"ffmpeg": FFMPEG, "path": str(recording), "speakers": False}).encode() + b"\n")
    hearing = asyncio.create_task(asyncio.sleep(60))
    await loaded(log, hearing)
    hearing.cancel()
    process.stdin.close()
    assert await process.wait() == 0


async def test_where_the_package_does_not_go_with_the_machine_nothing_is_recognized(
    ear: Recognizer, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_BROKEN", "1")
    with pytest.raises(CannotListen, match="moonshine-voice cannot be used here: it does not go with this machine"):
        await ear.recognize(FFMPEG, recording)


async def test_without_the_package_nothing_is_recognized(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MODULE", "not_there")
    with pytest.raises(CannotListen, match=r"moonshine-voice is not installed \(pip install"):
        await Recognizer().recognize(FFMPEG, Path("x"))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("silent.mkv", "has no sound"),
        ("cut.m4a", r"is damaged: it ends after \d\.\d of 9\.8 seconds"),
        ("cut.wav", r"is damaged: it ends after 2\.0 of 5\.0 seconds"),
        ("empty.mp3", "is not a recording that can be read"),
    ],
)
def test_what_is_wrong_with_a_recording(tmp_path: Path, name: str, why: str) -> None:
    media = Path(__file__).parents[3] / "examples" / "media"
    contents = {"cut.m4a": (media / "voice-note.m4a").read_bytes()[:20_000], "empty.mp3": b""}
    path = tmp_path / name
    if name in contents:
        path.write_bytes(contents[name])
    elif name == "cut.wav":
        os.truncate(save(path, tone(5)), 44 + 2 * sound.RATE * 2)
    else:
        picture = ("-f", "lavfi", "-i", "color=size=16x16:duration=1")
        subprocess.run([FFMPEG, "-v", "error", *picture, str(path)], check=True)
    with pytest.raises(sound.NotSound, match=why):
        list(sound.read_sound(FFMPEG, str(path)))


@pytest.mark.parametrize("length", [0, 0x7FFF_F000, 0x7FFF_FFFF, 0xFFFF_FFFF])
def test_a_wav_that_was_written_while_its_length_was_not_known_is_heard(tmp_path: Path, length: int) -> None:
    path = save(tmp_path / "streamed.wav", tone(2))
    content = bytearray(path.read_bytes())
    content[4:8] = min(length + 36, 0xFFFF_FFFF).to_bytes(4, "little")
    content[40:44] = length.to_bytes(4, "little")
    path.write_bytes(content)
    assert [piece.stop for piece in sound.read_sound(FFMPEG, str(path))] == [2 * sound.RATE]


def test_long_sound_comes_in_pieces_that_end_where_it_is_quiet(tmp_path: Path) -> None:
    path = save(tmp_path / "long.wav", tone(50), tone(1, 0), tone(60), tone(1, 0.01), tone(20))
    pieces = list(sound.read_sound(FFMPEG, str(path)))
    assert [round(piece.stop / sound.RATE, 1) for piece in pieces[:-1]] == [pytest.approx(50.5, abs=0.5)] + [
        pytest.approx(111.5, abs=1) if piece.stop > 105 * sound.RATE else pytest.approx(piece.stop / sound.RATE, abs=1)
        for piece in pieces[1:-1]
    ]
    assert all(before.stop == after.start for before, after in pairwise(pieces))
    assert pieces[-1].stop == 132 * sound.RATE
    assert max(len(piece.samples) for piece in pieces) <= sound.LONGEST_SECONDS * sound.RATE


def samples(*parts: array[int]) -> sound.Samples:
    return np.concatenate([np.array(part, np.int16) for part in parts])


def test_words_do_not_last_through_a_pause() -> None:
    quiet_then_loud = samples(tone(0.5, 0), tone(1), tone(1, 0), tone(1))
    times = spread_words(["abcd", "efgh"], quiet_then_loud)
    assert [moment for time in times for moment in time] == pytest.approx([500, 1500, 2500, 3500], abs=20)


def test_a_longer_word_takes_longer() -> None:
    (first, second), (third, fourth) = spread_words(["a", "abcdefg"], samples(tone(1)))
    assert first == 0
    assert second == third == pytest.approx(200, abs=20)
    assert fourth == 1000


@pytest.mark.parametrize("sound_of_them", [samples(tone(0)), samples(tone(0.005)), samples(tone(0.5, 0))])
def test_words_without_a_sound_come_one_after_another(sound_of_them: sound.Samples) -> None:
    times = spread_words(["a", "b", "c"], sound_of_them)
    assert all(start < stop for start, stop in times)
    assert all(before[1] <= after[0] for before, after in pairwise(times))
    assert spread_words([], sound_of_them) == []
