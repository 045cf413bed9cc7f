"""The sound of a recording, read by ffmpeg in pieces that end where nobody speaks."""

from __future__ import annotations

import re
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

RATE = 16_000
"""Samples a second of one channel: what recognizers of speech take."""
FRAME = RATE // 100
"""Samples of a hundredth of a second."""
LONGEST_SECONDS = 60
"""The most that a piece holds. The longer it is, the more memory its recognition takes."""
EARLIEST_SECONDS = 40
"""A piece ends at the quietest moment after this time."""
PAUSE_FRAMES = 20
"""How many frames are compared to find that moment."""
MISSING_SECONDS = 1.0
"""What a recording may lack of the length that it names, before it counts as damaged."""

_STREAMED_BYTES = 0x7FFF_0000
"""From so many bytes on, the length in a WAV file is what programs write that do not know it when they begin."""

_ERROR = re.compile(r"^(?:\[[^\]]*\] )?\[(?:error|fatal)\] (.+)$", re.MULTILINE)
_DURATION = re.compile(r"\[info\]\s+Duration: (\d+):(\d\d):(\d\d\.\d+)")
_NO_STREAM = "matches no streams"

Samples = np.ndarray[Any, np.dtype[np.int16]]


class NotSound(Exception):
    """A file has no sound that can be heard; the text says why, as the end of a sentence about the file."""


@dataclass(frozen=True)
class Piece:
    """A part of the sound: where it begins in the whole, in samples, and its samples."""

    start: int
    samples: Samples

    @property
    def stop(self) -> int:
        """Where it ends in the whole, in samples."""
        return self.start + len(self.samples)


def read_sound(ffmpeg: str, path: str) -> Iterator[Piece]:
    """Reads the sound of a recording, piece by piece.

    Args:
        ffmpeg: The program.
        path: The recording.

    Raises:
        NotSound: It is not a recording, has no sound, or ends before the time that it names.
    """
    # The input is a plain file by its path: the "file:" keeps ffmpeg from reading its name as another protocol.
    source = ("-nostdin", "-hide_banner", "-nostats", "-v", "level+info", "-i", f"file:{path}")
    command = [ffmpeg, *source, "-map", "0:a:0", "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"]
    heard = 0
    with tempfile.TemporaryFile() as errors:
        with subprocess.Popen(  # noqa: S603 - ffmpeg, on a file that the local aiWARE has stored
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        ) as process:
            try:
                for piece in _pieces(process):
                    heard = piece.stop
                    yield piece
            except GeneratorExit:
                process.kill()
                raise
        errors.seek(0)
        said = errors.read().decode(errors="replace")
    _require_whole(said, process.returncode, heard / RATE, _seconds_of_wav(path))


def _pieces(process: subprocess.Popen[bytes]) -> Iterator[Piece]:
    if process.stdout is None:
        raise ValueError("ffmpeg was started without a pipe")
    waiting, start = np.zeros(0, np.int16), 0
    # A pipe gives all that is asked for, until the end.
    while block := process.stdout.read(LONGEST_SECONDS * RATE * 2 - len(waiting) * 2):
        waiting = np.concatenate([waiting, np.frombuffer(block[: len(block) // 2 * 2], np.int16)])
        if len(waiting) < LONGEST_SECONDS * RATE:
            break
        cut = quietest(waiting, EARLIEST_SECONDS * RATE)
        yield Piece(start, waiting[:cut])
        waiting, start = waiting[cut:], start + cut
    if len(waiting):
        yield Piece(start, waiting)


def quietest(samples: Samples, earliest: int) -> int:
    """Returns the middle of the quietest moment after an earliest sample."""
    loud = np.convolve(loudness(samples[earliest:]), np.ones(PAUSE_FRAMES), "valid")
    return earliest + (int(loud.argmin()) + PAUSE_FRAMES // 2) * FRAME


def loudness(samples: Samples) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Returns the root mean square of each hundredth of a second."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    return np.asarray(np.sqrt((frames**2).mean(axis=1)))


def _seconds_of_wav(path: str) -> float:
    """Returns the length that a WAV file names, about which ffmpeg says nothing; 0 where there is none."""
    try:
        with wave.open(path, "rb") as file:
            frames, size, rate = file.getnframes(), file.getnchannels() * file.getsampwidth(), file.getframerate()
    except (wave.Error, EOFError):
        return 0.0
    return frames / rate if rate and frames * size < _STREAMED_BYTES else 0.0


def _require_whole(said: str, code: int, seconds: float, of_wav: float) -> None:
    """Raises NotSound unless ffmpeg has read a recording to its end."""
    errors = _ERROR.findall(said)
    if any(_NO_STREAM in error for error in errors):
        raise NotSound("has no sound")
    if code != 0:
        why = errors[-1].rstrip(".") if errors else f"ffmpeg ended with {code}"
        raise NotSound(f"is not a recording that can be read: {why.removeprefix('Error opening input files: ')}")
    named = _DURATION.search(said)
    length = int(named[1]) * 3600 + int(named[2]) * 60 + float(named[3]) if named and errors else of_wav
    if length - seconds > MISSING_SECONDS:
        raise NotSound(f"is damaged: it ends after {seconds:.1f} of {length:.1f} seconds")
