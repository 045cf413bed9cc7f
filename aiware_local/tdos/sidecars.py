"""What is said in a recording, by the caption file beside it: each word once, in its time, by whoever says it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import charset_normalizer
import srt
import webvtt
import webvtt.errors

from aiware_local.tdos.transcripts import WORD_MS, Word, spread

FLASH_MS = 100
"""How long a caption lasts at most that only moves lines up, as rolling captions have them between two others."""
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
OLD_TTML = re.compile(r"http://www\.w3\.org/2006/(?:04|10)/ttaf1")
"""The namespace of TTML before it was a standard, as in .dfxp files."""
TTML, METADATA = "http://www.w3.org/ns/ttml", "{http://www.w3.org/ns/ttml#metadata}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_SAID_BY = "said by "
"""How the language of an element begins that has an agent: of an element ttconv tells the language, and no agent."""
_ENTITY = re.compile(r"&#?\w+;")
_TIME = re.compile(r"(?:(\d+):)?(\d{2}):(\d{2})\.(\d{3})")
_VTT_TAG = re.compile(r"<(/?(?:[a-zA-Z][^<>]*|\d[\d:.]*)?)>")
"""What WebVTT may mean as markup; a `<` before anything else is text, though it should be escaped."""
_SRT_TAG = re.compile(r"</?[bius]>|<font\b[^<>]*>|</font>|\{\\[^{}]*\}|\{[ycfspo]:[^{}]*\}", re.IGNORECASE)
_SRT_BREAK = re.compile(r"\\N|<br\s*/?>", re.IGNORECASE)
_TIMES = re.compile(r"^.*-->.*$", re.MULTILINE)
_DASH = re.compile(r"^(?:[-–—](?:\s+|(?=[^\W\d_]|[\"'“¿¡]))|>>+\s*)")
"""The dash or the arrows before what one of several people says."""


@dataclass(frozen=True)
class Piece:
    """A run of text in one voice; `start_ms` where the file times it by itself."""

    text: str
    speaker: str | None = None
    start_ms: int | None = None


@dataclass(frozen=True)
class Cue:
    """A caption: its lines, each of pieces, and when it is shown, in milliseconds.

    Attributes:
        start_ms: when it appears.
        stop_ms: when it disappears.
        lines: its lines.
        said: how many of its words only stay on the screen from the caption before.
    """

    start_ms: int
    stop_ms: int
    lines: list[list[Piece]]
    said: int = 0

    @property
    def texts(self) -> list[str]:
        """Its lines as they read."""
        return [" ".join("".join(piece.text for piece in line).split()) for line in self.lines]

    @property
    def words(self) -> list[tuple[str, Piece]]:
        """Its words, each with the piece that it begins in."""
        return [word for line in self.lines for word in _spoken(line)]


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
        cues = [_checked(cue) for cue in reader(content)] if content.strip() else []
    except UNREADABLE as error:
        raise ValueError(f"{path.name} is not a {path.suffix[1:]} file: {error}") from error
    in_order = sorted(cues, key=lambda cue: cue.start_ms)
    return [word for cue in _said_once(in_order) for word in _words(cue)]


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
    # Some write times as SubRip has them.
    in_form = _TIMES.sub(lambda line: re.sub(r"(\d),(\d)", r"\1.\2", line[0]), text.lstrip())
    for caption in webvtt.from_string(in_form).captions:
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
                speaker = _unescaped(said[1].strip())
            elif name == "/v":
                speaker = None
            elif name in ("br", "br/"):
                lines.append([])
            elif name in ("rt", "/rt"):
                ruby = name == "rt"
            elif time := _TIME.fullmatch(part.strip()):
                hours, minutes, seconds, rest = (int(each or 0) for each in time.groups())
                start = ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest
            continue
        if ruby:
            continue
        first, *others = _unescaped(part).split("\n")
        lines[-1].append(Piece(first, speaker, start))
        lines += [[Piece(other, speaker, start)] for other in others]
    return lines


def _read_srt(text: str) -> Iterator[Cue]:
    for subtitle in srt.parse(text):
        start, stop = (round(time / timedelta(milliseconds=1)) for time in (subtitle.start, subtitle.end))
        content = _SRT_BREAK.sub("\n", subtitle.content).replace("\\h", " ")
        text = _unescaped(_SRT_TAG.sub("", content))
        yield Cue(start, stop, [[Piece(line)] for line in text.split("\n")])


def _read_ttml(content: bytes) -> Iterator[Cue]:
    from ttconv.imsc import reader

    root = ElementTree.fromstring(content)  # noqa: S314 - the user's file
    _bring_up_to_date(root)
    _name_agents(root)
    document = reader.to_model(ElementTree.ElementTree(root))
    if document is None:
        raise ValueError("it is not a TTML document")
    return _converted(document)


def _bring_up_to_date(root: ElementTree.Element) -> None:
    for element in root.iter():
        element.tag = OLD_TTML.sub(TTML, element.tag) if isinstance(element.tag, str) else element.tag
        for name in [name for name in element.attrib if OLD_TTML.search(name)]:
            element.set(OLD_TTML.sub(TTML, name), element.attrib.pop(name))


def _name_agents(root: ElementTree.Element) -> None:
    """Names the speaker in the language of each element that has one."""
    agents = {agent.get(f"{_XML}id"): agent.findtext(f"{METADATA}name") for agent in root.iter(f"{METADATA}agent")}
    for element in root.iter():
        if ids := element.get(f"{METADATA}agent", "").split():
            names = (" ".join((agents.get(each) or each).split()) for each in ids)
            element.set(f"{_XML}lang", _SAID_BY + " & ".join(names))


def _read_scc(content: bytes) -> Iterator[Cue]:
    from ttconv.scc import reader

    text = _decoded(content)
    if not text.lstrip().startswith("Scenarist_SCC"):
        raise ValueError("it does not begin with Scenarist_SCC")
    return _converted(reader.to_model(text))


def _converted(document: Any) -> Iterator[Cue]:
    """The captions of a document that ttconv has read."""
    body = document.get_body()
    return iter(()) if body is None else _paragraphs(body, Fraction(0), None)


def _paragraphs(element: Any, since: Fraction, until: Fraction | None) -> Iterator[Cue]:
    """The paragraphs in an element. All times count from the beginning of what an element is in."""
    from ttconv import model

    begin, end = _span(element, since, until)
    if not isinstance(element, model.P):
        for child in element:
            yield from _paragraphs(child, begin, end)
        return
    lines: list[list[Piece]] = [[]]
    ends: list[Fraction] = [] if end is None else [end]

    def read(part: Any, since: Fraction, until: Fraction | None, start: Fraction | None) -> None:
        if isinstance(part, model.Br):
            lines.append([])
        elif isinstance(part, model.Text):
            speaker = part.parent().get_lang().partition(_SAID_BY)[2] or None
            lines[-1].append(Piece(part.get_text(), speaker, None if start is None else round(start * 1000)))
        elif not isinstance(part, (model.Rt, model.Rtc, model.Rp)):
            first, last = _span(part, since, until)
            ends.extend([last] if last is not None and end is None else [])
            for child in part:
                read(child, first, last, start if part.get_begin() is None else first)

    for child in element:
        read(child, begin, end, None)
    starts = [piece.start_ms for line in lines for piece in line]
    first = starts[0] if element.get_begin() is None and starts and starts[0] is not None else round(begin * 1000)
    words = sum(len(piece.text.split()) for line in lines for piece in line)
    yield Cue(first, round(max(ends) * 1000) if ends else first + words * WORD_MS, lines)


def _span(element: Any, since: Fraction, until: Fraction | None) -> tuple[Fraction, Fraction | None]:
    begin, end = element.get_begin(), element.get_end()
    return since + (begin or 0), until if end is None else since + end


READERS: dict[str, Callable[[bytes], Iterator[Cue]]] = {
    ".vtt": _read_captions,
    ".srt": _read_captions,
    ".ttml": _read_ttml,
    ".dfxp": _read_ttml,
    ".scc": _read_scc,
}


def _checked(cue: Cue) -> Cue:
    """The caption without empty lines, and with its times in order where the file has them the wrong way round."""
    start, stop = sorted((cue.start_ms, cue.stop_ms))
    return Cue(start, stop, [line for line, text in zip(cue.lines, cue.texts, strict=True) if text])


def _said_once(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Captions that know which of their words only stay on the screen: rolling captions, and such as grow."""
    yield from cues[:1]
    for place, (before, cue) in enumerate(pairwise(cues), 2):
        lines = _still_shown(before, cue)
        said = sum(len(_spoken(line)) for line in cue.lines[:lines])
        yield replace(cue, said=said or _grown_from(before, cue, cues[place] if place < len(cues) else None))


