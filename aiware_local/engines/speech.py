"""Engines that work on speech: what is said in a recording, and who speaks when."""

from __future__ import annotations

from itertools import groupby

from aiware_local.engines.chunking import chunks_before, ffmpeg_path
from aiware_local.engines.run import Run
from aiware_local.installation.errors import FailureReason, RunError
from aiware_local.installation.media import UNREACHABLE, Media
from aiware_local.recognition.recognizer import INSTALL, CannotListen, Heard, ListenerEnded, NotHeard
from aiware_local.storage.store import Record
from aiware_local.tdos.sidecars import read_sidecar
from aiware_local.tdos.transcripts import (
    Word,
    simulated_transcript,
    transcript_document,
)

LISTENING = frozenset({"transcription", "speakers", "language", "keywords", "translation", "concepts", "entities"})
"""The roles of engines that may have to recognize speech: those of speech, and of texts where they get a recording."""
TRANSCRIPT = "transcript"
"""The key of a payload that says where the words are to come from first; engines of aiWARE do not know it."""
SIDECAR, RECOGNIZE = "sidecar", "recognise"
NOBODY_KNOWN = "Speaker 1"
"""Who speaks where the transcript names nobody."""


async def transcribe(run: Run) -> None:
    """Makes a transcript of the media; see `spoken_words`."""
    media = await run.find_media(of_tdo=True)
    words = await spoken_words(run, media, speakers=str(run.payload.get("diarise")).lower() == "true")
    chunks = chunks_before(run)
    if chunks and run.simulated:
        words = [word for word in words if word.stop_ms <= chunks[-1]["stopOffsetMs"]]
    run.keep_document(transcript_document(words, run.task["engineId"], language_of_speech(run), run.simulated))
    run.note(f"Transcribed {media.name}: {len(words)} words.")
    run.output = {"chunks": [_heard(chunk, words) for chunk in chunks]} if chunks else {}
    for place, chunk in enumerate(run.output.get("chunks", []), 1):
        span = f"{chunk['startOffsetMs'] / 1000:.1f} to {chunk['stopOffsetMs'] / 1000:.1f} s"
        run.note(f"Chunk {place} of {len(chunks)}, {span}: {chunk['words']} words.")


def language_of_speech(run: Run) -> str:
    """The language that is spoken, as far as the payload says."""
    return str(run.payload.get("languageCode") or "en")


async def spoken_words(run: Run, media: Media, *, speakers: bool = False) -> list[Word]:
    """What is said in media: the words of the transcript beside it, else those that are recognized, else simulated.

    The payload's `transcript` says which of the first two comes first.

    Args:
        run: The run that needs them.
        media: The recording.
        speakers: Whether to distinguish its speakers.

    Raises:
        RunError: The transcript is unusable, or the recording cannot be listened to.
    """
    wanted = run.payload.get(TRANSCRIPT)
    if wanted not in (None, SIDECAR, RECOGNIZE):
        message = f"{TRANSCRIPT} is {wanted!r}; it must be {SIDECAR!r} or {RECOGNIZE!r}."
        raise RunError(FailureReason.INVALID_DATA, message)
    if media.sidecar is not None and wanted != RECOGNIZE:
        return _read_words(run, media, media.sidecar)
    try:
        return await _recognized_words(run, media, speakers=speakers)
    except CannotListen as error:
        if media.sidecar is not None:
            run.note(f"Speech cannot be recognized: {error}.")
            return _read_words(run, media, media.sidecar)
        run.simulate(str(error), f"Speech cannot be recognized: {error}.")
        run.note(f"There is no transcript beside {media.name}: the transcript is simulated.")
        return simulated_transcript(media.url)


def _read_words(run: Run, media: Media, sidecar: str) -> list[Word]:
    try:
        words = read_sidecar(run.path(sidecar))
    except ValueError as error:
        raise RunError(
            FailureReason.INVALID_DATA, f"The transcript beside {media.name} is unusable: {error}"
        ) from error
    run.note(f"Read the transcript beside {media.name}.")
    return words


async def _recognized_words(run: Run, media: Media, *, speakers: bool) -> list[Word]:
    """What is recognized in a recording; nothing if nobody speaks.

    Raises:
        CannotListen: Nothing can be recognized here, or not in this language.
        RunError: The recording cannot be listened to.
    """
    heard = await _heard_speech(run, media, speakers=speakers)
    factor = heard.seconds / heard.took if heard.took else 0.0
    run.ended_at = run.installation.clock.now()
    run.note(f"Recognized by {heard.by}: {heard.seconds:.1f} s in {heard.took:.1f} s, {factor:.1f} times real time.")
    if not heard.words:
        run.note(f"Nobody speaks in {media.name}.")
    return [Word(word.text, word.start_ms, word.stop_ms, word.speaker) for word in heard.words]


async def _heard_speech(run: Run, media: Media, *, speakers: bool) -> Heard:
    installation, language = run.installation, language_of_speech(run)
    if media.file is None:
        raise CannotListen(UNREACHABLE)
    if installation.recognizer is None:
        raise CannotListen("recognition is switched off")
    if language.lower().partition("-")[0] not in ("en", "eng", "english"):
        raise CannotListen(f"only English can be recognized, not {language}")
    ffmpeg = ffmpeg_path()
    if ffmpeg is None:
        raise CannotListen(f"there is no ffmpeg ({INSTALL})")
    try:
        return await installation.recognizer.recognize(ffmpeg, run.path(media.file), speakers=speakers)
    except NotHeard as error:
        run.ended_at = installation.clock.now()
        raise RunError(FailureReason.INVALID_DATA, f"{media.name} {error}.") from error
    except ListenerEnded as error:
        run.ended_at = installation.clock.now()
        message = f"The recognition of {media.name} broke off twice: its process ended."
        raise RunError(FailureReason.SYSTEM_ERROR, message) from error


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
    words = await spoken_words(run, media, speakers=True)
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
