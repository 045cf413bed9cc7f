"""Lines to captions: the screens that they fill, and when each screen is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from aiware_local.exports.formats import Layout
from aiware_local.exports.lines import Line, exceeds, make_lines
from aiware_local.tdos.transcripts import Word


@dataclass(frozen=True)
class Screen:
    """Lines that are shown at once."""

    lines: list[Line]

    @property
    def start_ms(self) -> int:
        """When its first word begins."""
        return min(line.words[0].start_ms for line in self.lines)

    @property
    def stop_ms(self) -> int:
        """When its last word has been said."""
        return max(word.stop_ms for line in self.lines for word in line.words)


@dataclass(frozen=True)
class Cue:
    """A screen in its time; the unit of time is the caller's."""

    start: int
    stop: int
    lines: list[Line]


def make_screens(lines: Iterable[Line], layout: Layout) -> list[Screen]:
    """Lines gathered into screens: as many as fit, parted at long pauses."""
    screens: list[Screen] = []
    for line in lines:
        full = not screens or len(screens[-1].lines) >= layout.lines_per_screen
        if full or exceeds(line.pause_ms, layout.screen_gap_ms):
            screens.append(Screen([line]))
        else:
            screens[-1].lines.append(line)
    return screens


def make_cues(words: Iterable[Word], layout: Layout, *, labels: bool = True, per_second: int = 1000) -> list[Cue]:
    """Screens in their time, one after another: where people speak at once, a screen goes when the next one comes.

    A turn that overlaps with another stays together: its screens come earlier than they are said, if need be.

    Args:
        words: what is said.
        layout: the options.
        labels: whether the name of a speaker takes room in the line.
        per_second: the units of time in a second; every cue lasts for one at least.
    """
    screens = make_screens(make_lines(words, layout, labels=labels), layout)
    if not screens:
        return []
    starts = [screen.start_ms * per_second // 1000 for screen in screens]
    earliest = [*accumulate(reversed(starts), min)][::-1]
    latest = [*accumulate(starts, max)]
    # Those that overlap share their time: they are between two moments at which all before have begun, and none after.
    ends = [place for place in range(1, len(screens)) if latest[place - 1] < earliest[place]]
    cues: list[Cue] = []
    free = 0
    for first, after in pairwise([0, *ends, len(screens)]):
        together = screens[first:after]
        begin = max(earliest[first], free)
        end = max(-(-screen.stop_ms * per_second // 1000) for screen in together)
        if after < len(screens):
            end = min(end, earliest[after])
        free = max(end, begin + len(together))
        cues += _shared(together, begin, free)
    return cues


def clock(milliseconds: int, fraction: str) -> str:
    """A time as ``01:02:03.456``, with the given character before the milliseconds."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}{rest:03}"


def _shared(screens: Sequence[Screen], begin: int, end: int) -> list[Cue]:
    """Screens that share a time evenly."""
    share = [begin + (end - begin) * place // len(screens) for place in range(len(screens) + 1)]
    return [Cue(share[place], share[place + 1], screen.lines) for place, screen in enumerate(screens)]
