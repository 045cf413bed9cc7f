"""Ready task graphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi

from aiware_resources import engines
from aiware_resources.dag import IoFolderArgs, RouteArgs, TaskArgs

Mode = Literal["stream", "chunk"]


@dataclass(frozen=True)
class Graph:
    """The tasks and routes of a job."""

    tasks: Sequence[TaskArgs]
    routes: Sequence[RouteArgs]


def transcription(
    url: pulumi.Input[str],
    *,
    engine_id: str = engines.SPEECHMATICS_ENGLISH,
    chunk_seconds: int = 20,
) -> Graph:
    """Ingests a recording, stores it for playback, and transcribes it in chunks.

    Args:
        url: Where the recording is.
        engine_id: The transcription engine; one that takes chunks.
        chunk_seconds: Length of the audio chunks, in seconds.
    """
    adapter: TaskArgs = {
        "engine_id": engines.WEBSTREAM_ADAPTER,
        "payload": {"url": url},
        "io_folders": [_output("recording", "stream")],
    }
    playback: TaskArgs = {
        "engine_id": engines.PLAYBACK,
        "io_folders": [_input("playback-in", "stream")],
        "execution_preferences": {"parent_complete_before_starting": True},
    }
    chunker: TaskArgs = {
        "engine_id": engines.CHUNK,
        "payload": _audio_chunks(chunk_seconds),
        "io_folders": [_input("chunk-in", "stream"), _output("chunks", "chunk")],
        "execution_preferences": {"parent_complete_before_starting": True},
    }
    return Graph(
        tasks=[adapter, playback, chunker, *_transcribe(engine_id)],
        routes=[_route("recording", "playback-in"), _route("recording", "chunk-in"), *_TRANSCRIBE_ROUTES],
    )


def reprocess_transcription(*, engine_id: str = engines.SPEECHMATICS_ENGLISH, chunk_seconds: int = 20) -> Graph:
    """Transcribes the media that a TDO holds already; set ``is_reprocess_job`` on the job.

    Args:
        engine_id: The transcription engine; one that takes chunks.
        chunk_seconds: Length of the audio chunks, in seconds.
    """
    chunker: TaskArgs = {
        "engine_id": engines.CHUNK,
        "payload": _audio_chunks(chunk_seconds),
        "io_folders": [_output("chunks", "chunk")],
    }
    return Graph(tasks=[chunker, *_transcribe(engine_id)], routes=_TRANSCRIBE_ROUTES)


def _transcribe(engine_id: str) -> list[TaskArgs]:
    return [
        {"engine_id": engine_id, "io_folders": [_input("speech", "chunk"), _output("transcript", "chunk")]},
        {"engine_id": engines.OUTPUT_WRITER, "io_folders": [_input("results", "chunk")]},
    ]


def _audio_chunks(seconds: int) -> dict[str, object]:
    # The chunk engine takes the length as text, as every custom ffmpeg property.
    return {"ffmpegTemplate": "audio", "customFFMPEGProperties": {"chunkSizeInSeconds": str(seconds)}}


def _input(reference_id: str, mode: Mode) -> IoFolderArgs:
    return {"reference_id": reference_id, "mode": mode, "type": "input"}


def _output(reference_id: str, mode: Mode) -> IoFolderArgs:
    return {"reference_id": reference_id, "mode": mode, "type": "output"}


def _route(parent: str, child: str) -> RouteArgs:
    return {"parent_io_folder_reference_id": parent, "child_io_folder_reference_id": child, "options": {}}


_TRANSCRIBE_ROUTES: Sequence[RouteArgs] = [_route("chunks", "speech"), _route("transcript", "results")]
