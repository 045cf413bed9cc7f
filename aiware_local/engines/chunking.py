"""The chunk engine: cuts media into pieces with ffmpeg; without it, cutting is simulated."""

from __future__ import annotations

import asyncio
import csv
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from aiware_local.engines.run import HINT, Run, extra
from aiware_local.installation.errors import FailureReason, RunError
from aiware_local.installation.media import Media
from aiware_local.storage.store import Record

LIST = "pieces.csv"
"""Where ffmpeg notes the pieces that it has cut: name, start and end in seconds."""

SOUND = ("-vn", "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le")
"""What recognizers of speech take: one channel of 16000 samples a second."""
WHOLE = "rawchunk"
"""The template that passes a file on as it is: for documents and pictures."""


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
        NotMedia: it is not a recording, or it has no sound.
    """
    return await _segments(ffmpeg, source, seconds, folder, *SOUND, "piece-%05d.wav")


async def cut_video(ffmpeg: str, source: Path, seconds: float, folder: Path) -> list[Piece]:
    """Cuts a recording into Matroska files, as it is; each cut is at a key frame.

    Args and errors: as `cut_sound`.
    """
    return await _segments(ffmpeg, source, seconds, folder, "-map", "0", "-c", "copy", "piece-%05d.mkv")


async def take_frames(ffmpeg: str, source: Path, seconds: float, folder: Path) -> list[Piece]:
    """Takes pictures of a recording at an interval of seconds, as JPEG files.

    Args and errors: as `cut_sound`.
    """
    await _run_ffmpeg(ffmpeg, source, "-an", "-vf", f"fps=1/{seconds:g}", "-q:v", "3", str(folder / "piece-%05d.jpg"))
    return _pictures(folder, round(seconds * 1000))


def _pictures(folder: Path, step_ms: int) -> list[Piece]:
    paths = sorted(folder.iterdir())
    return [Piece(place * step_ms, (place + 1) * step_ms, path) for place, path in enumerate(paths)]


async def _segments(ffmpeg: str, source: Path, seconds: float, folder: Path, *options: str) -> list[Piece]:
    *how, pattern = options
    listing = ("-segment_list", str(folder / LIST), "-segment_list_type", "csv")
    cut = ("-f", "segment", "-segment_time", f"{seconds:g}", *listing)
    await _run_ffmpeg(ffmpeg, source, *how, *cut, str(folder / pattern))
    with (folder / LIST).open(encoding="utf-8", newline="") as stream:
        return [
            Piece(round(float(start) * 1000), round(float(stop) * 1000), folder / name)
            for name, start, stop in csv.reader(stream)
        ]


async def _run_ffmpeg(ffmpeg: str, source: Path, *options: str) -> None:
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


Cutter = Callable[[str, Path, float, Path], Awaitable[list[Piece]]]

CUTTERS: dict[str, tuple[Cutter, float, str]] = {
    "audio": (cut_sound, 300, "of sound"),
    "video": (cut_video, 300, "of video"),
    "frame": (take_frames, 1, "with a picture each"),
}
"""By ffmpegTemplate: what cuts, how long a piece is by default (seconds), and what the log calls the pieces."""


async def chunk(run: Run) -> None:
    """Passes on the media that it gets, and what pieces it was cut into."""
    run.media = await run.find_media(of_tdo=True)
    template = str(run.payload.get("ffmpegTemplate", "audio"))
    run.output = {"ffmpegTemplate": template, "url": run.media.url}
    if template == WHOLE:
        run.note(f"Passed {run.media.name} on as one chunk, as it is.")
        return
    if template not in CUTTERS:
        run.note(f"Passed {run.media.name} on: cutting by the template {template} is simulated.")
        return
    cutter, default, kind = CUTTERS[template]
    seconds = _interval(run) if template == "frame" else _seconds(run, default)
    pieces = await _cut(run, run.media, cutter, seconds)
    if pieces is not None:
        run.chunks = pieces
        run.output["chunks"] = [{key: value for key, value in piece.items() if key != "file"} for piece in pieces]
        run.note(f"Cut {run.media.name} into {_lengths(pieces, kind)}.")


def chunks_before(run: Run) -> list[Record]:
    """The pieces that the nearest chunk engine before this task has really cut; none where that was simulated."""
    return next((task["_result"]["chunks"] for task in run.upstream(lambda result: bool(result.get("chunks")))), [])


async def _cut(run: Run, media: Media, cutter: Cutter, seconds: float) -> list[Record] | None:
    """The pieces as the task's result holds them; None, and a note, where nothing could be cut."""
    if media.file is None:
        run.note(f"Passed {media.name} on: it was out of reach, so cutting it is simulated.")
        return None
    ffmpeg = ffmpeg_path()
    if ffmpeg is None:
        run.note(f"Passed {media.name} on: there is no ffmpeg, so cutting it is simulated; {HINT}.")
        return None
    with tempfile.TemporaryDirectory(dir=run.installation.files.folder, prefix=".cutting-") as folder:
        try:
            async with run.installation.processes:
                pieces = await cutter(ffmpeg, run.path(media.file), seconds, Path(folder))
        except NotMedia as error:
            run.note(f"Passed {media.name} on: ffmpeg cannot cut it ({error}), so cutting it is simulated.")
            return None
        return [_kept(run, place, piece) for place, piece in enumerate(pieces)]


