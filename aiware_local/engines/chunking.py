"""The chunk engine: cuts media into pieces, really where ffmpeg is there."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiware_local.engines.extras import HINT
from aiware_local.engines.ffmpeg import NotMedia, Piece, cut_sound, cut_video, ffmpeg_path, take_frames
from aiware_local.engines.run import Run
from aiware_local.installation.failures import FailureReason, RunError
from aiware_local.installation.media import Media
from aiware_local.storage.records import Record

Cutter = Callable[[str, Path, float, Path], Awaitable[list[Piece]]]

CUTTERS: dict[str, tuple[Cutter, float, str]] = {
    "audio": (cut_sound, 300, "of sound"),
    "video": (cut_video, 300, "of video"),
    "frame": (take_frames, 1, "with a picture each"),
}
"""By ffmpegTemplate: what cuts, how long a piece is by default (seconds), and what the log calls the pieces."""

WHOLE = "rawchunk"
"""The template that passes a file on as it is: for documents and pictures."""


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
    seconds = _seconds(run, default)
    pieces = await _cut(run, run.media, cutter, seconds)
    if pieces is not None:
        run.chunks = pieces
        run.output["chunks"] = [{key: value for key, value in piece.items() if key != "file"} for piece in pieces]
        run.note(f"Cut {run.media.name} into {_lengths(pieces, kind)}.")


def chunks_before(run: Run) -> list[Record]:
    """The pieces that the nearest chunk engine before this task has really cut; none where that was simulated."""
    return next((task["_result"]["chunks"] for task in run.upstream(lambda result: bool(result.get("chunks")))), [])


async def _cut(run: Run, media: Media, cutter: Cutter, seconds: float) -> list[Record] | None:
    """The pieces as the task's result keeps them; None, and a note, where nothing could be cut."""
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
        RunError: invalid_data, if it is no number of at least one second.
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


def _lengths(pieces: list[Record], kind: str) -> str:
    """How many pieces of what lengths, such as `3 chunks of sound: 20.0, 20.0 and 1.1 s`."""
    seconds = [f"{(piece['stopOffsetMs'] - piece['startOffsetMs']) / 1000:.1f}" for piece in pieces]
    if len(seconds) == 1:
        return f"1 chunk {kind}: {seconds[0]} s"
    if len(seconds) > 4:
        return f"{len(seconds)} chunks {kind}: {seconds[0]}, {seconds[1]}, ... and {seconds[-1]} s"
    return f"{len(seconds)} chunks {kind}: {', '.join(seconds[:-1])} and {seconds[-1]} s"
