"""SubRip: numbered cues of plain text."""

from __future__ import annotations

from collections.abc import Sequence

from aiware_local.exports.captions import clock, make_cues
from aiware_local.exports.formats import Layout
from aiware_local.tdos.transcripts import Word


def render_srt(words: Sequence[Word], layout: Layout) -> bytes:
    """An .srt file. The format has no speakers: a name stands before what somebody begins to say."""
    blocks = [
        f"{number}\n{clock(cue.start, ',')} --> {clock(cue.stop, ',')}\n"
        + "".join(f"{line.labelled}\n" for line in cue.lines)
        for number, cue in enumerate(make_cues(words, layout), 1)
    ]
    return "\n".join(blocks).encode()
