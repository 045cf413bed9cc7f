"""When each word of a line is said, by how loud the sound is: no time passes between words where nobody speaks."""

from __future__ import annotations

import numpy as np

from aiware_local.recognition.sound import FRAME, RATE, Samples, loudness

SHORTEST_MS = 20
"""How long a word takes at least."""
_FRAME_MS = FRAME * 1000 // RATE
_QUIET = 0.06
"""The share of a line's loud moments (its 95th percentile) below which nobody speaks."""


def spread_words(words: list[str], samples: Samples) -> list[tuple[int, int]]:
    """Shares the time of a line out among its words, by their length and by where it is loud.

    Args:
        words: The words.
        samples: The sound of the line.

    Returns:
        For each word, from when to when it is said, in milliseconds from the beginning of the line.
    """
    loud = loudness(samples)
    if not words or not len(loud):
        return [(place * SHORTEST_MS, (place + 1) * SHORTEST_MS) for place in range(len(words))]
    is_loud = loud > max(_QUIET * float(np.percentile(loud, 95)), 1.0)
    moments = np.flatnonzero(is_loud if is_loud.any() else np.ones(len(loud))).tolist()
    total, passed = sum(map(_length, words)), 0
    times: list[tuple[int, int]] = []
    for word in words:
        begin = moments[len(moments) * passed // total] * _FRAME_MS
        passed += _length(word)
        end = (moments[max(len(moments) * passed // total - 1, 0)] + 1) * _FRAME_MS
        start = max(begin, times[-1][1] if times else 0)
        times.append((start, max(end, start + SHORTEST_MS)))
    return times


def _length(word: str) -> int:
    """How long a word is to say: a digit stands for a word of its own."""
    return 1 + sum(4 if each.isdigit() else each.isalpha() for each in word)
