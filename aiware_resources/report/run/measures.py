"""What results and times tell: words and their confidence, how long jobs took, how those times are spread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import ceil
from statistics import fmean, median
from typing import Any

from aiware_resources.api import EngineResultRecord
from aiware_resources.report.run.model import Bucket, Durations, Transcript

_STEPS = (0, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400)
"""Seconds at which a bucket of durations may begin."""


def transcripts(records: Iterable[EngineResultRecord]) -> tuple[tuple[Transcript, ...], float | None]:
    """Counts the words in results, engine by engine.

    Returns:
        What each engine heard, without those that heard nothing; and until which second there is anything.
    """
    words: dict[str, int] = {}
    confidences: dict[str, list[float]] = {}
    until: float | None = None
    for record in records:
        document = record.jsondata if isinstance(record.jsondata, Mapping) else {}
        for entry in _objects(document.get("series")):
            if isinstance(stop := entry.get("stopTimeMs"), int):
                until = max(until or 0, stop / 1000)
            best = _best(entry)
            if best is None:
                continue
            engine = record.engine_id or record.name or ""
            words[engine] = words.get(engine, 0) + 1
            confidence = best.get("confidence")
            if isinstance(confidence, int | float) and not isinstance(confidence, bool) and 0 <= confidence <= 1:
                confidences.setdefault(engine, []).append(confidence)
    found = (
        Transcript(engine=engine, words=count, confidence=fmean(confidences[engine]) if engine in confidences else None)
        for engine, count in words.items()
    )
    return tuple(found), until


def durations(seconds: Sequence[float]) -> Durations | None:
    """How the times of jobs are spread; ``None`` for none."""
    if not seconds:
        return None
    edges = [*_STEPS, ceil(max(seconds)) + 1] if max(seconds) >= _STEPS[-1] else list(_STEPS)
    counts = [(low, high, sum(low <= each < high for each in seconds)) for low, high in pairwise(edges)]
    filled = [index for index, (*_, count) in enumerate(counts) if count]
    shown = counts[filled[0] : filled[-1] + 1]
    return Durations(
        jobs=len(seconds),
        least=min(seconds),
        median=median(seconds),
        longest=max(seconds),
        buckets=tuple(Bucket(least=low, below=high, jobs=count) for low, high, count in shown),
    )


def _best(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Of several possible words the one that the engine prefers; ``None`` where there is none."""
    words = [word for word in _objects(entry.get("words")) if isinstance(word.get("word"), str) and word["word"]]
    # Some engines write punctuation as words of their own.
    best = next((word for word in words if word.get("bestPath")), words[0] if words else None)
    return best if best is not None and any(map(str.isalnum, best["word"])) else None


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
