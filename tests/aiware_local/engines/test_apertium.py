"""Translation by Apertium: of documents, and of what is said in recordings."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_local.engines.translation import SPANISH_TO_ENGLISH
from tests.aiware_local.engines.test_texts import run
from tests.aiware_local.support import Local

AMAZON = "1fc4d3d4-54ab-42d1-882c-cfc9df42f386"
SPANISH = "La biblioteca es nueva.\n\nHablamos de los horarios\ndel verano"


@pytest.mark.parametrize(
    ("engine", "payload", "content", "expected", "language"),
    [
        (SPANISH_TO_ENGLISH, {}, SPANISH, "The library is new.\nWe speak of the schedules of the summer", "en"),
        (SPANISH_TO_ENGLISH, {"target": "en-US"}, "Hola, mundo.", "Hello, world.", "en-US"),
        (AMAZON, {"target": "es"}, "The library is new, and the town pays for it.", "La biblioteca es nueva", "es"),
        (AMAZON, {"target": "es", "sourceLanguageCode": "eng"}, "new", "Nuevo", "es"),
    ],
)
async def test_a_text_is_translated(
    local: Local, engine: str, payload: dict[str, Any], content: str, expected: str, language: str
) -> None:
    task, document = await run(local, engine, "a.txt", content, **payload)
    assert document["validationContracts"] == ["text"]
    (item,) = document["object"]
    assert item == {"type": "text", "text": item["text"], "language": language}
    assert item["text"].startswith(expected)
    assert "by Apertium" in task["log"]["text"]
    assert "simulated" not in task["log"]["text"]


async def test_what_is_said_is_translated(local: Local) -> None:
    cue = "WEBVTT\n\n00:01.000 --> 00:03.000\nLa biblioteca es nueva.\n"
    (local.media_root / "talk.vtt").write_text(cue, encoding="utf-8")
    _, document = await run(local, SPANISH_TO_ENGLISH, "talk.mp4", b"x")
    assert document["object"][0]["text"] == "The library is new."


async def test_markup_and_unknown_words_stay(local: Local) -> None:
    _, document = await run(local, SPANISH_TO_ENGLISH, "a.txt", "la [casa] <b> {x} $4 ^ / \\ qwertyz @ *")
    assert document["object"][0]["text"] == "The [house] <b> {x} $4 ^ / \\ qwertyz @ *"


async def test_a_language_that_is_not_installed_is_simulated(local: Local) -> None:
    task, document = await run(local, AMAZON, "a.txt", "La biblioteca es nueva.", target="tlh")
    assert document["object"][0]["text"] == "[simulated translation] La biblioteca es nueva."
    assert "not for es to tlh" in task["log"]["text"]
    assert "apertium-eng-spa" in task["log"]["text"]
