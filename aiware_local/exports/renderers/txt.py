"""Plain text: lines, and an empty line before what follows a long pause."""

from __future__ import annotations

from collections.abc import Sequence

from aiware_local.exports.captions import exceeds, make_lines
from aiware_local.exports.formats import Layout
from aiware_local.tdos.transcripts import Word


def render_txt(words: Sequence[Word], layout: Layout) -> bytes:
    """A .txt file."""
    return "\n".join("".join(f"{line}\n" for line in lines) for lines in paragraphs(words, layout)).encode()


def paragraphs(words: Sequence[Word], layout: Layout) -> list[list[str]]:
    """The lines of each paragraph."""
    found: list[list[str]] = []
    for line in make_lines(words, layout):
        if not found or exceeds(line.pause_ms, layout.paragraph_gap_ms):
            found.append([])
        found[-1].append(line.text)
    return found
