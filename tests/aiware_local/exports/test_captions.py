"""Lines, screens and cues: every option, and words that overlap."""

from __future__ import annotations

import dataclasses
import unicodedata
from typing import Any

import pytest

from aiware_local.exports.captions import clock, make_cues, make_screens
from aiware_local.exports.formats import FORMATS, Layout, layout_of
from aiware_local.exports.lines import make_lines
from aiware_local.tdos.transcripts import Word
from tests.aiware_local.words import words

DEFAULT = layout_of(FORMATS["srt"].defaults)


def _texts(said: list[Word], layout: Layout) -> list[str]:
    return [line.labeled for line in make_lines(said, layout)]


def _screens(said: list[Word], layout: Layout) -> list[list[str]]:
    return [[line.labeled for line in screen.lines] for screen in make_screens(make_lines(said, layout), layout)]


def _with(**options: Any) -> Layout:
    return dataclasses.replace(DEFAULT, **options)


def test_documented_defaults() -> None:
    assert Layout(32, False, 1000, 2, 5000, False) == DEFAULT == layout_of(FORMATS["vtt"].defaults)
    assert Layout(30, False, 1000, 3, 5000, False) == layout_of(FORMATS["txtAvid"].defaults)
    assert Layout(80, False, 1000, 1, 5000, False) == layout_of(FORMATS["ttml"].defaults)
    assert Layout(60, False, 0) == layout_of(FORMATS["txt"].defaults) == layout_of(FORMATS["docx"].defaults)


def test_lines_wrap_at_words() -> None:
    said = words("one two three unbreakable four")
    assert _texts(said, _with(max_characters=9)) == ["one two", "three", "unbreakable", "four"]
    assert _texts(said, _with(max_characters=7)) == ["one two", "three", "unbreakable", "four"]
    assert _texts(said, _with(max_characters=6)) == ["one", "two", "three", "unbreakable", "four"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("yes. no? maybe, so! end", ["yes.", "no?", "maybe, so!", "end"]),
        ('he said "no." And (twice!) left', ['he said "no."', "And (twice!)", "left"]),
        ("Dr. Lee came at 7 p.m. from the U.S. office.", ["Dr. Lee came at 7 p.m.", "from the U.S. office."]),
        ("Wait... what? See fig. 5. Yes.", ["Wait... what?", "See fig. 5.", "Yes."]),
        ("今晩は。 元気？ はい", ["今晩は。", "元気？", "はい"]),
        ("J. Smith, e.g. of Acme Inc. He is in D.C. today.", ["J. Smith, e.g. of Acme Inc.", "He is in D.C. today."]),
        ("It is 5 p.m. in the U.S. She left.", ["It is 5 p.m. in the U.S.", "She left."]),
        ("هل أنت بخير؟ نعم", ["هل أنت بخير؟", "نعم"]),
        ("नमस्ते। कैसे", ["नमस्ते।", "कैसे"]),
        ("3.5 percent", ["3.5 percent"]),
    ],
)
def test_a_sentence_ends_a_line(text: str, lines: list[str]) -> None:
    assert " ".join(_texts(words(text), DEFAULT)) == text
    assert _texts(words(text), _with(newline_on_punctuation=True)) == lines


def test_only_a_longer_pause_separates() -> None:
    said = words("a b c d e f", {0: 1000, 1: 1001, 3: 5000, 4: 5001})
    assert _texts(said, DEFAULT) == ["a b", "c d", "e", "f"]
    assert _screens(said, _with(lines_per_screen=9)) == [["a b", "c d", "e"], ["f"]]
    assert _screens(said, _with(lines_per_screen=9, screen_gap_ms=0)) == [["a b", "c d", "e", "f"]]
    assert _texts(said, _with(paragraph_gap_ms=0)) == ["a b c d e", "f"]
    assert _texts(said, _with(paragraph_gap_ms=0, screen_gap_ms=0)) == ["a b c d e f"]


def test_nobody_is_silent_while_somebody_speaks() -> None:
    said = [Word("looong", 0, 9000), Word("short", 100, 200), Word("next", 9000, 9100)]
    assert _screens(said, DEFAULT) == [["looong short next"]]


def test_lines_per_screen() -> None:
    layout = _with(max_characters=1, lines_per_screen=3)
    assert _screens(words("a b c d"), layout) == [["a", "b", "c"], ["d"]]


