"""Words and speakers of an export, whatever an engine's result holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiware_local.exports.formats import FORMATS, layout_of
from aiware_local.exports.renderers import RENDERERS
from aiware_local.exports.source import Source, Turn, turns_of, with_speakers
from aiware_local.tdos.transcripts import Word
from tests.aiware_local.readers import lines_of

_ANY_TEXT = st.text(st.characters(), max_size=8)
"""Controls, halves of surrogate pairs and separators included."""


@pytest.mark.parametrize("extension", RENDERERS)
@settings(deadline=None, max_examples=30)
@given(texts=st.lists(st.tuples(_ANY_TEXT, _ANY_TEXT), max_size=6))
def test_any_text_makes_a_file_that_can_be_read(extension: str, texts: list[tuple[str, str]]) -> None:
    series = [
        {"startTimeMs": place, "stopTimeMs": place + 1, "words": [{"word": text}], "speakerId": speaker}
        for place, (text, speaker) in enumerate([*texts, ("end", "")])
    ]
    words = Source("1", {}, []).words({"series": series})
    defaults = FORMATS[extension].defaults
    options = {**defaults, "withSpeakerData": True} if "withSpeakerData" in defaults else defaults
    lines = lines_of(extension, RENDERERS[extension](words, layout_of(options)))
    assert lines[-1].split(" ")[-1] == "end"
    assert sum(len(word.text.replace(" ", "")) for word in words) <= sum(len(line) for line in lines)


def test_texts_are_levelled() -> None:
    series = [
        {"startTimeMs": 0, "stopTimeMs": 1, "words": [{"word": " two\n\u2028words\x00 "}], "speakerId": "Dr.\tA\ud800"},
        {"startTimeMs": 1, "stopTimeMs": 2, "words": [{"word": "\x07"}]},
    ]
    assert Source("1", {}, []).words({"series": series}) == [Word("two words", 0, 1, "Dr. A")]


def test_the_best_alternative_counts() -> None:
    choices = [{"word": "worst"}, {"word": "best", "bestPath": True}]
    entry = {"startTimeMs": 0, "stopTimeMs": 1, "words": choices, "object": {"type": "speaker", "label": "A"}}
    assert Source("1", {}, []).words({"series": [entry]}) == [Word("best", 0, 1, "A")]


def test_turns() -> None:
    series = [
        {"startTimeMs": 0, "stopTimeMs": 5, "object": {"type": "speaker", "label": "A"}},
        {"startTimeMs": 5, "stopTimeMs": 9, "speakerId": "B"},
        {"startTimeMs": 9, "stopTimeMs": 12, "object": {"type": "face", "label": "C"}},
    ]
    assert turns_of({"series": series}) == [Turn(0, 5, "A"), Turn(5, 9, "B")]
    assert turns_of({}) == []


@pytest.mark.parametrize(
    ("word", "speaker"),
    [
        (Word("w", 0, 100), "A"),
        (Word("w", 80, 130), "B"),
        (Word("w", 85, 105), "A"),
        (Word("w", 100, 100), "B"),
        (Word("w", 200, 300, "own"), "own"),
        (Word("w", 99, 5000), "C"),
        (Word("w", 1000, 1000), "C"),
        (Word("w", 2000, 2100), None),
    ],
)
def test_a_word_is_said_in_the_turn_that_it_lies_in_most(word: Word, speaker: str | None) -> None:
    turns = [Turn(1000, 2000, "C"), Turn(0, 100, "A"), Turn(100, 200, "B")]
    assert [spoken.speaker for spoken in with_speakers([word], turns)] == [speaker]


def test_turns_within_turns() -> None:
    words = [Word(str(start), start, start + 100) for start in range(0, 1000, 100)]
    turns = [Turn(0, 1000, "A"), Turn(300, 500, "B")]
    spoken = with_speakers(reversed(words), turns)
    assert "".join(word.speaker or "-" for word in spoken) == "AAAAAAAAAA"
    assert [word.start_ms for word in spoken] == list(range(0, 1000, 100))
