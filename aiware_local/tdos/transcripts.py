"""What is said in media: words with their times, from a transcript beside the media, or simulated."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass

from aiware_local.storage.store import Record

VTN_SCHEMA = "https://docs.veritone.com/schemas/vtn-standard/master.json"
WORD_MS = 400
"""How long a word takes where its times are not known: 150 words a minute."""
SENTENCE_GAP_MS = 600

_SIMULATED_START = (
    "This transcript is simulated.",
    "Speech was not recognized, and there was no transcript beside the media.",
)
_SIMULATED_MORE = (
    "So it made these words up.",
    "They are the same whenever the same recording is transcribed.",
    "Put a caption file beside the recording to read its words here instead.",
    "A sentence like this one has a beginning, a middle and an end.",
    "Here somebody would have made a point, and somebody else would have answered.",
    "After a short pause, the conversation would have gone on.",
    "Nothing that was really said is repeated here.",
)


@dataclass(frozen=True)
class Word:
    """A spoken word: milliseconds from the start of the media, and who said it if that is known."""

    text: str
    start_ms: int
    stop_ms: int
    speaker: str | None = None


def simulated_transcript(url: str) -> list[Word]:
    """Words that call themselves simulated; always the same for the same URL."""
    chooser = random.Random(hashlib.sha256(url.encode()).digest())  # noqa: S311 - not for secrets
    more = chooser.sample(_SIMULATED_MORE, k=chooser.randint(3, len(_SIMULATED_MORE)))
    return list(spread("\n".join([*_SIMULATED_START, *more])))


def transcript_document(words: list[Word], engine_id: str, language: str, simulated: str | None = None) -> Record:
    """A vtn-standard transcript: one entry of `series` per word; a tag says why it is simulated, where it is."""
    tags = {} if simulated is None else {"tags": [{"key": "simulated", "value": simulated}]}
    return {
        "schemaId": VTN_SCHEMA,
        **tags,
        "validationContracts": ["transcript"],
        "sourceEngineId": engine_id,
        "series": [_series_entry(word, language) for word in words],
    }


def words_of(document: Record) -> list[Word]:
    """The words of a vtn-standard document; of alternatives the best one."""
    words = []
    for entry in document.get("series") or []:
        choices = entry.get("words") or []
        best = next((choice for choice in choices if choice.get("bestPath")), choices[0] if choices else None)
        if best and best.get("word"):
            words.append(Word(best["word"], entry["startTimeMs"], entry["stopTimeMs"], speaker_of(entry)))
    return words


def is_empty_transcript(document: Record) -> bool:
    """Whether a document is the transcript of a recording in which nobody speaks."""
    return "transcript" in (document.get("validationContracts") or []) and document.get("series") == []


def speaker_of(entry: Record) -> str | None:
    """Who speaks in an entry of a `series`: its object of type speaker, or the older speakerId."""
    found = entry.get("object")
    label = found.get("label") if isinstance(found, dict) and found.get("type") == "speaker" else None
    return label or entry.get("speakerId") or None


def _series_entry(word: Word, language: str) -> Record:
    spoken = {"word": word.text, "bestPath": True, "utteranceLength": 1}
    entry: Record = {
        "startTimeMs": word.start_ms,
        "stopTimeMs": word.stop_ms,
        "words": [spoken],
        "language": language,
    }
    return {**entry, "speakerId": word.speaker} if word.speaker else entry


def spread(text: str) -> Iterator[Word]:
    """Words one after another at an even pace, with a gap after each line."""
    start = 0
    for line in text.splitlines():
        for word in line.split():
            yield Word(word, start, start + WORD_MS)
            start += WORD_MS
        if line.strip():
            start += SENTENCE_GAP_MS
