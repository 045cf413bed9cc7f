"""The recordings of examples/media and the transcript beside one of them."""

from __future__ import annotations

import struct
from pathlib import Path

import pysubs2
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
MEDIA = REPOSITORY / "examples" / "media"


def duration_ms(recording: Path) -> float:
    """Length of an MP4 file, from its movie header (`mvhd`, version 0)."""
    content = recording.read_bytes()
    header = content.index(b"mvhd") + 4
    assert content[header] == 0
    timescale, duration = struct.unpack_from(">II", content, header + 12)
    return float(duration) / float(timescale) * 1000


def test_transcript_lies_within_its_recording_and_in_order() -> None:
    cues = list(pysubs2.load(str(MEDIA / "interview.vtt")))
    times = [time for cue in cues for time in (cue.start, cue.end)]
    assert times == sorted(times)
    length = duration_ms(MEDIA / "interview.mp4")
    assert length - 2000 < times[-1] < length


@pytest.mark.parametrize(("name", "seconds"), [("interview.mp4", 41), ("city-council.mp4", 52), ("voice-note.m4a", 10)])
def test_recordings_are_short_and_small(name: str, seconds: int) -> None:
    assert duration_ms(MEDIA / name) == pytest.approx(seconds * 1000, abs=500)
    assert (MEDIA / name).stat().st_size < 400_000
