"""Engines that tell who speaks when: from the voices of the transcript beside the media."""

from __future__ import annotations

from itertools import groupby

from aiware_local.engines.recognition import spoken_words
from aiware_local.engines.run import Run
from aiware_local.storage.records import Record
from aiware_local.tdos.transcripts import VTN_SCHEMA, Word

NOBODY_KNOWN = "Speaker 1"
"""Who speaks where the transcript names nobody."""


async def detect_speakers(run: Run) -> None:
    """Makes an entry for each time that one person speaks."""
    media = await run.find_media(of_tdo=True)
    words = spoken_words(run, media)
    series = [_turn(speaker, list(said)) for speaker, said in groupby(words, lambda word: word.speaker or NOBODY_KNOWN)]
    # vtn-standard has no validation contract of its own for speakers.
    run.keep_document({"schemaId": VTN_SCHEMA, "sourceEngineId": run.task["engineId"], "series": series})
    voices = len({entry["object"]["label"] for entry in series})
    run.note(f"Found {voices} speaker{'' if voices == 1 else 's'} in {media.name}, as its transcript has them.")


def _turn(speaker: str, words: list[Word]) -> Record:
    return {
        "startTimeMs": words[0].start_ms,
        "stopTimeMs": max(word.stop_ms for word in words),
        "object": {"type": "speaker", "label": speaker},
    }
