"""Every format read back by parsers that are none of ours: real speech, and any words that there may be."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import subprocess
from collections import Counter
from pathlib import Path

import docx
import imageio_ffmpeg
import pysubs2
import pytest
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st

from aiware_local.exports.formats import FORMATS, Layout, layout_of
from aiware_local.exports.renderers import RENDERERS, render_vlf
from aiware_local.tdos.sidecars import read_sidecar
from aiware_local.tdos.transcripts import Word
from tests.aiware_local.readers import AVID_FRAMES, CAPTIONS, TEXTS, Shown, lines_of, read_docx, read_txt
from tests.aiware_local.words import words

TALK = [
    Word("Добрый", 0, 400, "Анна"),
    Word("вечер.", 400, 900, "Анна"),
    Word("שלום", 700, 1500, "Bob <2>"),
    Word("&", 1500, 1700, "Bob <2>"),
    Word("a<b>c", 1700, 1900, "Bob <2>"),
    Word("{b1}\\N-->", 1900, 2000, "Bob <2>"),
    Word("日本語", 10000, 11000, "Анна"),
    Word("नमस्ते", 10500, 11200, "Bob <2>"),
    Word("👩‍👩‍👧", 11200, 11500, "Bob <2>"),
]
"""Two people, four scripts, words that overlap, and speech that looks like markup."""


def _layout(extension: str, **options: object) -> Layout:
    return layout_of({**FORMATS[extension].defaults, **options})


@pytest.mark.parametrize(
    ("extension", "cues"),
    [
        (
            "vtt",
            [
                Shown(0, 2000, ["Добрый вечер.", "שלום & a<b>c {b1}\\N-->"]),
                Shown(10000, 11500, ["日本語", "नमस्ते 👩‍👩‍👧"]),
            ],
        ),
        (
            "srt",
            [
                Shown(0, 2000, ["Анна: Добрый вечер.", "Bob <2>: שלום & a<b>c {b1}\\N-->"]),
                Shown(10000, 11500, ["Анна: 日本語", "Bob <2>: नमस्ते 👩‍👩‍👧"]),
            ],
        ),
        (
            "ttml",
            [
                Shown(0, 700, ["Анна: Добрый вечер."]),
                Shown(700, 2000, ["Bob <2>: שלום & a<b>c {b1}\\N-->"]),
                Shown(10000, 10500, ["Анна: 日本語"]),
                Shown(10500, 11500, ["Bob <2>: नमस्ते 👩‍👩‍👧"]),
            ],
        ),
        (
            "txtAvid",
            [
                Shown(0, 2000, ["Анна: Добрый вечер.", "Bob <2>: שלום &", "a<b>c {b1}\\N-->"]),
                Shown(10000, 11500, ["Анна: 日本語", "Bob <2>: नमस्ते 👩‍👩‍👧"]),
            ],
        ),
    ],
)
def test_speech_of_two_people(extension: str, cues: list[Shown]) -> None:
    content = RENDERERS[extension](TALK, _layout(extension, withSpeakerData=True))
    assert CAPTIONS[extension](content) == cues


def test_voices_of_a_vtt_file() -> None:
    content = RENDERERS["vtt"](words("hi you bye", speakers="AAB"), _layout("vtt", withSpeakerData=True)).decode()
    assert content == "WEBVTT\n\n1\n00:00:00.000 --> 00:00:00.300\n<v A>hi you</v>\n<v B>bye</v>\n"
    (caption,) = webvtt.from_string(content, strict=True).captions
    assert (caption.voice, caption.text) == ("A", "hi you\nbye")
    content = RENDERERS["vtt"](TALK, _layout("vtt", withSpeakerData=True)).decode()
    assert "<v Bob &lt;2&gt;>שלום &amp; a&lt;b&gt;c {b1}\\N--&gt;</v>" in content
    assert "<v" not in RENDERERS["vtt"](TALK, _layout("vtt")).decode()


@pytest.mark.parametrize("extension", TEXTS)
def test_texts_have_no_speakers_but_paragraphs(extension: str) -> None:
    read = TEXTS[extension]
    everything = ["Добрый вечер.", "שלום & a<b>c {b1}\\N--> 日本語", "नमस्ते 👩‍👩‍👧"]
    assert read(RENDERERS[extension](TALK, _layout(extension))) == [everything]
    layout = _layout(extension, timeGapToSeparateParagraphMs=2000, newLineOnPunctuation=True, maxCharacterPerLine=20)
    assert read(RENDERERS[extension](TALK, layout)) == [
        ["Добрый вечер.", "שלום & a<b>c", "{b1}\\N-->"],
        ["日本語", "नमस्ते 👩‍👩‍👧"],
    ]


def test_a_word_document_speaks_for_itself() -> None:
    properties = docx.Document(io.BytesIO(RENDERERS["docx"](TALK, _layout("docx")))).core_properties
    assert (properties.author, properties.title, properties.comments) == ("aiWARE", "Transcript", "")


def test_plain_files_as_they_are() -> None:
    said = words("Good evening. Hello", {1: 6000})
    assert RENDERERS["srt"](said, _layout("srt")).decode() == (
        "1\n00:00:00,000 --> 00:00:00,200\nGood evening.\n\n2\n00:00:06,200 --> 00:00:06,300\nHello\n"
    )
    assert RENDERERS["ttml"](said, _layout("ttml")).decode() == (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        '<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="">\n  <body>\n    <div>\n'
        '      <p begin="00:00:00.000" end="00:00:00.200">Good evening.</p>\n'
        '      <p begin="00:00:06.200" end="00:00:06.300">Hello</p>\n'
        "    </div>\n  </body>\n</tt>\n"
    )
    assert RENDERERS["txtAvid"](said, _layout("txtAvid")).decode() == (
        "@ Avid DS subtitles. Timecode: 30 frames a second, non-drop.\n\n<begin subtitles>\n\n"
        "00:00:00:00 00:00:00:06\nGood evening.\n\n00:00:06:06 00:00:06:09\nHello\n\n<end subtitles>\n"
    )


def test_vlf_is_the_series_and_nothing_else() -> None:
    series = [{"startTimeMs": 0, "stopTimeMs": 1, "object": {"label": "hé \ud800"}}]
    content = render_vlf({"series": series, "sourceEngineId": "x", "object": []})
    assert json.loads(content) == {"series": series}
    assert "hé" in content.decode()
    assert json.loads(render_vlf({"object": []})) == {"series": []}


_WORD = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@st.composite
def _speech(draw: st.DrawFn) -> list[Word]:
    """Words that may overlap or leave gaps, of up to three people."""
    start, said = 0, []
    for text in draw(st.lists(_WORD, min_size=1, max_size=25)):
        length = draw(st.integers(100, 3000))
        said.append(Word(text, start, start + length, draw(st.sampled_from([None, "Ann", "李 雷"]))))
        start += draw(st.sampled_from([0, 50, length, length, length, length + 1500, length + 6000]))
    return said


@st.composite
def _layouts(draw: st.DrawFn) -> Layout:
    gaps = st.sampled_from([0, 1, 1000, 5000])
    return Layout(
        max_characters=draw(st.integers(1, 50)),
        newline_on_punctuation=draw(st.booleans()),
        paragraph_gap_ms=draw(gaps),
        lines_per_screen=draw(st.integers(1, 4)),
        screen_gap_ms=draw(gaps),
        with_speakers=draw(st.booleans()),
    )


def _unlabeled(line: str) -> str:
    return re.sub(r"^(Ann|李 雷): ", "", line)


@pytest.mark.parametrize("extension", CAPTIONS)
@settings(deadline=None, max_examples=30)
@given(said=_speech(), layout=_layouts())
def test_limits_hold_in_captions(extension: str, said: list[Word], layout: Layout) -> None:
    shown = CAPTIONS[extension](RENDERERS[extension](said, layout))
    for cue in shown:
        assert len(cue.lines) <= layout.lines_per_screen
    # A screen is shown for a frame at least, so many screens within a few frames end later than the words.
    frame = 1000 // AVID_FRAMES + 1 if extension == "txtAvid" else 1
    times = [time for cue in shown for time in (cue.start, cue.stop)]
    assert times == sorted(times)
    assert all(cue.start < cue.stop for cue in shown)
    assert times[0] >= 0
    assert times[-1] <= max(word.stop_ms for word in said) + frame * len(shown)


@pytest.mark.parametrize("extension", RENDERERS)
@settings(deadline=None, max_examples=30)
@given(said=_speech(), layout=_layouts())
def test_every_word_is_there_once_and_lines_fit(extension: str, said: list[Word], layout: Layout) -> None:
    if extension in TEXTS:
        layout = dataclasses.replace(layout, with_speakers=False)
    lines = lines_of(extension, RENDERERS[extension](said, layout))
    named = layout.with_speakers and extension != "vtt"
    spoken = [_unlabeled(line) if named else line for line in lines]
    assert Counter("".join(spoken).replace(" ", "")) == Counter("".join(word.text for word in said))
    for line, text in zip(lines, spoken, strict=True):
        assert len(line) <= layout.max_characters or " " not in text


@settings(deadline=None, max_examples=30)
@given(said=_speech(), layout=_layouts())
def test_a_word_document_says_what_the_plain_text_says(said: list[Word], layout: Layout) -> None:
    layout = dataclasses.replace(layout, with_speakers=False)
    assert read_docx(RENDERERS["docx"](said, layout)) == read_txt(RENDERERS["txt"](said, layout))


SIDECARS = sorted((Path(__file__).parents[1] / "tdos" / "sidecars").iterdir())


@pytest.mark.parametrize("extension", RENDERERS)
@pytest.mark.parametrize("sidecar", SIDECARS, ids=lambda path: path.name)
def test_what_caption_files_of_all_kinds_say_is_in_every_format(sidecar: Path, extension: str) -> None:
    said = read_sidecar(sidecar)
    text = "".join(word.text for word in said)
    assert "".join(lines_of(extension, RENDERERS[extension](said, _layout(extension)))).replace(" ", "") == text
    narrow = _layout(extension, newLineOnPunctuation=True, maxCharacterPerLine=12)
    assert Counter("".join(lines_of(extension, RENDERERS[extension](said, narrow))).replace(" ", "")) == Counter(text)


@pytest.mark.parametrize("extension", ["srt", "vtt"])
def test_players_read_the_captions_back(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"talk.{extension}"
    path.write_bytes(RENDERERS[extension](TALK, _layout(extension)))
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "warning", "-i", path, "-f", "webvtt", "-"]
    played = subprocess.run(command, capture_output=True, check=True)
    assert played.stderr == b""
    by_ffmpeg = [caption.text for caption in webvtt.from_string(played.stdout.decode()).captions]
    by_pysubs2 = [event.plaintext for event in pysubs2.load(str(path)).get_text_events()]
    assert len(by_ffmpeg) == len(by_pysubs2) == 2
    for texts in (by_ffmpeg, by_pysubs2):
        assert texts[0].startswith("Добрый вечер.")
        assert "日本語" in texts[1]


@pytest.mark.parametrize("extension", RENDERERS)
def test_where_nobody_speaks_a_file_is_empty_and_valid(extension: str) -> None:
    content = RENDERERS[extension]([], _layout(extension))
    if extension == "txt":
        assert content == b""
    else:
        assert not (CAPTIONS.get(extension) or TEXTS[extension])(content)
