"""Captions: every option, and files that other programs can read."""

from __future__ import annotations

import dataclasses
import re

import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiware_local.captions import make_lines, make_screens, render_captions, render_text
from aiware_local.export_formats import FORMATS, Layout, layout_of
from aiware_local.transcripts import Word

DEFAULT = layout_of(FORMATS["srt"].defaults)


def _words(text: str, gap_after: dict[int, int] | None = None, speakers: str = "") -> list[Word]:
    words, start = [], 0
    for place, word in enumerate(text.split()):
        words.append(Word(word, start, start + 100, speakers[place] if speakers else None))
        start += 100 + (gap_after or {}).get(place, 0)
    return words


def _lines(words: list[Word], layout: Layout) -> list[str]:
    return [line.text for line in make_lines(words, layout)]


def test_documented_defaults() -> None:
    assert Layout(32, False, 1000, 2, 5000, False) == DEFAULT == layout_of(FORMATS["vtt"].defaults)
    assert Layout(30, False, 1000, 3, 5000, False) == layout_of(FORMATS["txtAvid"].defaults)
    assert Layout(80, False, 1000, 1, 5000, False) == layout_of(FORMATS["ttml"].defaults)
    assert Layout(60, False, 0) == layout_of(FORMATS["txt"].defaults) == layout_of(FORMATS["docx"].defaults)


def test_lines_wrap_at_words() -> None:
    layout = dataclasses.replace(DEFAULT, max_characters=9)
    assert _lines(_words("one two three unbreakable four"), layout) == ["one two", "three", "unbreakable", "four"]


def test_punctuation() -> None:
    words = _words("yes. no? maybe, so! end")
    assert _lines(words, DEFAULT) == ["yes. no? maybe, so! end"]
    layout = dataclasses.replace(DEFAULT, newline_on_punctuation=True)
    assert _lines(words, layout) == ["yes.", "no?", "maybe, so!", "end"]


def test_gaps_start_lines_and_screens() -> None:
    words = _words("a b c d e", {0: 999, 1: 1000, 3: 5000})
    assert _lines(words, DEFAULT) == ["a b", "c d", "e"]
    screens = make_screens(make_lines(words, DEFAULT), DEFAULT)
    assert [[line.text for line in screen.lines] for screen in screens] == [["a b", "c d"], ["e"]]
    assert [(screen.start_ms, screen.stop_ms) for screen in screens] == [(0, 2399), (7399, 7499)]


def test_lines_per_screen() -> None:
    layout = dataclasses.replace(DEFAULT, max_characters=1, lines_per_screen=3)
    screens = make_screens(make_lines(_words("a b c d"), layout), layout)
    assert [len(screen.lines) for screen in screens] == [3, 1]


def test_speakers() -> None:
    words = _words("hi & you bye", speakers="AABB")
    layout = dataclasses.replace(DEFAULT, with_speakers=True)
    assert render_captions(words, DEFAULT, "srt").count("-->") == 1
    vtt = render_captions(words, layout, "vtt")
    assert "<v A>hi &amp;\n" in vtt
    assert "<v B>you bye\n" in vtt
    srt = render_captions(words, layout, "srt")
    assert "A: hi &\n" in srt
    assert "B: you bye\n" in srt


def test_what_looks_like_markup_is_speech() -> None:
    words = _words("{b1} <i> \\N")
    assert "{b1} &lt;i&gt;" in render_captions(words, DEFAULT, "vtt")
    assert "{b1} <i>" in render_captions(words, DEFAULT, "srt")


def test_text_has_paragraphs() -> None:
    words = _words("a b c", {1: 2000})
    assert render_text(words, layout_of(FORMATS["txt"].defaults)) == "a b c\n"
    assert (
        render_text(words, layout_of({**FORMATS["txt"].defaults, "timeGapToSeparateParagraphMs": 2000})) == "a b\n\nc\n"
    )


@pytest.mark.parametrize("extension", ["vtt", "srt", "ttml"])
@settings(deadline=None)
@given(
    text=st.lists(st.from_regex(r"[a-z]{1,12}[.,]?", fullmatch=True), min_size=1, max_size=40),
    width=st.integers(1, 40),
    lines=st.integers(1, 3),
    punctuation=st.booleans(),
    gaps=st.dictionaries(st.integers(0, 39), st.integers(0, 9000), max_size=6),
)
def test_nothing_is_lost_and_limits_hold(
    extension: str, text: list[str], width: int, lines: int, punctuation: bool, gaps: dict[int, int]
) -> None:
    layout = Layout(width, punctuation, 1000, lines, 5000)
    rendered = render_captions(_words(" ".join(text), gaps), layout, extension)
    events = pysubs2.SSAFile.from_string(rendered, format_=extension)
    assert " ".join(event.plaintext for event in events).split() == text
    for event in events:
        shown = event.plaintext.split("\n")
        assert len(shown) <= lines
        assert all(len(line) <= width or " " not in line for line in shown)
        assert event.start < event.end
    starts = [event.start for event in events]
    assert starts == sorted(starts)


def test_vtt_times_are_well_formed() -> None:
    vtt = render_captions(_words("a"), DEFAULT, "vtt")
    assert vtt.startswith("WEBVTT\n\n")
    assert re.search(r"^00:00:00\.000 --> 00:00:00\.100$", vtt, re.MULTILINE)
