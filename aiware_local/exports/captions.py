"""Words to captions: lines, the screens that they fill, and when each screen is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from aiware_local.exports.formats import Layout
from aiware_local.tdos.transcripts import Word

SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "۔", "।", "։")
CLOSERS = "\"'”’»›)]}」』）"
"""What may follow the end of a sentence and still belongs to it."""


@dataclass
class Line:
    """The words of one line.

    Attributes:
        words: in the order in which they begin.
        speaker: who says them; None if that is not known or not to be shown.
        starts_turn: whether the speaker is another than in the line before.
        pause_ms: the silence before it.
        length: the characters that it takes, a speaker's name included where it is shown.
    """

    words: list[Word]
    speaker: str | None
    starts_turn: bool
    pause_ms: int
    length: int

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(word.text for word in self.words)

    @property
    def labeled(self) -> str:
        """The words, after the speaker's name where somebody else begins to speak."""
        return f"{_label(self.speaker)}{self.text}" if self.starts_turn else self.text


@dataclass(frozen=True)
class Screen:
    """Lines that are shown at once."""

    lines: list[Line]

    @property
    def start_ms(self) -> int:
        """When its first word begins."""
        return self.lines[0].words[0].start_ms

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


def make_lines(words: Iterable[Word], layout: Layout, *, labels: bool = True) -> list[Line]:
    """Words wrapped into lines.

    A line ends before it would grow too long, at a pause that separates lines or screens, after the end of a sentence
    if the layout asks for that, and at a change of speakers if speakers are shown.

    Args:
        words: in any order; words that overlap come in the order in which they begin.
        layout: the options.
        labels: whether the name of a speaker takes room in the line.
    """
    lines: list[Line] = []
    silent_since: int | None = None
    for word in sorted(words, key=lambda word: (word.start_ms, word.stop_ms)):
        pause = 0 if silent_since is None else max(word.start_ms - silent_since, 0)
        silent_since = max(silent_since or 0, word.stop_ms)
        last = lines[-1] if lines else None
        if last is None or _breaks(last, word, pause, layout):
            lines.append(_new_line(last, word, pause, layout, labels))
        else:
            last.words.append(word)
            last.length += 1 + len(word.text)
    return lines


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

    Args:
        words: what is said.
        layout: the options.
        labels: whether the name of a speaker takes room in the line.
        per_second: the units of time in a second; every cue lasts for one at least.
    """
    screens = make_screens(make_lines(words, layout, labels=labels), layout)
    cues: list[Cue] = []
    free = 0
    for start, group in groupby(screens, lambda screen: screen.start_ms * per_second // 1000):
        together = list(group)
        after = len(cues) + len(together)
        begin = max(start, free)
        end = max(-(-screen.stop_ms * per_second // 1000) for screen in together)
        if after < len(screens):
            end = min(end, screens[after].start_ms * per_second // 1000)
        free = max(end, begin + len(together))
        cues += _shared(together, begin, free)
    return cues


def exceeds(pause_ms: int, gap_ms: int) -> bool:
    """Whether a pause is longer than what an option allows; 0 allows any."""
    return 0 < gap_ms < pause_ms


def clock(milliseconds: int, fraction: str) -> str:
    """A time as ``01:02:03.456``, with the given character before the milliseconds."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}{rest:03}"


def _breaks(line: Line, word: Word, pause: int, layout: Layout) -> bool:
    return (
        line.length + 1 + len(word.text) > layout.max_characters
        or (layout.newline_on_punctuation and line.words[-1].text.rstrip(CLOSERS).endswith(SENTENCE_ENDS))
        or exceeds(pause, layout.paragraph_gap_ms)
        or exceeds(pause, layout.screen_gap_ms)
        or (layout.with_speakers and line.speaker != word.speaker)
    )


def _new_line(before: Line | None, word: Word, pause: int, layout: Layout, labels: bool) -> Line:
    speaker = word.speaker if layout.with_speakers else None
    starts_turn = speaker is not None and (before is None or before.speaker != speaker)
    label = _label(speaker) if starts_turn and labels else ""
    return Line([word], speaker, starts_turn, pause, len(label) + len(word.text))


def _label(speaker: str | None) -> str:
    return f"{speaker}: "


def _shared(screens: Sequence[Screen], begin: int, end: int) -> list[Cue]:
    """Screens that begin at the same moment share the time evenly."""
    share = [begin + (end - begin) * place // len(screens) for place in range(len(screens) + 1)]
    return [Cue(share[place], share[place + 1], screen.lines) for place, screen in enumerate(screens)]
