"""What is said in a recording, by the caption file beside it: each word once, in its time, by whoever says it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import charset_normalizer
import srt
import webvtt
import webvtt.errors

from aiware_local.tdos.cues import Cue, Piece, plain, said_in
from aiware_local.tdos.timed_text import read_scc, read_ttml
from aiware_local.tdos.transcripts import Word, spread

ENCODINGS_ALIKE = 0.05
"""How much less probable than the best an encoding may be, by what charset-normalizer calls chaos, to be chosen."""
OF_OLD = ("mac_", "cp4", "cp7", "cp8", "ptcp", "kz", "hp_", "iso8859_", "cp1258")
"""How encodings are called that caption files hardly ever have."""
UNREADABLE = (
    ValueError,
    srt.SRTParseError,
    webvtt.errors.MalformedFileError,
    webvtt.errors.MalformedCaptionError,
    ElementTree.ParseError,
    # what ttconv raises over documents that are damaged in a way that it does not look for
    *(LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, NotImplementedError),
)
"""What the readers of caption files raise."""
_ENTITY = re.compile(r"&#?\w+;")
_TIME = re.compile(r"(?:(\d+):)?(\d{2}):(\d{2})\.(\d{3})")
_VTT_TAG = re.compile(
    r"<(/?(?:[a-z][^\s<>]*\s*/?|(?:v|lang|c|font)(?:\.[^\s<>]*)?\s[^<>]*|[a-z]+\s[^<>]*=[^<>]*|\d[\d:.]*)?)>",
    re.IGNORECASE,
)
"""What WebVTT may mean as markup; a `<` before anything else is text, though it should be escaped."""
_SRT_TAG = re.compile(r"</?[bis]>|<font\b[^<>]*>|</font>|\{/?[bius]\}|\{[ycfspo]:[^{}]*\}", re.IGNORECASE)
_ASS_TAG = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}.*?(?:\{[^{}]*\\p0[^{}]*\}|\Z)|\{\\[^{}]*\}", re.DOTALL)
"""What Advanced SubStation Alpha has as markup, and programs leave in other files; drawings with what they draw."""
_UNDERLINE = re.compile(r"(</?u>)", re.IGNORECASE)
_SRT_BREAK = re.compile(r"\\N|<br\s*/?>", re.IGNORECASE)
_ARROW = re.compile(r"^.*-->.*$", re.MULTILINE)
_POINT = r"(-?)(?:(\d+):)?(\d+):(\d+)(?:[,.:;](\d{1,3})\d*)?"
_SPAN = rf"^[ \t]*{_POINT}[ \t]*(?:-{{1,2}}|[–—])>[ \t]*{_POINT}(?:[ \t].*)?$"
_NUMBER = r"^[ \t]*\d+[ \t]*[.:]?[ \t]*\n"
_TIMES = re.compile(_SPAN, re.MULTILINE)
"""The times of a caption as programs write them in SubRip."""
_NUMBERED = re.compile(rf"(?:{_NUMBER}\s*)?{_SPAN}", re.MULTILINE)
"""The same, with the number of the caption before them."""
_LAST_NUMBER = re.compile(r"\n[ \t]*\n\s*(\d+)\s*\Z")


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
            return list(spread(plain(_decoded(content))))
        cues = list(reader(content)) if content.strip() else []
    except UNREADABLE as error:
        raise ValueError(f"{path.name} is not a {path.suffix[1:]} file: {error}") from error
    return list(said_in(cues))


def _decoded(content: bytes) -> str:
    """The text of a file, with plain line ends: UTF-8 if it can be, else in the encoding that fits best.

    Raises:
        ValueError: It is not a text.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        text = _guessed(content)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _guessed(content: bytes) -> str:
    found = list(charset_normalizer.from_bytes(content))
    # A short text fits many encodings: the language tells, if any, and then what is most common.
    near = [match for match in found if match.chaos <= found[0].chaos + ENCODINGS_ALIKE]
    likely = [match for match in near if match.encoding == "cp874" or not match.encoding.startswith(OF_OLD)] or near
    best = min(likely, key=lambda match: (-match.coherence, match.encoding != "cp1252"), default=None)
    text = "\0" if best is None else str(best).removeprefix("\ufeff")
    if "\0" in text:
        raise ValueError("it is not a text in any known encoding")
    return text


def _unescaped(text: str) -> str:
    """Text without the names of characters, which end with a semicolon."""
    return _ENTITY.sub(lambda name: html.unescape(name[0]), text)


