"""Words for people: how many, how long, and which name somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

_NEAR = 0.6
"""The ratio from which on two names are near, as in `difflib.get_close_matches`."""
_SHORTEST_PART = 3
"""Letters of a part of a name that tell which name is meant."""


def counted(number: int, noun: str) -> str:
    """Counts things: ``1 TDO``, ``1,200 TDOs``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """A name that somebody else gave, with characters that would do something to a terminal written out: ``\\n``."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def duration(seconds: float) -> str:
    """Writes a span of time, to two units: ``8 s``, ``3 min 20 s``, ``2 h 5 min``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def near(written: str, names: Iterable[str], *, most: int = 1) -> list[str]:
    """Finds the names that somebody may have meant, best first. Capitals do not count.

    Args:
        written: What was written.
        names: What there is.
        most: How many to return at the most.
    """
    wanted = written.casefold()
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    rated: list[tuple[bool, float, str]] = []
    for name in dict.fromkeys(names):
        folded = name.casefold()
        matcher.set_seq1(folded)
        is_part = len(wanted) >= _SHORTEST_PART and wanted in folded
        ratio = matcher.ratio()
        if is_part or ratio >= _NEAR:
            rated.append((not is_part, -ratio, name))
    return [name for _, _, name in sorted(rated)[:most]]


def did_you_mean(written: str, names: Iterable[str], otherwise: str, *, before: str = "") -> str:
    """Asks whether the nearest name was meant: ``did you mean endpoint?``.

    Args:
        written: What was written.
        names: What there is.
        otherwise: What to say when no name is near.
        before: What belongs before the name, such as a namespace.
    """
    found = near(written, names)
    return f"did you mean {before}{found[0]}?" if found else otherwise
