"""Engines for text on what is recognized in a recording: by themselves, and after a transcription."""

from __future__ import annotations

import pytest

from aiware_local.recognition.recognizer import SaidWord
from tests.aiware_local.engines.test_speech import Ear, ear, run
from tests.aiware_local.engines.test_texts import BRIDGE, KEYWORDS, LANGUAGE
from tests.aiware_local.support import SPEECHMATICS, Local, folder, route

__all__ = ["ear"]


@pytest.fixture(autouse=True)
def says_bridge(ear: Ear) -> None:
    """The recording is about a bridge."""
    ear.words = tuple(SaidWord(word, 400 * place, 400 * place + 400) for place, word in enumerate(BRIDGE.split()))


async def test_the_language_of_speech(local: Local) -> None:
    task = await run(local, LANGUAGE)
    assert task["output"]["language"] == "en"
    assert "Recognized by an ear 1.0" in task["log"]["text"]


async def test_keywords_of_speech(local: Local) -> None:
    task = await run(local, KEYWORDS, numberOfKeywords=3)
    assert "suspension bridge" in [item["label"].lower() for item in task["output"]["object"]]
    assert "simulated" not in task["log"]["text"]


@pytest.mark.parametrize("engine", [LANGUAGE, KEYWORDS])
async def test_the_words_of_a_transcription_are_taken(local: Local, engine: str, ear: Ear) -> None:
    """Nothing is recognized twice in one job."""
    tasks = [
        {"engineId": SPEECHMATICS, "payload": {"url": "talk.mp3"}, "ioFolders": [folder("so", "chunk", "output")]},
        {"engineId": engine, "ioFolders": [folder("ei", "chunk", "input")]},
    ]
    job = await local.new_job(target={}, tasks=tasks, routes=[route("so", "ei")])
    for _ in tasks:
        local.clock.advance(100)
        first, second = (await local.listened(job["id"]))["tasks"]["records"]
    assert "Recognized by" in first["log"]["text"]
    assert "Recognized by" not in second["log"]["text"]
    assert second["status"] == "complete"
    assert second["output"]
