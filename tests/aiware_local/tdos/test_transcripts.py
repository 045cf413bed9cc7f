"""Words from caption files and texts."""

from __future__ import annotations

from aiware_local.tdos.transcripts import (
    Word,
    simulated_transcript,
    transcript_document,
    words_of,
)


def test_document_and_back() -> None:
    words = [Word("a", 0, 5, "Ann"), Word("b", 5, 9)]
    assert words_of(transcript_document(words, "engine", "en")) == words


def test_best_path_is_taken() -> None:
    choices = [{"word": "no", "bestPath": False}, {"word": "yes", "bestPath": True}]
    document = {"series": [{"startTimeMs": 0, "stopTimeMs": 1, "words": choices}, {"startTimeMs": 1, "stopTimeMs": 2}]}
    assert words_of(document) == [Word("yes", 0, 1)]


def test_simulated_transcripts_are_stable_and_differ() -> None:
    assert simulated_transcript("a") == simulated_transcript("a")
    assert len({str(simulated_transcript(url)) for url in "abcdef"}) > 1
