"""Ready task graphs for a job's ``dag``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from aiware_resources import engines
from aiware_resources.dag import (
    Dag,
    adapter,
    asset_creator,
    chunk,
    chunk_audio,
    engine,
    in_turn,
    output_writer,
    playback,
)

Payload = Mapping[str, Any]
"""What an engine takes, under the engine's own names."""


def transcription(
    url: pulumi.Input[str] | None = None,
    *,
    engine_id: pulumi.Input[str] = engines.SPEECHMATICS_ENGLISH,
    chunk_seconds: int = 20,
    payload: Payload | None = None,
) -> Dag:
    """Ingests a recording, stores it for playback, and transcribes it in chunks.

    Args:
        url: Where the recording is; without it, the primary media of the job's TDO is ingested.
        engine_id: The transcription engine; one that takes chunks.
        chunk_seconds: Length of the audio chunks, in seconds.
        payload: What the transcription engine takes.
    """
    transcribed = chunk_audio(seconds=chunk_seconds) >> engine(engine_id, payload) >> output_writer()
    return Dag(adapter(url) >> [playback(), transcribed])


def stream_transcription(
    url: pulumi.Input[str] | None = None,
    *,
    engine_id: pulumi.Input[str] = engines.GOOGLE_SPEECH_TO_TEXT,
    payload: Payload | None = None,
) -> Dag:
    """Ingests a recording, stores it for playback, and transcribes it as a stream: without a chunk engine.

    Args:
        url: Where the recording is; without it, the primary media of the job's TDO is ingested.
        engine_id: The transcription engine; one that takes a stream.
        payload: What the transcription engine takes.
    """
    transcribed = engine(engine_id, payload, reads="stream") >> output_writer()
    return Dag(adapter(url) >> [playback(), transcribed])


def reprocess_transcription(
    *,
    engine_id: pulumi.Input[str] = engines.SPEECHMATICS_ENGLISH,
    chunk_seconds: int = 20,
    payload: Payload | None = None,
) -> Dag:
    """Transcribes the media that a TDO holds already; set ``is_reprocess_job`` on the job.

    Args:
        engine_id: The transcription engine; one that takes chunks.
        chunk_seconds: Length of the audio chunks, in seconds.
        payload: What the transcription engine takes.
    """
    chunks = chunk_audio(seconds=chunk_seconds, from_tdo=True)
    return Dag(chunks >> engine(engine_id, payload) >> output_writer())


def translation(
    url: pulumi.Input[str],
    *,
    engine_id: pulumi.Input[str] = engines.TRANSLATE_SPANISH_TO_ENGLISH,
    payload: Payload | None = None,
) -> Dag:
    """Translates a text, which the translation engine fetches by itself.

    Args:
        url: Where the text is.
        engine_id: The translation engine.
        payload: What else the translation engine takes.
    """
    return Dag(engine(engine_id, {"url": url, **(payload or {})}, reads=None) >> output_writer())


def text_file(url: pulumi.Input[str], engine_id: pulumi.Input[str], *, payload: Payload | None = None) -> Dag:
    """Ingests a document, stores it in the TDO as an asset, and lets an engine read it.

    Args:
        url: Where the document is.
        engine_id: The engine that reads it: text extraction, language identification, keywords, translation.
        payload: What the engine takes.
    """
    read = chunk("rawchunk") >> engine(engine_id, payload) >> output_writer()
    return Dag(adapter(url) >> [asset_creator(), read])


def one_engine(
    engine_id: pulumi.Input[str], url: pulumi.Input[str] | None = None, *, payload: Payload | None = None
) -> Dag:
    """Lets an engine work on the media of the job's TDO, without folders and routes.

    Args:
        engine_id: The engine.
        url: Where a recording is that an adapter stores in the TDO first; without it, the engine works on what the TDO
            holds already.
        payload: What the engine takes.
    """
    fetched = [] if url is None else [adapter(url)]
    return Dag(in_turn(*fetched, engine(engine_id, payload)))


def training(engine_id: pulumi.Input[str], library_id: pulumi.Input[str], *, payload: Payload | None = None) -> Dag:
    """Trains an engine with a library. The job needs no TDO: give it neither ``target`` nor ``target_id``.

    Args:
        engine_id: The engine.
        library_id: The library.
        payload: What else the engine takes, such as ``libraryEngineModelId``.
    """
    return Dag(in_turn(engine(engine_id, {"mode": "library-train", "libraryId": library_id, **(payload or {})})))
