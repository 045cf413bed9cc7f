"""The text in a result of an engine: of a recording the transcript, of a document what is written there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Object = Mapping[str, Any]

_PAUSE = 2000
"""Milliseconds of silence after which a new line begins."""


@dataclass(frozen=True)
class Word:
    """A word, or a punctuation mark. Times are in milliseconds.

    Attributes:
        start: When it begins.
        stop: When it ends.
        text: The word.
        confidence: How sure the engine is of it, from 0 to 1; ``None`` where it does not say.
    """

    start: int
    stop: int
    text: str
    confidence: float | None = None

    @property
    def is_mark(self) -> bool:
        """Whether it belongs to the word before: some engines write punctuation as words of their own."""
        return not any(map(str.isalnum, self.text))


@dataclass(frozen=True)
class Turn:
    """What one speaker says without a longer pause.

    Attributes:
        speaker: Who speaks; ``None`` where the engine does not say.
        words: The words.
    """

    speaker: str | None
    words: list[Word] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its words as a line."""
        first, *others = self.words
        return first.text + "".join(word.text if word.is_mark else f" {word.text}" for word in others)


def text_of(document: Any) -> str:
    """Writes the text in a vtn-standard document, with a line for each speaker's turn; empty where there is none.

    Args:
        document: The document, as aiWARE answers it.
    """
    lines, speaker = [], None
    for turn in turns_of(document):
        lines.append(f"{turn.speaker}: {turn.text}" if turn.speaker and turn.speaker != speaker else turn.text)
        speaker = turn.speaker
    if not lines and isinstance(document, Mapping):
        lines = [each["text"] for each in _objects(document.get("object")) if isinstance(each.get("text"), str)]
    return "\n".join(lines)


def turns_of(document: Any) -> list[Turn]:
    """Reads who says what when in a vtn-standard document; empty where nobody says anything.

    Args:
        document: The document, as aiWARE answers it.
    """
    series = _objects(document.get("series")) if isinstance(document, Mapping) else []
    turns: list[Turn] = []
    for speaker, word in _words(sorted(series, key=_begin)):
        if not turns or speaker != turns[-1].speaker or word.start - turns[-1].words[-1].stop > _PAUSE:
            turns.append(Turn(speaker))
        turns[-1].words.append(word)
    return turns


def _words(series: list[Object]) -> Iterator[tuple[str | None, Word]]:
    for entry in series:
        text, confidence = _best(entry)
        if text:
            yield _speaker(entry), Word(_begin(entry), _number(entry.get("stopTimeMs")), text, confidence)


def _best(entry: Object) -> tuple[str, float | None]:
    """The text of an entry, of several possible words the one that the engine prefers; and its confidence."""
    words = _objects(entry.get("words"))
    best = next((word for word in words if word.get("bestPath")), words[0] if words else entry.get("object"))
    if not isinstance(best, Mapping):
        return "", None
    text, confidence = best.get("word") or best.get("text"), best.get("confidence")
    is_known = isinstance(confidence, int | float) and not isinstance(confidence, bool) and 0 <= confidence <= 1
    return text if isinstance(text, str) else "", confidence if is_known else None


def _speaker(entry: Object) -> str | None:
    """The speaker of an entry: its object of type speaker, or the older speakerId."""
    found = entry.get("object")
    label = found.get("label") if isinstance(found, Mapping) and found.get("type") == "speaker" else None
    name = label or entry.get("speakerId")
    return str(name) if name else None


def _begin(entry: Object) -> int:
    return _number(entry.get("startTimeMs"))


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _objects(value: Any) -> list[Object]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