def _kept(run: Run, place: int, piece: Piece) -> Record:
    name = f"{run.task['id']}.chunk-{place:05d}{piece.path.suffix}"
    size = piece.path.stat().st_size
    piece.path.replace(run.path(name))
    return {"startOffsetMs": piece.start_ms, "stopOffsetMs": piece.stop_ms, "bytes": size, "file": name}


def _seconds(run: Run, default: float) -> float:
    """The length of a piece: customFFMPEGProperties.chunkSizeInSeconds, which comes as text.

    Raises:
        RunError: invalid_data, if it is not a number of at least one second.
    """
    properties = run.payload.get("customFFMPEGProperties")
    given = properties.get("chunkSizeInSeconds") if isinstance(properties, dict) else None
    if given is None:
        return default
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        seconds = 0.0
    if not 1 <= seconds < float("inf"):
        message = f"customFFMPEGProperties.chunkSizeInSeconds is {given!r}; it must be a number of at least 1 second."
        raise RunError(FailureReason.INVALID_DATA, message)
    return seconds


def _interval(run: Run) -> float:
    """The seconds between two pictures: of customFFMPEGProperties.framesPerSecond, a number or a fraction as text.

    Raises:
        RunError: invalid_data, if it is neither, or not above zero.
    """
    properties = run.payload.get("customFFMPEGProperties")
    given = properties.get("framesPerSecond") if isinstance(properties, dict) else None
    if given is None:
        return _seconds(run, 1)
    try:
        rate = float(Fraction(str(given)))
    except (ValueError, ZeroDivisionError, OverflowError):
        rate = 0.0
    if rate <= 0:
        message = f"customFFMPEGProperties.framesPerSecond is {given!r}; it must be a number or a fraction above 0."
        raise RunError(FailureReason.INVALID_DATA, message)
    return 1 / rate


def _lengths(pieces: list[Record], kind: str) -> str:
    """How many pieces of what lengths, such as `3 chunks of sound: 20.0, 20.0 and 1.1 s`."""
    seconds = [f"{(piece['stopOffsetMs'] - piece['startOffsetMs']) / 1000:.1f}" for piece in pieces]
    if len(seconds) == 1:
        return f"1 chunk {kind}: {seconds[0]} s"
    if len(seconds) > 4:
        return f"{len(seconds)} chunks {kind}: {seconds[0]}, {seconds[1]}, ... and {seconds[-1]} s"
    return f"{len(seconds)} chunks {kind}: {', '.join(seconds[:-1])} and {seconds[-1]} s"
