"""What is said in a recording, by the caption file beside it: each word once, in its time, by whoever says it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import charset_normalizer
import srt
import webvtt

from aiware_local.tdos.transcripts import Word, spread

FLASH_MS = 100
"""How long a caption lasts at most that only moves lines up, as rolling captions have them between two others."""
_TIME = re.compile(r"(?:(\d+):)?(\d{2}):(\d{2})\.(\d{3})")
_VTT_TAG = re.compile(r"<(/?(?:[a-zA-Z][^<>]*|\d[\d:.]*)?)>")
"""What WebVTT may mean as markup; a `<` before anything else is text, though it should be escaped."""
_SRT_TAG = re.compile(r"</?[biusBIUS]>|<font\b[^<>]*>|</font>|<br\s*/?>|\{\\[^{}]*\}", re.IGNORECASE)
_SRT_BREAK = re.compile(r"\\N|<br\s*/?>")
_DASH = re.compile(r"^[-–—](?:\s+|(?=[^\W\d_]|[\"'“¿¡]))")
"""The dash before what one of several people says."""


@dataclass(frozen=True)
class Piece:
    """A run of text in one voice; `start_ms` where the file times it by itself."""

    text: str
    speaker: str | None = None
    start_ms: int | None = None


@dataclass(frozen=True)
class Cue:
    """A caption: its lines, each of pieces, and when it is shown, in milliseconds."""

    start_ms: int
    stop_ms: int
    lines: list[list[Piece]]

    @property
    def texts(self) -> list[str]:
        """Its lines as they read."""
        return [" ".join("".join(piece.text for piece in line).split()) for line in self.lines]


def read_sidecar(path: Path) -> list[Word]:
    """Reads the words of a caption file (.vtt, .srt, .ttml, .dfxp, .scc) or of a text (.txt).

    The words come caption by caption: where people speak at once, the words of one are not among those of the other.
    Words without a time of their own share that of their caption by their length.

    Raises:
        ValueError: The file is not what its ending says.
    """
    content = path.read_bytes()
    reader = READERS.get(path.suffix)
    try:
        if reader is None:
            return list(spread(_decoded(content)))
        cues = [_checked(cue) for cue in reader(content)]
    # The readers of such files raise whatever their parsers do.
    except Exception as error:
        raise ValueError(f"{path.name} is not a {path.suffix[1:]} file: {error}") from error
    if content.strip() and not cues and b"-->" not in content:
        raise ValueError(f"{path.name} is not a {path.suffix[1:]} file: it has no cues")
    in_order = sorted(cues, key=lambda cue: cue.start_ms)
    return [word for cue in _said_once(in_order) for word in _words(cue)]


def _decoded(content: bytes) -> str:
    """The text of a file: UTF-8 if it can be, else in the encoding that fits best.

    Raises:
        ValueError: It is not a text.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        found = charset_normalizer.from_bytes(content).best()
        text = "\0" if found is None else str(found).removeprefix("\ufeff")
    if "\0" in text:
        raise ValueError("it is not a text in any known encoding")
    return text


def _read_vtt(content: bytes) -> Iterator[Cue]:
    for caption in webvtt.from_string(_decoded(content)).captions:
        start, stop = _milliseconds(caption.start_time), _milliseconds(caption.end_time)
        yield Cue(start, stop, _vtt_lines(caption.raw_text))


def _milliseconds(time: Any) -> int:
    return int(((time.hours * 60 + time.minutes) * 60 + time.seconds) * 1000 + time.milliseconds)


def _vtt_lines(text: str) -> list[list[Piece]]:
    """The lines of a WebVTT caption: each voice its words, inline times with what they begin, and no other markup."""
    lines: list[list[Piece]] = [[]]
    speaker, start, ruby = None, None, False
    for place, part in enumerate(_VTT_TAG.split(text)):
        if place % 2:
            name = part.split(".")[0].split()[0].lower() if part.strip() else ""
            if name == "v" and len(said := part.split(maxsplit=1)) == 2:
                speaker = html.unescape(said[1].strip())
            elif name == "/v":
                speaker = None
            elif name in ("rt", "/rt"):
                ruby = name == "rt"
            elif time := _TIME.fullmatch(part.strip()):
                hours, minutes, seconds, rest = (int(each or 0) for each in time.groups())
                start = ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest
            continue
        if ruby:
            continue
        first, *others = html.unescape(part).split("\n")
        lines[-1].append(Piece(first, speaker, start))
        lines += [[Piece(other, speaker, start)] for other in others]
    return lines


