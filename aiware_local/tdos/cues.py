"""Captions: what is said in them, each word once, in its time, by whoever says it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from aiware_local.tdos.transcripts import Word

FLASH_MS = 100
"""How long a caption lasts at most that only moves lines up, as rolling captions have them between two others."""
_DASH = re.compile(r"^(?:[-–—](?:\s+|(?=[^\W\d_]|[\"'“¿¡]))|>>+\s*)")
"""The dash or the arrows before what one of several people says."""
_NEXT_DASH = re.compile(r"(?<=[.!?…] )[-–—](?=[^\W\d_])")
"""The dash of the next one in the same line."""
_INVISIBLE = re.compile(r"[\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""What steers how a text is shown: the direction of writing, and where a word may be broken."""
_BREAK = "\u200b"
"""Where a line may be broken, in writing without spaces."""


@dataclass(frozen=True)
class Piece:
    """A run of text in one voice; `start_ms` where the file times it by itself, `is_marked` where it is underlined."""

    text: str
    speaker: str | None = None
    start_ms: int | None = None
    is_marked: bool = False


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


def plain(text: str) -> str:
    """A text without what only steers how it is shown."""
    return _INVISIBLE.sub("", text)


def said_in(cues: Sequence[Cue]) -> Iterator[Word]:
    """The words of captions, caption by caption, each once."""
    in_order = sorted((_checked(cue) for cue in cues), key=lambda cue: cue.start_ms)
    for cue in _said_once(list(_without_highlights(in_order))):
        yield from _words(cue)


def _checked(cue: Cue) -> Cue:
    """The caption without empty lines, and with its times in order where the file has them the wrong way round."""
    start, stop = sorted((cue.start_ms, cue.stop_ms))
    return Cue(start, stop, [line for line, text in zip(cue.lines, cue.texts, strict=True) if text])


def _without_highlights(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Captions of which none is there for each of its words, to underline that one (as Whisper writes them)."""
    for _, same in groupby(cues, key=lambda cue: cue.texts):
        run = list(same)
        starts: dict[int, int] = {}
        for cue in run:
            for place, (_, piece) in enumerate(cue.words):
                if piece.is_marked:
                    starts.setdefault(place, cue.start_ms)
        follow = all(after.start_ms <= before.stop_ms + FLASH_MS for before, after in pairwise(run))
        if len(starts) < 2 or len(run) < 2 or not follow:
            yield from run
            continue
        places = iter(range(len(run[0].words)))
        lines = [
            [Piece(f"{word} ", piece.speaker, starts.get(next(places))) for word, piece in _spoken(line)]
            for line in run[0].lines
        ]
        yield Cue(run[0].start_ms, run[-1].stop_ms, lines)


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
        text = _NEXT_DASH.sub("", plain(piece.text))
        text = text if spoken else _DASH.sub("", text.lstrip(), count=1)
        for place, word in enumerate(each for each in text.split() if each.strip(_BREAK)):
            if inside and place == 0 and not text[0].isspace():
                spoken[-1] = (spoken[-1][0] + word, spoken[-1][1])
            else:
                spoken.append((word, piece))
        inside = bool(spoken) and (not text[-1].isspace() if text else inside)
    return spoken