def test_a_change_of_speakers_starts_a_line_with_the_name() -> None:
    said = words("hi you there bye", speakers="AABA")
    assert _texts(said, DEFAULT) == ["hi you there bye"]
    assert _texts(said, _with(with_speakers=True)) == ["A: hi you", "B: there", "A: bye"]
    assert _screens(said, _with(with_speakers=True)) == [["A: hi you", "B: there"], ["A: bye"]]


def test_a_name_is_not_said_again_while_its_speaker_goes_on() -> None:
    layout = _with(with_speakers=True, max_characters=6, lines_per_screen=1)
    assert _screens(words("one two three", speakers="AAA"), layout) == [["A: one"], ["two"], ["three"]]


def test_a_name_takes_room_where_it_is_text() -> None:
    layout = _with(with_speakers=True, max_characters=7)
    said = words("one two", speakers="AA")
    assert _texts(said, layout) == ["A: one", "two"]
    assert [line.text for line in make_lines(said, layout, labels=False)] == ["one two"]


def test_nobody_named() -> None:
    said = [*words("a"), *words("b c", speakers="AA"), Word("d", 300, 400)]
    lines = make_lines([Word(word.text, place, place + 1, word.speaker) for place, word in enumerate(said)], DEFAULT)
    assert [line.text for line in lines] == ["a b c d"]
    said = [Word("a", 0, 1), Word("b", 1, 2, "A"), Word("c", 2, 3), Word("d", 3, 4, "A")]
    assert _texts(said, _with(with_speakers=True)) == ["a", "A: b", "c", "A: d"]


def _times(said: list[Word], layout: Layout = DEFAULT, per_second: int = 1000) -> list[tuple[int, int]]:
    return [(cue.start, cue.stop) for cue in make_cues(said, layout, per_second=per_second)]


ONE_WORD = _with(max_characters=1, lines_per_screen=1)


def test_a_cue_lasts_as_long_as_its_words() -> None:
    assert _times(words("a b c d e", {1: 2000, 3: 6000})) == [(0, 2400), (8400, 8500)]
    assert _times(words("a"), per_second=30) == [(0, 3)]
    assert _times([Word("a", 1001, 1034)], per_second=30) == [(30, 32)]


def test_what_is_said_at_once_is_kept_together() -> None:
    said = [Word("b", 500, 600), Word("a", 0, 1000), Word("c", 900, 950)]
    assert _texts(said, DEFAULT) == ["a c", "b"]
    assert _times(said) == [(0, 1000)]


def test_speakers_who_interrupt_each_other_finish_their_lines() -> None:
    said = [
        *(Word(text, start, start + 400, "A") for text, start in [("who", 0), ("is", 400), ("there", 800)]),
        *(Word(text, start, start + 200, "B") for text, start in [("me", 500), ("again", 700), ("really", 1500)]),
    ]
    mixed = sorted(said, key=lambda word: word.start_ms)
    for transcript in (said, mixed):
        assert _texts(transcript, DEFAULT) == ["who is there", "me again really"]
    in_turn = [Word("hello", 0, 500, "A"), Word("hi", 600, 800, "B"), Word("yes", 900, 1100, "A")]
    assert _texts(in_turn, DEFAULT) == ["hello hi yes"]


@pytest.mark.parametrize(
    ("text", "most", "lines"),
    [
        ("とても長い文章なので一行に収まりません。", 12, ["とても長い文章なので", "一行に収まりません。"]),
        ("これは日本語の字幕です。とても長い文章なので一行に収まりません。", 16, None),
        ("สวัสดีครับยินดีต้อนรับสู่ประเทศไทย", 20, None),
        ("今天天气很好我们一起去公园散步吧", 8, None),
        ("ស្វាគមន៍មកកាន់ប្រទេសកម្ពុជា", 10, None),
        ("unbreakablewordoflatinletters", 10, ["unbreakablewordoflatinletters"]),
    ],
)
def test_scripts_without_spaces_are_wrapped_where_they_may(text: str, most: int, lines: list[str] | None) -> None:
    found = _texts([Word(text, 0, 3000)], _with(max_characters=most))
    assert "".join(found) == text
    if lines is not None:
        assert found == lines
    else:
        assert len(found) > 1
        assert all(len(line) <= most for line in found)
        assert not any(unicodedata.category(line[0]).startswith("M") for line in found)