def _read_srt(content: bytes) -> Iterator[Cue]:
    for subtitle in srt.parse(_decoded(content)):
        start, stop = (round(time / timedelta(milliseconds=1)) for time in (subtitle.start, subtitle.end))
        text = html.unescape(_SRT_TAG.sub("", _SRT_BREAK.sub("\n", subtitle.content)))
        yield Cue(start, stop, [[Piece(line)] for line in text.split("\n")])


def _read_ttml(content: bytes) -> Iterator[Cue]:
    from ttconv.imsc import reader

    return _converted(reader.to_model(ElementTree.ElementTree(ElementTree.fromstring(content))))  # noqa: S314 - the user's file


def _read_scc(content: bytes) -> Iterator[Cue]:
    from ttconv.scc import reader

    return _converted(reader.to_model(_decoded(content)))


def _converted(document: Any) -> Iterator[Cue]:
    """The captions of a document that ttconv has read."""
    from ttconv.srt import writer

    return _read_srt(writer.from_model(document).encode())


READERS: dict[str, Callable[[bytes], Iterator[Cue]]] = {
    ".vtt": _read_vtt,
    ".srt": _read_srt,
    ".ttml": _read_ttml,
    ".dfxp": _read_ttml,
    ".scc": _read_scc,
}


def _checked(cue: Cue) -> Cue:
    """The caption without empty lines, and with its times in order where the file has them the wrong way round."""
    start, stop = sorted((cue.start_ms, cue.stop_ms))
    return Cue(start, stop, [line for line, text in zip(cue.lines, cue.texts, strict=True) if text])


def _said_once(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Captions without the lines that only stay on the screen from the caption before: rolling captions."""
    yield from cues[:1]
    for before, cue in pairwise(cues):
        yield replace(cue, lines=cue.lines[_still_shown(before, cue) :])


def _still_shown(before: Cue, cue: Cue) -> int:
    """How many of the first lines of a caption were the last ones of the caption before, and were not said again."""
    if cue.start_ms > before.stop_ms + FLASH_MS:
        return 0
    most = min(len(before.lines), len(cue.lines))
    same = next((n for n in range(most, 0, -1) if before.texts[-n:] == cue.texts[:n]), 0)
    timed = any(piece.start_ms is not None for line in cue.lines[:same] for piece in line)
    flash = min(cue.stop_ms - cue.start_ms, before.stop_ms - before.start_ms) <= FLASH_MS
    return same if not timed and (flash or len(cue.lines) > same) else 0


def _words(cue: Cue) -> Iterator[Word]:
    """The words of a caption. Words between two times share the time between them by their length."""
    spans: list[tuple[int, list[tuple[str, str | None]]]] = [(cue.start_ms, [])]
    for line in cue.lines:
        for text, piece in _spoken(line):
            start = piece.start_ms
            if start is not None and spans[-1][0] < start < cue.stop_ms:
                spans.append((start, []))
            spans[-1][1].append((text, piece.speaker))
    ends = [start for start, _ in spans[1:]] + [cue.stop_ms]
    for (start, said), stop in zip(spans, ends, strict=True):
        total, passed = sum(len(text) for text, _ in said), 0
        for text, speaker in said:
            begin = start + (stop - start) * passed // total
            passed += len(text)
            yield Word(text, begin, start + (stop - start) * passed // total, speaker)


def _spoken(line: Sequence[Piece]) -> list[tuple[str, Piece]]:
    """The words of a line, each with the piece that it begins in; without the dash that stands for a new speaker."""
    spoken: list[tuple[str, Piece]] = []
    inside = False
    for piece in line:
        text = piece.text if spoken else _DASH.sub("", piece.text.lstrip(), count=1)
        for place, word in enumerate(text.split()):
            if inside and place == 0 and not text[0].isspace():
                spoken[-1] = (spoken[-1][0] + word, spoken[-1][1])
            else:
                spoken.append((word, piece))
        inside = bool(spoken) and (not text[-1].isspace() if text else inside)
    return spoken
