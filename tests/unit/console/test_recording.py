"""What the player of a recording is told."""

from __future__ import annotations

from aiware_resources.console.recording import tab
from aiware_resources.console.recread import Heard
from aiware_resources.jobs.transcript import Turn, Word

TURNS = (
    Turn(
        "Ada", [Word(3_725_000, 3_725_400, "Good", 0.95), Word(3_725_400, 3_726_000, "evening", 0.4), Word(0, 0, ".")]
    ),
    Turn("Bob", [Word(3_730_000, 3_730_400, "Hm")]),
    Turn("Ada", [Word(3_740_000, 3_740_400, "Yes", 0.0)]),
    Turn(None, [Word(3_750_000, 3_750_400, "So")]),
)


def test_words_have_their_moments_and_doubts() -> None:
    told = tab(Heard("e1", "Speech", TURNS), "/captions")
    assert told["facts"] == "5 words, 2 speakers, confidence 0.45, 2 below 0.7 underlined, e1"
    assert told["captions"] == "/captions"
    assert [(turn["at"], turn["speaker"], turn["voice"]) for turn in told["turns"]] == [
        ("1:02:05", "Ada", 0),
        ("1:02:10", "Bob", 1),
        ("1:02:20", "Ada", 0),
        ("1:02:30", None, 0),
    ]
    assert told["turns"][0]["words"] == [
        [3725.0, "Good", "", ""],
        [3725.4, "evening", "confidence 0.40", " "],
        [0.0, ".", "", ""],
    ]


def test_a_result_without_words_has_no_captions() -> None:
    told = tab(Heard("e1", "Logos", data="{}"), "/captions")
    assert (told["captions"], told["turns"], told["data"], told["facts"]) == ("", [], "{}", "e1")
