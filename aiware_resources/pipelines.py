"""Ready task graphs."""

from __future__ import annotations

import pulumi

from aiware_resources import engines
from aiware_resources.dag import Dag, adapter, chunk_audio, engine, output_writer, playback


def transcription(
    url: pulumi.Input[str], *, engine_id: str = engines.SPEECHMATICS_ENGLISH, chunk_seconds: int = 20
) -> Dag:
    """Ingests a recording, stores it for playback, and transcribes it in chunks.

    Args:
        url: Where the recording is.
        engine_id: The transcription engine; one that takes chunks.
        chunk_seconds: Length of the audio chunks, in seconds.
    """
    transcribed = chunk_audio(seconds=chunk_seconds) >> engine(engine_id) >> output_writer()
    return Dag(adapter(url) >> [playback(), transcribed])


def reprocess_transcription(*, engine_id: str = engines.SPEECHMATICS_ENGLISH, chunk_seconds: int = 20) -> Dag:
    """Transcribes the media that a TDO holds already; set ``is_reprocess_job`` on the job.

    Args:
        engine_id: The transcription engine; one that takes chunks.
        chunk_seconds: Length of the audio chunks, in seconds.
    """
    return Dag(chunk_audio(seconds=chunk_seconds, from_tdo=True) >> engine(engine_id) >> output_writer())
