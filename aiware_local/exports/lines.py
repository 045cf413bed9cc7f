"""Words to lines: who is heard together, where a sentence ends, and where a line may break in any script."""

from __future__ import annotations

import re
import unicodedata
from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from typing import Any

import budoux
import sentencex

from aiware_local.exports.formats import Layout
from aiware_local.tdos.transcripts import Word

SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "۔", "।", "։")
CLOSERS = "\"'”’»›)]}」』）"
"""What may follow the end of a sentence and still belongs to it."""
TURN_PAUSE_MS = 500
"""How long somebody is silent whose turn ends where another begins to speak."""
LONGEST_DELAY_MS = 6000
"""How long somebody who begins in the middle of a sentence waits for its end."""
NOT_FIRST = frozenset(
    "、。，．・：；！？）」』】〉》〕…‥ーァィゥェォッャュョヮぁぃぅぇぉっゃゅょゎ々ゝゞヽヾ％‰”’!?:;,.)]}%"
)
NOT_LAST = frozenset("「『（【〈《〔“‘([{¥＄$เแโใไ")
"""What a line does not begin with, and does not end with, in scripts without spaces."""
VIRAMA = 9
"""The combining class of what joins a letter with the next one."""
_PARSERS = {"ja": r"[\u3040-\u30ff]", "th": r"[\u0e00-\u0e7f]", "zh-hans": r"[\u3400-\u4dbf\u4e00-\u9fff]"}
"""Scripts without spaces, by what knows where they may break. Chinese is last: Japanese has its signs too."""
_NO_SPACES = re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_KILLED = re.compile(r"[\u1000-\u1021]\u1037?[\u1039\u103a]")
"""A consonant of Burmese that ends the syllable before it, or is written above the next one."""
_TIBETAN = re.compile(r"[\u0f00-\u0fff]")
_TIBETAN_ENDS = "\u0f0b\u0f0d"
"""What ends a syllable or a sentence of Tibetan."""
_SENTENCE = re.compile(r"(?<=[。！？।])(?![。！？।」』）》”’])")


@dataclass(frozen=True)
class Part(Word):
    """A word, or a part of one that is too long for a line.

    Attributes:
        glued: whether it goes on where the part before it ends, without a space.
        ends_sentence: whether a sentence ends with it.
    """

    glued: bool = False
    ends_sentence: bool = False

    @property
    def width(self) -> int:
        """The characters that it adds to a line, the space before it included."""
        return len(self.text) + (not self.glued)


@dataclass
class Line:
    """The words of one line.

    Attributes:
        words: in the order in which they are said.
        speaker: who says them; None if that is not known or not to be shown.
        starts_turn: whether the speaker is another than in the line before.
        pause_ms: the silence before it.
    """

    words: Sequence[Part]
    speaker: str | None
    starts_turn: bool
    pause_ms: int

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        first, *others = self.words
        return first.text + "".join(part.text if part.glued else f" {part.text}" for part in others)

    @property
    def labeled(self) -> str:
        """The words, after the speaker's name where somebody else begins to speak."""
        return f"{_label(self.speaker)}{self.text}" if self.starts_turn else self.text


def make_lines(words: Iterable[Word], layout: Layout, *, labels: bool = True, balanced: bool = True) -> list[Line]:
    """Words wrapped into lines.

    A line ends before it would grow too long, at a pause that separates lines or screens, after the end of a sentence
    if the layout asks for that, where a turn that overlaps with another begins, and at a change of speakers if speakers
    are shown.

    Args:
        words: in the order of the transcript.
        layout: the options.
        labels: whether the name of a speaker takes room in the line.
        balanced: whether lines that belong together are about as long as each other, as captions want it; else each
            takes as many words as fit.
    """
    lines: list[Line] = []
    silent_since: int | None = None
    for turn in turns_of(words):
        paragraph: list[Part] = []
        pause = 0
        for part in _parts(turn, layout):
            silence = 0 if silent_since is None else max(part.start_ms - silent_since, 0)
            silent_since = max(silent_since or 0, part.stop_ms)
            if paragraph and _separates(paragraph[-1], part, silence, layout):
                lines += _wrapped(paragraph, pause, lines[-1:], layout, labels, balanced)
                paragraph = []
            if not paragraph:
                pause = silence
            paragraph.append(part)
        lines += _wrapped(paragraph, pause, lines[-1:], layout, labels, balanced)
    return lines


