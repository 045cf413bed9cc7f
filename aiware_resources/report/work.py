"""What a job works on, and what it does, in a few words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from aiware_resources import engines
from aiware_resources.dag.drawing import engine_label

_DOES = {
    engines.SPEECHMATICS_ENGLISH: "transcribe",
    engines.GOOGLE_SPEECH_TO_TEXT: "transcribe",
    engines.TRANSLATE_SPANISH_TO_ENGLISH: "translate",
    engines.AMAZON_TRANSLATE: "translate",
    engines.SPEAKER_DETECTION: "tell speakers apart",
    engines.OBJECT_DETECTION: "find objects",
    engines.FACE_RECOGNITION: "find faces",
    engines.CONTENT_CLASSIFICATION: "classify",
    engines.ENTITY_EXTRACTION: "find names",
}
"""What the engines do that people run jobs for."""

_SERVES = frozenset(
    {
        engines.WEBSTREAM_ADAPTER,
        engines.PLAYBACK,
        engines.CHUNK,
        engines.ASSET_CREATOR,
        engines.OUTPUT_WRITER,
        engines.CHUNK_AGGREGATOR,
        engines.IGNITER,
    }
)
"""Engines that fetch, split and store for the others."""

_ADDRESS = re.compile(
    r"(?:https?|s3a?|gc?s|az|abfss?|s?ftp|ssh|file|azure|wasbs?|rtmps?|rtsp)://?\S|file:\S", re.IGNORECASE
)


def does(tasks: Any) -> str:
    """What a job does: ``transcribe``; the names of engines where that is all that is known."""
    found = [_DOES.get(task.get("engineId", ""), f"run {engine_label(task)}") for task in _working(tasks)]
    return ", ".join(dict.fromkeys(found)) or ("ingest" if _mappings(tasks) else "run a job")


def engine_ids(tasks: Any) -> tuple[str, ...]:
    """The engines that people run a job for; those that serve them only where there is no other."""
    ids = [task.get("engineId") for task in _working(tasks) or _mappings(tasks)]
    return tuple(dict.fromkeys(id_ for id_ in ids if isinstance(id_, str)))


def all_engine_ids(tasks: Any) -> tuple[str, ...]:
    """The engines of all tasks, each as often as it works."""
    return tuple(task["engineId"] for task in _mappings(tasks) if isinstance(task.get("engineId"), str))


def address(job: Mapping[str, Any]) -> str:
    """Where the recording is that a job fetches, whole, signature included; empty when it fetches none."""
    if isinstance(job.get("uploadUrl"), str):
        return str(job["uploadUrl"])
    for task in _mappings(job.get("tasks")):
        if found := next(_addresses(_payload(task)), ""):
            return found
    return ""


def address_of_tdo(tdo: Mapping[str, Any]) -> str:
    """Where the recording of a TDO is; empty when none is declared."""
    for asset in _mappings(tdo.get("assets")):
        for key in ("uri", "file"):
            if isinstance(asset.get(key), str):
                return str(asset[key]) if key == "uri" else f"file:{asset[key]}"
    return ""


def formats(export: Mapping[str, Any]) -> str:
    """What an export makes: ``vtt, srt``."""
    found = [
        each for output in _mappings(export.get("outputConfigurations")) for each in extensions(output.get("formats"))
    ]
    return ", ".join(dict.fromkeys(found)) or "export"


def extensions(formats_: Any) -> list[str]:
    """The extensions of formats, each once."""
    found = [each["extension"] for each in _mappings(formats_) if isinstance(each.get("extension"), str)]
    return list(dict.fromkeys(found))


def _working(tasks: Any) -> list[Mapping[str, Any]]:
    return [task for task in _mappings(tasks) if task.get("engineId") not in _SERVES]


def _payload(task: Mapping[str, Any]) -> Any:
    if isinstance(task.get("payloadString"), str):
        try:
            return json.loads(task["payloadString"])
        except (ValueError, RecursionError):
            return None
    return task.get("payload")


def _addresses(payload: Any) -> Iterator[str]:
    """The texts of a payload that lead to something, the one that is called ``url`` first."""
    if isinstance(payload, Mapping):
        texts = [(key, value) for key, value in payload.items() if isinstance(value, str) and _ADDRESS.match(value)]
        yield from (value for _, value in sorted(texts, key=lambda each: (each[0] != "url", each[0])))


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []
