"""Engines that recognise speech."""

from __future__ import annotations

from aiware_local.engines.chunking import chunks_before
from aiware_local.engines.run import Run
from aiware_local.installation.failures import FailureReason, RunError
from aiware_local.installation.media import Media
from aiware_local.storage.records import Record
from aiware_local.tdos.transcripts import (
    Word,
    read_transcript,
    simulated_transcript,
    transcript_document,
)


async def transcribe(run: Run) -> None:
    """Makes a transcript of the media: that which lay beside it, else a simulated one."""
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
    """What is said in media: the words of the transcript beside it, else simulated ones.

    Raises:
        RunError: The transcript is unusable.
    """
    if media.sidecar is None:
        run.note(f"There is no transcript beside {media.name}: the transcript is simulated.")
        return simulated_transcript(media.url)
    try:
        return read_transcript(run.path(media.sidecar))
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