def turns_of(words: Iterable[Word]) -> list[list[Word]]:
    """The words, by what is to be read in one go, in the order in which it begins.

    Where people speak at once, a transcript has their words one after the other, or mixed in time under their names.
    Either way each turn is kept together, up to the end of a sentence where somebody speaks for long. All that does not
    overlap is one list.

    Args:
        words: in the order of the transcript.
    """
    turns: list[list[Word]] = []
    going_on: dict[Any, tuple[list[Word], int]] = {}
    spoken = sorted(_with_sources(words), key=lambda each: (each[1].start_ms, each[1].stop_ms))
    for place, (source, word) in enumerate(spoken):
        turn, last = going_on.get(source, (None, place))
        others = (other for _, other in spoken[last + 1 : place])
        if turn is None or any(_takes_over(turn[-1], other, word) for other in others):
            turn = []
            turns.append(turn)
        turn.append(word)
        going_on[source] = turn, place
    joined: list[list[Word]] = []
    said_until = 0
    for turn, goes_on in _let_speak(turns):
        if joined and not goes_on and turn[0].start_ms >= said_until:
            joined[-1].extend(turn)
        else:
            joined.append(list(turn))
        said_until = max(said_until, *(word.stop_ms for word in turn))
    return joined


def _let_speak(turns: list[list[Word]]) -> Iterator[tuple[list[Word], bool]]:
    """Turns that pause at the end of a sentence where others have begun to speak, and whether each then goes on."""
    waiting = [(turn, False) for turn in turns]
    while waiting:
        turn, goes_on = waiting.pop(0)
        if waiting and waiting[0][0][0].start_ms < turn[-1].stop_ms:
            begun = waiting[0][0][0].start_ms
            places = (
                place
                for place, (before, word) in enumerate(pairwise(turn), 1)
                if word.start_ms >= begun and (_looks_ended(before.text) or word.start_ms > begun + LONGEST_DELAY_MS)
            )
            if place := next(places, 0):
                insort(waiting, (turn[place:], True), key=lambda each: each[0][0].start_ms)
                turn = turn[:place]
        yield turn, goes_on


def _takes_over(before: Word, other: Word, word: Word) -> bool:
    """Whether another speaks between two words of one: in a pause that is long, or long enough for what is said."""
    pause = word.start_ms - before.stop_ms
    return before.stop_ms <= other.start_ms and (other.stop_ms <= word.start_ms or pause >= TURN_PAUSE_MS)


def exceeds(pause_ms: int, gap_ms: int) -> bool:
    """Whether a pause is longer than what an option allows; 0 allows any."""
    return 0 < gap_ms < pause_ms


def _with_sources(words: Iterable[Word]) -> Iterator[tuple[Any, Word]]:
    """Each word with where it comes from: its speaker, and the stretch of the transcript in which times only rise."""
    stretch, before = 0, 0
    for word in words:
        stretch += word.start_ms < before
        before = word.start_ms
        yield (stretch, word.speaker), word


def _separates(before: Part, part: Part, pause: int, layout: Layout) -> bool:
    return (
        (layout.newline_on_punctuation and before.ends_sentence)
        or exceeds(pause, layout.paragraph_gap_ms)
        or exceeds(pause, layout.screen_gap_ms)
        or (layout.with_speakers and before.speaker != part.speaker)
    )


def _wrapped(
    parts: list[Part], pause: int, before: list[Line], layout: Layout, labels: bool, balanced: bool
) -> Iterator[Line]:
    """Lines of parts that nothing separates."""
    speaker = parts[0].speaker if layout.with_speakers else None
    starts_turn = speaker is not None and (not before or before[0].speaker != speaker)
    indent = len(_label(speaker)) if starts_turn and labels else 0
    breaks = _balanced if balanced else _filled
    start = 0
    for stop in breaks(parts, indent, layout.max_characters):
        yield Line(parts[start:stop], speaker, starts_turn and not start, 0 if start else pause)
        start = stop


