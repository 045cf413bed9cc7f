"""Engines that recognise: transcription and translation."""

from __future__ import annotations

from aiware_local.engine_runs.run import Run
from aiware_local.failures import FailureReason, RunError
from aiware_local.media import Media
from aiware_local.records import Record
from aiware_local.transcripts import (
    VTN_SCHEMA,
    Word,
    read_transcript,
    simulated_transcript,
    transcript_document,
    words_of,
)


async def transcribe(run: Run) -> None:
    """Makes a transcript of the media: that which lay beside it, else a simulated one."""
    media = await run.find_media(of_tdo=True)
    words = _words(run, media)
    run.keep_document(transcript_document(words, run.task["engineId"], str(run.payload.get("languageCode", "en"))))
    run.note(f"Transcribed {media.name}: {len(words)} words.")


async def translate(run: Run) -> None:
    """Makes a text that stands for a translation: really translating is out of the local aiWARE's reach."""
    source = await _text(run)
    text = f"[simulated translation] {source}"
    item = {"type": "text", "text": text}
    run.keep_document(
        {
            "schemaId": VTN_SCHEMA,
            "validationContracts": ["text"],
            "sourceEngineId": run.task["engineId"],
            "object": [{**item, "language": str(run.payload.get("target", "en"))}],
        }
    )
    run.note("The translation is simulated: it repeats the source text.")


def _words(run: Run, media: Media) -> list[Word]:
    if media.sidecar is None:
        run.note(f"There is no transcript beside {media.name}: the transcript is simulated.")
        return simulated_transcript(media.url)
    try:
        return read_transcript(run.path(media.sidecar))
    except ValueError as error:
        raise RunError(
            FailureReason.INVALID_DATA, f"The transcript beside {media.name} is unusable: {error}"
        ) from error


async def _text(run: Run) -> str:
    texts = [_text_of(document) for _, document in run.upstream_documents()]
    if texts:
        return " ".join(texts)
    media = await run.find_media(of_tdo=True)
    if media.file is not None and media.content_type.startswith("text/"):
        return run.path(media.file).read_text(encoding="utf-8", errors="replace").strip()
    return " ".join(word.text for word in _words(run, media))


def _text_of(document: Record) -> str:
    spoken = " ".join(word.text for word in words_of(document))
    return spoken or " ".join(item["text"] for item in document.get("object") or [] if item.get("text"))