@pytest.mark.parametrize(
    ("text", "most", "lines"),
    [
        ("次の文です！はい。「もう一度。」", 32, ["次の文です！", "はい。", "「もう一度。」"]),
        ("インターフェースアーキテクチャ、", 8, ["インターフェース", "アーキテクチャ、"]),
        ("「ソフトウェアエンジニアリング」。", 16, ["「ソフトウェアエンジニアリン", "グ」。"]),
        ("ក្រុងថ្ងៃនេះ", 7, ["ក្រុង", "ថ្ងៃនេះ"]),
        ("မင်္ဂလာပါယနေ့ကျွန်ုပ်တို့သည်", 26, ["မင်္ဂလာပါယနေ့ကျွန်ုပ်တို့", "သည်"]),
        ("བོད་ཡིག་གི་ཚིག་གྲུབ", 10, ["བོད་ཡིག་", "གི་ཚིག་", "གྲུབ"]),
    ],
)
def test_no_line_begins_or_ends_with_what_belongs_to_others(text: str, most: int, lines: list[str]) -> None:
    assert _texts([Word(text, 0, 3000)], _with(max_characters=most, newline_on_punctuation=True)) == lines


def _said(text: str, start: int, speaker: str | None = None) -> list[Word]:
    return [
        Word(word, start + 300 * place, start + 300 * (place + 1), speaker) for place, word in enumerate(text.split())
    ]


LONG = "welcome to this long meeting of the council where we talk of many things. then we go on"


@pytest.mark.parametrize("speakers", [("A", "B"), (None, None)])
def test_a_turn_stays_together_across_screens(speakers: tuple[str | None, str | None]) -> None:
    """Who speaks meanwhile waits for the end of the sentence, and no screen is too short to be read."""
    first, second = speakers
    cues = make_cues([*_said(LONG, 0, first), *_said("yes of course", 1000, second)], _with(lines_per_screen=1))
    assert [line.text for cue in cues for line in cue.lines] == [
        "welcome to this long",
        "meeting of the council where",
        "we talk of many things.",
        "yes of course",
        "then we go on",
    ]
    times = [(cue.start, cue.stop) for cue in cues]
    assert times == [(0, 1000), (1000, 2066), (2066, 3133), (3133, 4200), (4200, 5400)]


def test_nobody_waits_for_long() -> None:
    said = [*_said("and so on " * 20, 0), *_said("yes", 3000)]
    texts = [line.text for cue in make_cues(said, DEFAULT) for line in cue.lines]
    assert "yes" in texts[:-1]
    assert " ".join(texts).split().index("yes") == len([word for word in said[:-1] if word.start_ms <= 9000])


def test_lines_are_even_and_no_word_is_alone() -> None:
    text = "we have heard the reports of all the commissions and vote on the budget now please"
    found = _texts(words(text), _with(max_characters=32))
    assert found == ["we have heard the reports", "of all the commissions and", "vote on the budget now please"]


def test_a_screen_goes_when_the_next_one_comes() -> None:
    said = [Word("a", 0, 1000), Word("b", 600, 900), Word("c", 2000, 2100)]
    assert _times(said, ONE_WORD) == [(0, 600), (600, 900), (2000, 2100)]


def test_screens_that_begin_at_once_share_the_time() -> None:
    said = [Word("a", 0, 500), Word("b", 0, 900), Word("c", 0, 400), Word("d", 700, 800)]
    assert [cue.lines[0].text for cue in make_cues(said, ONE_WORD)] == ["c", "a", "b", "d"]
    assert _times(said, ONE_WORD) == [(0, 233), (233, 466), (466, 700), (700, 800)]


def test_a_cue_has_a_length_even_if_its_words_have_none() -> None:
    said = [Word("a", 5, 5), Word("b", 5, 5), Word("c", 6, 6)]
    assert _times(said, ONE_WORD) == [(5, 6), (6, 7), (7, 8)]


def test_no_words() -> None:
    assert make_lines([], DEFAULT) == []
    assert make_cues([], DEFAULT) == []


def test_a_line_has_the_name_of_its_speaker() -> None:
    (line,) = make_lines(words("hi you", speakers="AA"), _with(with_speakers=True))
    assert (line.text, line.labeled, line.speaker, line.pause_ms) == ("hi you", "A: hi you", "A", 0)


def test_clock() -> None:
    assert clock(0, ".") == "00:00:00.000"
    assert clock(3_723_004, ",") == "01:02:03,004"
    assert clock(360_000_000, ".") == "100:00:00.000"