def _filled(parts: Sequence[Part], indent: int, most: int) -> list[int]:
    """Where lines end, each with as many words as fit."""
    ends, length = [], indent + len(parts[0].text)
    for place, part in enumerate(parts[1:], 1):
        length += part.width
        if length > most:
            ends.append(place)
            length = len(part.text)
    return [*ends, len(parts)]


def _balanced(parts: Sequence[Part], indent: int, most: int) -> list[int]:
    """Where lines end so that they are as few as can be, and as even: the squares of what is free add up to least."""
    reach = list(accumulate((part.width for part in parts), initial=0))
    best: list[tuple[int, int, int]] = [(0, 0, 0)]  # by words: how many lines, the squares, where the last line begins
    for stop in range(1, len(parts) + 1):
        found = []
        for start in range(stop - 1, -1, -1):
            length = reach[stop] - reach[start] - (not parts[start].glued) + (0 if start else indent)
            if length > most and start < stop - 1:
                break
            lines, squares, _ = best[start]
            found.append((lines + 1, squares + (most - length) ** 2, start))
        best.append(min(found))
    ends = [len(parts)]
    while ends[-1]:
        ends.append(best[ends[-1]][2])
    return ends[-2::-1]


def _parts(words: Sequence[Word], layout: Layout) -> Iterator[Part]:
    """The words, cut where one is too long for a line and its script has no spaces; with the ends of sentences."""
    ends = _sentence_ends(words) if layout.newline_on_punctuation else frozenset()
    for place, word in enumerate(words):
        long = len(word.text) > layout.max_characters or layout.newline_on_punctuation
        texts = _phrases(word.text, layout.max_characters) if long and _NO_SPACES.search(word.text) else [word.text]
        total, passed = len(word.text), 0
        for number, text in enumerate(texts):
            last = number == len(texts) - 1
            start, stop = (
                word.start_ms + (word.stop_ms - word.start_ms) * at // total for at in (passed, passed + len(text))
            )
            passed += len(text)
            ended = place in ends if last else _looks_ended(text)
            yield Part(text, start, stop, word.speaker, glued=number > 0, ends_sentence=ended)


def _looks_ended(text: str) -> bool:
    return text.rstrip(CLOSERS).endswith(SENTENCE_ENDS)


def _sentence_ends(words: Sequence[Word]) -> frozenset[int]:
    """The places of the words that end a sentence: a full stop ends none in "Dr.", "p.m." or "U.S." by itself."""
    text = " ".join(word.text for word in words)
    ends, place = set(), 0
    for sentence in sentencex.segment("en", text):
        ends.add(place + len(sentence.rstrip()))
        place += len(sentence)
    found, place = set(), -1
    for number, word in enumerate(words):
        place += 1 + len(word.text)
        if _looks_ended(word.text) and (place in ends or not word.text.rstrip(CLOSERS).endswith(".")):
            found.add(number)
    return frozenset(found)


def _phrases(text: str, most: int) -> list[str]:
    """A text without spaces, cut where its script may break; phrases that are still too long, between characters."""
    language = next((name for name, script in _PARSERS.items() if re.search(script, text)), None)
    sentences = _SENTENCE.split(text)
    phrases = sentences if language is None else [each for one in sentences for each in _parser(language).parse(one)]
    return [piece for phrase in phrases for piece in _pieces(phrase, most)]


def _pieces(text: str, most: int) -> Iterator[str]:
    while len(text) > most:
        cut = next((at for at in range(most, 0, -1) if _may_break(text, at)), most)
        yield text[:cut]
        text = text[cut:]
    yield text


def _may_break(text: str, at: int) -> bool:
    """Whether a line may end before a character: a mark, for example, belongs to the character before it."""
    before, after = text[at - 1], text[at]
    if _TIBETAN.match(after):
        return before in _TIBETAN_ENDS
    if _KILLED.match(text, at):
        return False
    joined = "\u200d" in (before, after) or unicodedata.combining(before) == VIRAMA
    marked = unicodedata.category(after).startswith("M")
    return not (joined or marked or before in NOT_LAST or after in NOT_FIRST)


@cache
def _parser(language: str) -> Any:
    loaders = {
        "ja": budoux.load_default_japanese_parser,
        "th": budoux.load_default_thai_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
    }
    return loaders[language]()


def _label(speaker: str | None) -> str:
    return f"{speaker}: "
