"""Words to captions: lines, screens, and the files that hold them."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass

import pysubs2

from aiware_local.export_formats import Layout
from aiware_local.transcripts import Word

SENTENCE_ENDS = (".", "!", "?")


@dataclass(frozen=True)
class Line:
    """Words that stand in one line, and whether a paragraph starts with it."""

    words: list[Word]
    starts_paragraph: bool

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True)
class Screen:
    """Lines that are shown at once."""

    lines: list[Line]

    @property
    def start_ms(self) -> int:
        """When it appears."""
        return self.lines[0].words[0].start_ms

    @property
    def stop_ms(self) -> int:
        """When it goes."""
        return self.lines[-1].words[-1].stop_ms


def make_lines(words: Iterable[Word], layout: Layout) -> list[Line]:
    """Words wrapped into lines.

    A line ends before it would grow too long, at a gap that separates paragraphs or screens, after the end of a
    sentence if the layout asks for that, and at a change of speakers if speakers are shown.
    """
    lines: list[Line] = []
    current: list[Word] = []
    starts_paragraph = True
    for word in words:
        last = current[-1] if current else None
        paragraph = last is not None and _separates(last, word, layout.paragraph_gap_ms)
        if last is not None and (paragraph or _breaks(current, last, word, layout)):
            lines.append(Line(current, starts_paragraph))
            current, starts_paragraph = [], paragraph
        current.append(word)
    return [*lines, Line(current, starts_paragraph)] if current else lines


def make_screens(lines: list[Line], layout: Layout) -> list[Screen]:
    """Lines gathered into screens: as many as fit, parted at long gaps and, if speakers are shown, between them."""
    screens: list[list[Line]] = []
    for line in lines:
        last = screens[-1] if screens else None
        if last is None or len(last) >= max(layout.lines_per_screen, 1) or _parts(last[-1], line, layout):
            screens.append([line])
        else:
            last.append(line)
    return [Screen(screen) for screen in screens]


def render_captions(words: list[Word], layout: Layout, extension: str) -> str:
    """The text of a vtt, srt or ttml file."""
    subtitles = pysubs2.SSAFile()
    for screen in make_screens(make_lines(words, layout), layout):
        text = _screen_text(screen, layout, extension)
        subtitles.append(pysubs2.SSAEvent(start=screen.start_ms, end=screen.stop_ms, text=text))
    # what looks like a style tag ({...}) is speech here, and stays
    keep = {} if extension == "ttml" else {"keep_ssa_tags": True}
    return subtitles.to_string(extension, **keep)


def render_text(words: list[Word], layout: Layout) -> str:
    """The text of a txt file: lines, with an empty line before each new paragraph."""
    parts: list[str] = []
    for line in make_lines(words, layout):
        parts.append(f"\n{line.text}" if line.starts_paragraph and parts else line.text)
    return "\n".join(parts) + "\n"


def _breaks(current: list[Word], last: Word, word: Word, layout: Layout) -> bool:
    length = sum(len(other.text) + 1 for other in current) + len(word.text)
    return (
        (layout.max_characters > 0 and length > layout.max_characters)
        or (layout.newline_on_punctuation and last.text.endswith(SENTENCE_ENDS))
        or _separates(last, word, layout.screen_gap_ms)
        or (layout.with_speakers and last.speaker != word.speaker)
    )


def _parts(last: Line, line: Line, layout: Layout) -> bool:
    before, after = last.words[-1], line.words[0]
    return _separates(before, after, layout.screen_gap_ms) or (layout.with_speakers and before.speaker != after.speaker)


def _separates(last: Word, word: Word, gap_ms: int) -> bool:
    return gap_ms > 0 and word.start_ms - last.stop_ms >= gap_ms


def _screen_text(screen: Screen, layout: Layout, extension: str) -> str:
    lines = [line.text for line in screen.lines]
    speaker = screen.lines[0].words[0].speaker if layout.with_speakers else None
    if extension == "vtt":
        text = "\\N".join(html.escape(line, quote=False) for line in lines)
        return f"<v {html.escape(speaker, quote=False)}>{text}" if speaker else text
    return "\\N".join([f"{speaker}: {lines[0]}", *lines[1:]] if speaker else lines)
