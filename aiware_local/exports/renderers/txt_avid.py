"""Avid DS subtitles: text with the timecode of each screen, for import into Avid editing systems."""

from __future__ import annotations

from collections.abc import Sequence

from aiware_local.exports.captions import Cue, make_cues
from aiware_local.exports.formats import Layout
from aiware_local.tdos.transcripts import Word

FRAMES = 30
"""Frames in a second. Neither the request nor the transcript says how many the recording has."""


def render_txt_avid(words: Sequence[Word], layout: Layout) -> bytes:
    """A text file with `<begin subtitles>` and `<end subtitles>` around screens that never overlap."""
    cues = make_cues(words, layout, per_second=FRAMES)
    head = f"@ Avid DS subtitles. Timecode: {FRAMES} frames a second, non-drop.\n\n<begin subtitles>\n\n"
    return (head + "".join(f"{_block(cue)}\n" for cue in cues) + "<end subtitles>\n").encode()


def _block(cue: Cue) -> str:
    return f"{_timecode(cue.start)} {_timecode(cue.stop)}\n" + "".join(f"{line.labelled}\n" for line in cue.lines)


def _timecode(frame: int) -> str:
    seconds, rest = divmod(frame, FRAMES)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{rest:02}"
