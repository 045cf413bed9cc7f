"""Who says a word: as the transcript tells it, or as an engine found that detects speakers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from aiware_local.storage.records import Record
from aiware_local.tdos.transcripts import Word, speaker_of

SPEAKER_DETECTION = "a856c447-1030-4fb0-917f-08179f949c4e"
"""The category of the engines that detect speakers."""


@dataclass(frozen=True)
class Turn:
    """A time in which one person speaks, in milliseconds."""

    start_ms: int
    stop_ms: int
    speaker: str


def turns_of(document: Record) -> list[Turn]:
    """The turns that the vtn-standard document of a speaker detection engine tells."""
    return [
        Turn(entry["startTimeMs"], entry["stopTimeMs"], speaker)
        for entry in document.get("series") or []
        if (speaker := speaker_of(entry)) is not None
    ]


def with_speakers(words: Iterable[Word], turns: Iterable[Turn]) -> list[Word]:
    """The words in order, each with the speaker in whose turn most of it lies; outside of all turns as they were."""
    to_come = deque(sorted(turns, key=lambda turn: turn.start_ms))
    begun: list[Turn] = []
    spoken: list[Word] = []
    for word in sorted(words, key=lambda word: word.start_ms):
        while to_come and to_come[0].start_ms < _end(word):
            begun.append(to_come.popleft())
        begun = [turn for turn in begun if turn.stop_ms > word.start_ms]
        spoken.append(_spoken_in(word, begun))
    return spoken


def _spoken_in(word: Word, turns: list[Turn]) -> Word:
    best = max(turns, key=lambda turn: _overlap(word, turn), default=None)
    return replace(word, speaker=best.speaker) if best is not None and _overlap(word, best) > 0 else word


def _end(word: Word) -> int:
    """When a word ends; one without length lies in a turn all the same."""
    return max(word.stop_ms, word.start_ms + 1)


def _overlap(word: Word, turn: Turn) -> int:
    return min(_end(word), turn.stop_ms) - max(word.start_ms, turn.start_ms)
