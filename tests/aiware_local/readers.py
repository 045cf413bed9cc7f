"""Exported files as other programs read them: by parsers that are none of ours, but for Avid's, which has none."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from xml.etree import ElementTree

import docx
import srt
import webvtt
from ttconv.imsc import reader as imsc
from ttconv.model import Br, ContentElement, P, Text

AVID_FRAMES = 30


@dataclass(frozen=True)
class Shown:
    """Lines that are shown from one time to another, in milliseconds."""

    start: int
    stop: int
    lines: list[str]


def read_vtt(content: bytes) -> list[Shown]:
    """By webvtt-py; it leaves entities to whoever shows the text."""
    captions = webvtt.from_string(content.decode(), strict=True).captions
    return [
        Shown(
            caption.start_time.in_milliseconds(),
            caption.end_time.in_milliseconds(),
            html.unescape(caption.text).split("\n"),
        )
        for caption in captions
    ]


def read_srt(content: bytes) -> list[Shown]:
    """By srt."""
    cues = list(srt.parse(content.decode(), ignore_errors=False))
    assert [cue.index for cue in cues] == list(range(1, len(cues) + 1))
    return [Shown(_whole(cue.start), _whole(cue.end), cue.content.split("\n")) for cue in cues]


def read_ttml(content: bytes) -> list[Shown]:
    """By ttconv."""
    tree = ElementTree.fromstring(content)  # noqa: S314 - written by the test's own process
    document = imsc.to_model(ElementTree.ElementTree(tree))
    assert document is not None
    body = document.get_body()
    paragraphs = [element for element in body.dfs_iterator() if isinstance(element, P)] if body is not None else []
    return [Shown(_ms(p.get_begin()), _ms(p.get_end()), _ttml_text(p).split("\n")) for p in paragraphs]


def read_txt_avid(content: bytes) -> list[Shown]:
    """By the description of the format: between two tags blocks of a line of timecode and lines of text."""
    head, _, rest = content.decode().partition("<begin subtitles>\n\n")
    assert all(line.startswith("@") or not line for line in head.split("\n"))
    body, end, after = rest.partition("<end subtitles>\n")
    assert (end, after) == ("<end subtitles>\n", "")
    return [_avid_block(block) for block in body.split("\n\n") if block]


def read_txt(content: bytes) -> list[list[str]]:
    """The lines of each paragraph."""
    text = content.decode()
    assert text.endswith("\n")
    return [paragraph.split("\n") for paragraph in text[:-1].split("\n\n")]


def read_docx(content: bytes) -> list[list[str]]:
    """By python-docx: the lines of each paragraph."""
    return [paragraph.text.split("\n") for paragraph in docx.Document(io.BytesIO(content)).paragraphs]


CAPTIONS: Mapping[str, Callable[[bytes], list[Shown]]] = {
    "vtt": read_vtt,
    "srt": read_srt,
    "ttml": read_ttml,
    "txtAvid": read_txt_avid,
}
TEXTS: Mapping[str, Callable[[bytes], list[list[str]]]] = {"txt": read_txt, "docx": read_docx}


def lines_of(extension: str, content: bytes) -> list[str]:
    """All lines of a transcript, whatever its format."""
    if extension in TEXTS:
        return [line for paragraph in TEXTS[extension](content) for line in paragraph]
    return [line for shown in CAPTIONS[extension](content) for line in shown.lines]


def _whole(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)


def _ms(time: Fraction | None) -> int:
    # ttconv keeps no time that is zero.
    milliseconds = (time or Fraction(0)) * 1000
    assert milliseconds.denominator == 1
    return milliseconds.numerator


def _ttml_text(paragraph: ContentElement) -> str:
    parts = ["\n" if isinstance(element, Br) else element.get_text() for element in _texts(paragraph)]
    return "".join(parts)


def _texts(paragraph: ContentElement) -> list[Br | Text]:
    return [element for element in paragraph.dfs_iterator() if isinstance(element, Br | Text)]


def _avid_block(block: str) -> Shown:
    times, *lines = block.split("\n")
    start, stop = times.split(" ")
    return Shown(_avid_ms(start), _avid_ms(stop), [line for line in lines if line])


def _avid_ms(timecode: str) -> int:
    found = re.fullmatch(r"(\d\d+):([0-5]\d):([0-5]\d):(\d\d)", timecode)
    assert found, timecode
    hours, minutes, seconds, frames = map(int, found.groups())
    assert frames < AVID_FRAMES
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + frames * 1000 // AVID_FRAMES
