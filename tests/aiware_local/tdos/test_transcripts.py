"""Words from caption files and texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiware_local.tdos.transcripts import (
    Word,
    read_transcript,
    simulated_transcript,
    transcript_document,
    words_of,
)


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_words_share_a_cue_by_their_length(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.srt", "1\n00:00:01,000 --> 00:00:02,000\n<i>ab</i> abcdef\nxx\n")
    assert read_transcript(path) == [Word("ab", 1000, 1200), Word("abcdef", 1200, 1800), Word("xx", 1800, 2000)]


def test_cues_come_in_the_order_of_time(tmp_path: Path) -> None:
    cues = "WEBVTT\n\n00:05.000 --> 00:06.000\nlater\n\n00:01.000 --> 00:02.000\nsooner\n"
    assert [word.text for word in read_transcript(_file(tmp_path, "a.vtt", cues))] == ["sooner", "later"]


def test_speakers_and_entities(tmp_path: Path) -> None:
    cues = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v.loud Ann Lee>a &lt; {b}</v>\n"
    words = read_transcript(_file(tmp_path, "a.vtt", cues))
    assert [word.text for word in words] == ["a", "<", "{b}"]
    assert {word.speaker for word in words} == {"Ann Lee"}


def test_plain_text_is_spread_evenly(tmp_path: Path) -> None:
    words = read_transcript(_file(tmp_path, "a.txt", "one two\n\nthree\n"))
    assert [(word.text, word.start_ms) for word in words] == [("one", 0), ("two", 400), ("three", 1400)]


@pytest.mark.parametrize("name", ["a.srt", "a.vtt"])
def test_file_without_cues_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        read_transcript(_file(tmp_path, name, "nothing of the kind"))


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
