"""The text in results."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.jobs.transcript import Turn, Word, text_of, turns_of


def entry(start: int, *words: str, **more: Any) -> dict[str, Any]:
    """An entry of a series; the last of several words is the best."""
    found = [{"word": word, "bestPath": word == words[-1]} for word in words]
    return {"startTimeMs": start, "stopTimeMs": start + 100, "words": found, **more}


def speaker(name: str) -> dict[str, Any]:
    return {"object": {"type": "speaker", "label": name}}


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"series": [entry(100, "order", "Order"), entry(0, "Hello"), entry(200, ".")]}, "Hello Order."),
        ({"series": [entry(0, "One"), entry(5000, "two")]}, "One\ntwo"),
        (
            {
                "series": [
                    entry(0, "Yes", **speaker("Ada")),
                    entry(100, "No", speakerId="Bob"),
                    entry(9000, "no", speakerId="Bob"),
                ]
            },
            "Ada: Yes\nBob: No\nno",
        ),
        ({"object": [{"type": "text", "text": "One."}, {"type": "text", "text": "Two."}]}, "One.\nTwo."),
        ({"series": [{"startTimeMs": 0, "object": {"type": "text", "text": "Bonjour"}}]}, "Bonjour"),
        # Results of other kinds, and what is none.
        ({"series": [{"startTimeMs": 0, "object": {"type": "logo", "label": "x"}}]}, ""),
        ({"series": [None, 1, {"words": None}, {"words": [{}]}], "object": "x"}, ""),
        ({}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_text(document: Any, text: str) -> None:
    assert text_of(document) == text


def test_turns() -> None:
    series = [
        entry(0, "Yes", **speaker("Ada")),
        {**entry(100, "."), "speakerId": "Ada"},
        {"startTimeMs": 200, "stopTimeMs": 300, "words": [{"word": "No", "confidence": 0.25}], "speakerId": 7},
        {"startTimeMs": 300, "stopTimeMs": 400, "words": [{"word": "no", "confidence": 2}], "speakerId": 7},
    ]
    assert turns_of({"series": series}) == [
        Turn("Ada", [Word(0, 100, "Yes"), Word(100, 200, ".")]),
        Turn("7", [Word(200, 300, "No", 0.25), Word(300, 400, "no")]),
    ]
    assert [turn.text for turn in turns_of({"series": series})] == ["Yes.", "No no"]
    assert turns_of(None) == []