def _read_captions(content: bytes) -> Iterator[Cue]:
    """WebVTT or SubRip, whatever the file is called: the first line tells."""
    text = _decoded(content)
    return _read_vtt(text) if text.lstrip().startswith("WEBVTT") else _read_srt(text)


def _read_vtt(text: str) -> Iterator[Cue]:
    in_form = _ARROW.sub(_vtt_line_with_arrow, text.lstrip())
    for caption in webvtt.from_string(in_form).captions:
        start, stop = _milliseconds(caption.start_time), _milliseconds(caption.end_time)
        yield Cue(start, stop, _vtt_lines(caption.raw_text))


def _vtt_line_with_arrow(line: re.Match[str]) -> str:
    """A line as WebVTT has it: some write times as SubRip does, and an arrow in what is said."""
    if not _TIMES.match(line[0]):
        return line[0].replace("-->", "--&gt;")
    return re.sub(r"(\d),(\d)", r"\1.\2", line[0])


def _milliseconds(time: Any) -> int:
    return int(((time.hours * 60 + time.minutes) * 60 + time.seconds) * 1000 + time.milliseconds)


def _vtt_lines(text: str) -> list[list[Piece]]:
    """The lines of a WebVTT caption: each voice its words, inline times with what they begin, and no other markup."""
    lines: list[list[Piece]] = [[]]
    speaker, start, ruby, marked = None, None, False, False
    for place, part in enumerate(_VTT_TAG.split(_ASS_TAG.sub("", text))):
        if place % 2:
            name = part.split(".")[0].split()[0].lower() if part.strip() else ""
            if name == "v" and len(said := part.split(maxsplit=1)) == 2:
                speaker = _unescaped(said[1].strip())
            elif name == "/v":
                speaker = None
            elif name in ("br", "br/"):
                lines.append([])
            elif name in ("rt", "/rt"):
                ruby = name == "rt"
            elif name in ("u", "/u"):
                marked = name == "u"
            elif time := _TIME.fullmatch(part.strip()):
                hours, minutes, seconds, rest = (int(each or 0) for each in time.groups())
                start = ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest
            continue
        if ruby:
            continue
        first, *others = _unescaped(part).split("\n")
        lines[-1].append(Piece(first, speaker, start, marked))
        lines += [[Piece(other, speaker, start, marked)] for other in others]
    return lines


def _read_srt(text: str) -> Iterator[Cue]:
    for subtitle in srt.parse(_srt_in_form(text)):
        start, stop = (round(time / timedelta(milliseconds=1)) for time in (subtitle.start, subtitle.end))
        content = _SRT_BREAK.sub("\n", _ASS_TAG.sub("", subtitle.content)).replace("\\h", " ")
        lines: list[list[Piece]] = [[]]
        marked = False
        for place, part in enumerate(_UNDERLINE.split(_SRT_TAG.sub("", content))):
            if place % 2:
                marked = "/" not in part
                continue
            first, *others = _unescaped(part).split("\n")
            lines[-1].append(Piece(first, is_marked=marked))
            lines += [[Piece(other, is_marked=marked)] for other in others]
        yield Cue(start, stop, lines)


def _srt_in_form(text: str) -> str:
    """SubRip as it should be: each caption with a number, and times of one form.

    Raises:
        ValueError: There is something before the first caption, or a time is negative.
    """
    times_of = _NUMBERED if re.match(rf"\s*{_NUMBER}", text) else _TIMES
    found = list(times_of.finditer(text))
    before = text[: found[0].start()] if found else text
    if before.strip():
        raise ValueError(f"its first caption begins with {before.strip().splitlines()[0][:40]!r}")
    last = _LAST_NUMBER.search(text)
    if times_of is _NUMBERED and last and int(last[1]) == len(found) + 1:
        text = text[: last.start()]
    numbers = iter(range(1, len(found) + 1))

    def written(times: re.Match[str]) -> str:
        number, points = next(numbers), (times.groups()[:5], times.groups()[5:])
        if any(sign for sign, *_ in points):
            raise ValueError(f"caption {number} has a negative time")
        start, stop = (f"{h or '0'}:{m}:{s},{rest or '0'}" for _, h, m, s, rest in points)
        return f"\n{number}\n{start} --> {stop}"

    return times_of.sub(written, text)


READERS: dict[str, Callable[[bytes], Iterator[Cue]]] = {
    ".vtt": _read_captions,
    ".srt": _read_captions,
    ".ttml": read_ttml,
    ".dfxp": read_ttml,
    ".scc": lambda content: read_scc(_decoded(content)),
}
