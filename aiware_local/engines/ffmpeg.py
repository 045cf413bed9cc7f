"""Cutting media into pieces with ffmpeg, where there is one."""

from __future__ import annotations

import asyncio
import csv
import shutil
from dataclasses import dataclass
from pathlib import Path

from aiware_local.engines.extras import extra

LIST = "pieces.csv"
"""Where ffmpeg notes the pieces that it has cut: name, start and end in seconds."""

SOUND = ("-vn", "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le")
"""What recognisers of speech take: one channel of 16000 samples a second."""


class NotMedia(Exception):
    """ffmpeg cannot make the wanted pieces of a file; the text says why."""


@dataclass(frozen=True)
class Piece:
    """A piece of media: milliseconds from the start of the whole, and the file that holds it."""

    start_ms: int
    stop_ms: int
    path: Path


def ffmpeg_path() -> str | None:
    """The ffmpeg of the `engines` extra, else the one on PATH; None if there is neither."""
    package = extra("imageio_ffmpeg")
    return str(package.get_ffmpeg_exe()) if package is not None else shutil.which("ffmpeg")


async def cut_sound(ffmpeg: str, source: Path, seconds: float, folder: Path) -> list[Piece]:
    """Cuts the sound of a recording into WAV files.

    Args:
        ffmpeg: the program.
        source: the recording.
        seconds: length of a piece; the last one is shorter.
        folder: where the pieces go; an empty one.

    Raises:
        NotMedia: it is no recording, or it has no sound.
    """
    return await _segments(ffmpeg, source, seconds, folder, *SOUND, "piece-%05d.wav")


async def cut_video(ffmpeg: str, source: Path, seconds: float, folder: Path) -> list[Piece]:
    """Cuts a recording into Matroska files, as it is; a cut waits for the next frame that stands for itself.

    Args and errors: as `cut_sound`.
    """
    return await _segments(ffmpeg, source, seconds, folder, "-map", "0", "-c", "copy", "piece-%05d.mkv")


async def take_frames(ffmpeg: str, source: Path, seconds: float, folder: Path) -> list[Piece]:
    """Takes a picture of every so many seconds of a recording, as a JPEG file.

    Args and errors: as `cut_sound`.
    """
    await _run(ffmpeg, source, "-an", "-vf", f"fps=1/{seconds:g}", "-q:v", "3", str(folder / "piece-%05d.jpg"))
    return _pictures(folder, round(seconds * 1000))


def _pictures(folder: Path, step_ms: int) -> list[Piece]:
    paths = sorted(folder.iterdir())
    return [Piece(place * step_ms, (place + 1) * step_ms, path) for place, path in enumerate(paths)]


async def _segments(ffmpeg: str, source: Path, seconds: float, folder: Path, *options: str) -> list[Piece]:
    *how, pattern = options
    listing = ("-segment_list", str(folder / LIST), "-segment_list_type", "csv")
    cut = ("-f", "segment", "-segment_time", f"{seconds:g}", *listing)
    await _run(ffmpeg, source, *how, *cut, str(folder / pattern))
    with (folder / LIST).open(encoding="utf-8", newline="") as stream:
        return [
            Piece(round(float(start) * 1000), round(float(stop) * 1000), folder / name)
            for name, start, stop in csv.reader(stream)
        ]


async def _run(ffmpeg: str, source: Path, *options: str) -> None:
    # The input is a plain file by its path: the "file:" keeps ffmpeg from reading its name as another protocol.
    command = [ffmpeg, "-nostdin", "-v", "error", "-i", f"file:{source}", *options]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        said = errors.decode(errors="replace").strip().splitlines()
        raise NotMedia(said[-1].replace(str(source), source.name) if said else f"it ended with {process.returncode}")
