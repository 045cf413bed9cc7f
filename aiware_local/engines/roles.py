"""What engines do when they run, by the role that the catalogue gives an engine."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiware_local.engines.chunking import chunk
from aiware_local.engines.run import Run
from aiware_local.engines.simulated import (
    classify_content,
    detect_objects,
    extract_entities,
    ignite,
    recognize_faces,
)
from aiware_local.engines.speech import detect_speakers, transcribe
from aiware_local.engines.storing import adapt, aggregate, store_media, write_output
from aiware_local.engines.texts import extract_keywords, extract_text, identify_language
from aiware_local.engines.translation import translate
from aiware_local.installation.errors import FailureReason, RunError
from aiware_local.installation.installation import Installation
from aiware_local.storage.store import Record

log = logging.getLogger(__name__)

EngineRun = Callable[[Run], Awaitable[None]]


async def _index(run: Run) -> None:
    run.note("There is no search index here; nothing to do.")


async def _train(run: Run) -> None:
    library = run.payload.get("libraryId")
    run.note(f"Training {run.engine['name']} with the library {library} is simulated.")
    run.output = {key: run.payload[key] for key in ("libraryId", "libraryEngineModelId") if key in run.payload}


TRAINING = "library-train"
"""The mode in a payload that asks an engine to learn a library; no media is read (source: libraries/training.md)."""

ROLES: dict[str, EngineRun] = {
    "adapter": adapt,
    "store": store_media,
    "chunk": chunk,
    "transcription": transcribe,
    "translation": translate,
    "extraction": extract_text,
    "language": identify_language,
    "keywords": extract_keywords,
    "objects": detect_objects,
    "faces": recognize_faces,
    "concepts": classify_content,
    "entities": extract_entities,
    "igniter": ignite,
    "speakers": detect_speakers,
    "aggregator": aggregate,
    "writer": write_output,
    "index": _index,
}


async def run_engine(installation: Installation, job: Record, order: int) -> Record:
    """Runs the engine of one task.

    Running it again does the same once more and leaves nothing twice: what it stores has ids that follow from the task.

    Args:
        installation: where it runs.
        job: the job's record.
        order: which of its tasks.

    Returns:
        The task's result: output, log, failure (or None), media and document (or None).
    """
    run = Run(installation, job, order)
    planned = run.task["_plannedFailure"]
    if planned is not None:
        run.note(f"Failed: {planned['reason']}: {planned['message']}")
        return run.result(planned)
    try:
        if run.has_tdo:
            run.require_tdo()
        engine_run = _train if run.payload.get("mode") == TRAINING else ROLES[run.engine["_role"]]
        await engine_run(run)
    except RunError as error:
        run.note(f"Failed: {error.reason}: {error.message}")
        return run.result({"reason": str(error.reason), "message": error.message})
    except OSError as error:
        log.exception("task %s could not read or write a file", run.task["id"])
        message = f"A file could not be read or written: {error.strerror}."
        run.note(f"Failed: {FailureReason.SYSTEM_ERROR}: {message}")
        return run.result({"reason": str(FailureReason.SYSTEM_ERROR), "message": message})
    return run.result(None)
