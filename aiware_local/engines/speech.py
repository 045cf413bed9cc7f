"""Engines that work on speech: what is said in a recording, and who speaks when."""

from __future__ import annotations

from itertools import groupby

from aiware_local.engines.chunking import chunks_before
from aiware_local.engines.run import Run
from aiware_local.installation.errors import FailureReason, RunError
from aiware_local.installation.media import Media
from aiware_local.storage.store import Record
from aiware_local.tdos.sidecars import read_sidecar
from aiware_local.tdos.transcripts import (
    Word,
    simulated_transcript,
    transcript_document,
)

NOBODY_KNOWN = "Speaker 1"
"""Who speaks where the transcript names nobody."""


async def transcribe(run: Run) -> None:
    """Makes a transcript of the media: the one beside it, or a simulated one if there is none."""
    media = await run.find_media(of_tdo=True)
    words = spoken_words(run, media)
    chunks = chunks_before(run)
    if chunks and media.sidecar is None:
        words = [word for word in words if word.stop_ms <= chunks[-1]["stopOffsetMs"]]
    run.keep_document(transcript_document(words, run.task["engineId"], str(run.payload.get("languageCode", "en"))))
    run.note(f"Transcribed {media.name}: {len(words)} words.")
    run.output = {"chunks": [_heard(chunk, words) for chunk in chunks]} if chunks else {}
    for place, chunk in enumerate(run.output.get("chunks", []), 1):
        span = f"{chunk['startOffsetMs'] / 1000:.1f} to {chunk['stopOffsetMs'] / 1000:.1f} s"
        run.note(f"Chunk {place} of {len(chunks)}, {span}: {chunk['words']} words.")


def spoken_words(run: Run, media: Media) -> list[Word]:
    """What is said in media: the words of the transcript beside it, or simulated ones if there is none.

    Raises:
        RunError: The transcript is unusable.
    """
    if media.sidecar is None:
        run.note(f"There is no transcript beside {media.name}: the transcript is simulated.")
        return simulated_transcript(media.url)
    try:
        return read_sidecar(run.path(media.sidecar))
    except ValueError as error:
        raise RunError(
            FailureReason.INVALID_DATA, f"The transcript beside {media.name} is unusable: {error}"
        ) from error


def _heard(chunk: Record, words: list[Word]) -> Record:
    """A chunk, and how many words begin in it."""
    start, stop = chunk["startOffsetMs"], chunk["stopOffsetMs"]
    return {
        "startOffsetMs": start,
        "stopOffsetMs": stop,
        "words": sum(start <= word.start_ms < stop for word in words),
    }


async def detect_speakers(run: Run) -> None:
    """Makes an entry for each time that one person speaks."""
    media = await run.find_media(of_tdo=True)
    words = spoken_words(run, media)
    series = [_turn(speaker, list(said)) for speaker, said in groupby(words, lambda word: word.speaker or NOBODY_KNOWN)]
    # vtn-standard has no validation contract of its own for speakers.
    run.keep_result(None, series=series)
    voices = len({entry["object"]["label"] for entry in series})
    run.note(f"Found {voices} speaker{'' if voices == 1 else 's'} in {media.name}, as its transcript has them.")


def _turn(speaker: str, words: list[Word]) -> Record:
    return {
        "startTimeMs": words[0].start_ms,
        "stopTimeMs": max(word.stop_ms for word in words),
        "object": {"type": "speaker", "label": speaker},
    }
