"""WebVTT: cues whose speakers are voice spans, which players show or style as they see fit."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import groupby

from aiware_local.exports.captions import Cue, clock, make_cues
from aiware_local.exports.formats import Layout
from aiware_local.tdos.transcripts import Word


def render_vtt(words: Sequence[Word], layout: Layout) -> bytes:
    """A .vtt file."""
    blocks = [
        f"{number}\n{clock(cue.start, '.')} --> {clock(cue.stop, '.')}\n{_text(cue)}\n"
        for number, cue in enumerate(make_cues(words, layout, labels=False), 1)
    ]
    return "\n".join(["WEBVTT\n", *blocks]).encode()


def _text(cue: Cue) -> str:
    return "\n".join(
        _voice(speaker, "\n".join(html.escape(line.text, quote=False) for line in lines))
        for speaker, lines in groupby(cue.lines, lambda line: line.speaker)
    )


def _voice(speaker: str | None, text: str) -> str:
    return f"<v {html.escape(speaker, quote=False)}>{text}</v>" if speaker else text
