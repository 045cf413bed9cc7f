"""What results and times tell; what they do not tell is not made up."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.api import EngineResultRecord
from aiware_resources.report.run.measures import durations, transcripts


def result(*series: dict[str, Any], engine: str = "e") -> EngineResultRecord:
    return EngineResultRecord(engine_id=engine, jsondata={"series": list(series)})


def said(word: str, *more: dict[str, Any], until: int = 1000, **facts: Any) -> dict[str, Any]:
    return {"startTimeMs": 0, "stopTimeMs": until, "words": [*more, {"word": word, **facts}]}


def test_words_are_counted_by_engine() -> None:
    found, until = transcripts(
        [
            result(said("Good", confidence=0.5), said("evening", confidence=1), said(".", confidence=1)),
            result(said("again", until=9_500)),
            result(said("Guten"), engine="f"),
        ]
    )
    assert [(each.engine, each.words, each.confidence) for each in found] == [("e", 3, 0.75), ("f", 1, None)]
    assert until == 9.5


def test_of_several_possible_words_the_best_one_counts() -> None:
    other = {"word": "could", "confidence": 0.1}
    (found,), _ = transcripts([result(said("good", other, confidence=0.9, bestPath=True), said("x", other))])
    assert found.words == 2
    assert found.confidence == pytest.approx(0.5)


@pytest.mark.parametrize(
    "document",
    [None, [], "text", {}, {"series": None}, {"series": [None, {"words": "x"}, {"words": [{"word": None}]}]}],
)
def test_a_result_without_words_has_none(document: Any) -> None:
    assert transcripts([EngineResultRecord(engine_id="e", jsondata=document)]) == ((), None)


@pytest.mark.parametrize("confidence", ["high", None, True, -1, 100])
def test_what_is_not_a_confidence_is_none(confidence: Any) -> None:
    (found,), _ = transcripts([result(said("good", confidence=confidence))])
    assert found.confidence is None


def test_durations() -> None:
    assert durations([]) is None
    found = durations([3.0, 4.0, 12.0, 100_000.0])
    assert found is not None
    assert (found.jobs, found.least, found.median, found.longest) == (4, 3.0, 8.0, 100_000.0)
    assert sum(bucket.jobs for bucket in found.buckets) == 4
    assert (found.buckets[0].least, found.buckets[0].below, found.buckets[0].jobs) == (2, 5, 2)
    assert found.buckets[-1].below > 100_000
