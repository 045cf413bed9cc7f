"""The text in a result of an engine: of a recording the transcript, of a document what is written there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Object = Mapping[str, Any]

_PAUSE = 2000
"""Milliseconds of silence after which a new line begins."""


def text_of(document: Any) -> str:
    """Writes the text in a vtn-standard document, with a line for each speaker's turn; empty where there is none.

    Args:
        document: The document, as aiWARE answers it.
    """
    if not isinstance(document, Mapping):
        return ""
    lines = list(_spoken(_objects(document.get("series")))) or [
        each["text"] for each in _objects(document.get("object")) if isinstance(each.get("text"), str)
    ]
    return "\n".join(lines)


def _spoken(series: list[Object]) -> Iterator[str]:
    """Joins the words of each turn."""
    line = ""
    speaker, ended = None, 0
    for entry in sorted(series, key=_begin):
        word = _best(entry)
        if not word:
            continue
        speaks = _speaker(entry)
        if line and (speaks != speaker or _begin(entry) - ended > _PAUSE):
            yield line
            line = ""
        if not line:
            line = f"{speaks}: {word}" if speaks and speaks != speaker else word
        else:
            # Some engines write punctuation as words of their own.
            line += f" {word}" if any(map(str.isalnum, word)) else word
        speaker, ended = speaks, _number(entry.get("stopTimeMs"))
    if line:
        yield line


def _best(entry: Object) -> str:
    """The text of an entry: of several possible words the one that the engine prefers."""
    words = _objects(entry.get("words"))
    best = next((word for word in words if word.get("bestPath")), words[0] if words else entry.get("object"))
    found = (best.get("word") or best.get("text")) if isinstance(best, Mapping) else None
    return found if isinstance(found, str) else ""


def _speaker(entry: Object) -> str | None:
    """The speaker of an entry: its object of type speaker, or the older speakerId."""
    found = entry.get("object")
    label = found.get("label") if isinstance(found, Mapping) and found.get("type") == "speaker" else None
    return label or entry.get("speakerId") or None


def _begin(entry: Object) -> int:
    return _number(entry.get("startTimeMs"))


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _objects(value: Any) -> list[Object]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