def _still_shown(before: Cue, cue: Cue) -> int:
    """How many of the first lines of a caption were the last ones of the caption before, and were not said again."""
    if cue.start_ms > before.stop_ms + FLASH_MS:
        return 0
    most = min(len(before.lines), len(cue.lines))
    same = next((n for n in range(most, 0, -1) if before.texts[-n:] == cue.texts[:n]), 0)
    timed = any(piece.start_ms is not None for line in cue.lines[:same] for piece in line)
    flash = min(cue.stop_ms - cue.start_ms, before.stop_ms - before.start_ms) <= FLASH_MS
    return same if not timed and (flash or len(cue.lines) > same) else 0


def _grown_from(before: Cue, cue: Cue, after: Cue | None) -> int:
    """How many words a caption repeats of the caption before, to which it adds others in the same line."""
    shown = _repeated(before, cue)
    # People do say a word, and then a sentence that begins with it: a single word has to grow on.
    return shown if shown > 1 or (after is not None and _repeated(cue, after)) else 0


def _repeated(before: Cue, cue: Cue) -> int:
    if cue.start_ms > before.stop_ms + FLASH_MS:
        return 0
    words = cue.words
    for first in range(len(before.lines)):
        shown = [word for line in before.lines[first:] for word, _ in _spoken(line)]
        same = words[: len(shown)]
        if len(words) > len(shown) and [word for word, _ in same] == shown:
            return len(shown) if all(piece.start_ms is None for _, piece in same) else 0
    return 0


def _words(cue: Cue) -> Iterator[Word]:
    """The words of a caption. Words between two times share the time between them by their length."""
    spans: list[tuple[int, list[tuple[str, str | None]]]] = [(cue.start_ms, [])]
    for text, piece in cue.words[cue.said :]:
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
