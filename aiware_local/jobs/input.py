"""What createJob refuses about its tasks, and what it fills in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiware_local.installation.catalogue import Catalogue
from aiware_local.installation.errors import invalid_input, not_found
from aiware_local.installation.installation import Call
from aiware_local.storage.records import Record

DEFAULT_PREFERENCES: Mapping[str, Any] = {
    "maxRetries": 1,
    "parallelProcessing": False,
    "parentCompleteBeforeStarting": False,
    "priority": 0,
}


def checked_tasks(call: Call, args: Mapping[str, Any], cluster: Record | None) -> list[Record]:
    """The tasks of a createJob input, with engineId, payload and executionPreferences filled in.

    Raises:
        ApiError: invalid_input if there are none or one is wrong in itself; not_found for an unknown engine.
    """
    tasks = args.get("tasks") or []
    if not tasks:
        raise invalid_input("tasks is empty: a job needs at least one task.", field="tasks")
    return [_checked(call.installation.catalogue, task, f"tasks[{place}]", cluster) for place, task in enumerate(tasks)]


def flat_tasks(tasks: Sequence[Record]) -> list[Record]:
    """The tasks and, after them, their standby tasks: all that have ioFolders of their own."""
    standbys = [task["standbyTask"] for task in tasks if task.get("standbyTask")]
    return [*tasks, *(flat_tasks(standbys) if standbys else [])]


def _checked(catalogue: Catalogue, task: Mapping[str, Any], path: str, cluster: Record | None) -> Record:
    engine = _engine(catalogue, task, path)
    _require_allowed(engine, path, cluster)
    payload = _payload(task, path)
    if engine["libraryRequired"] and not (isinstance(payload, dict) and payload.get("libraryId")):
        raise invalid_input(f"{path}.payload needs a libraryId: engine {engine['id']} works with a library.")
    standby = task.get("standbyTask")
    return {
        **task,
        "engineId": engine["id"],
        "payload": payload,
        "executionPreferences": {**DEFAULT_PREFERENCES, **(task.get("executionPreferences") or {})},
        "standbyTask": None if standby is None else _checked(catalogue, standby, f"{path}.standbyTask", cluster),
    }


def _engine(catalogue: Catalogue, task: Mapping[str, Any], path: str) -> Record:
    engine_id, task_type = task.get("engineId"), task.get("taskType")
    if engine_id is None and task_type is None:
        raise invalid_input(f"{path} names no engine: give engineId.")
    engine = catalogue.engine(str(engine_id)) if engine_id is not None else catalogue.engine_named(str(task_type))
    if engine is None:
        raise not_found("Engine", str(engine_id if engine_id is not None else task_type))
    return engine


def _require_allowed(engine: Record, path: str, cluster: Record | None) -> None:
    if cluster is None or cluster["bypassAllowedEngines"]:
        return
    allowed = cluster["allowedEngines"]
    if "all" not in allowed and engine["id"] not in allowed:
        raise invalid_input(
            f"{path}.engineId: engine {engine['id']} ({engine['name']}) is not among the allowedEngines of cluster "
            f"{cluster['id']}.",
            objectId=engine["id"],
            objectType="Engine",
        )


def _payload(task: Mapping[str, Any], path: str) -> Any:
    text, payload = task.get("payloadString"), task.get("payload")
    if text is None:
        return payload
    if payload is not None:
        raise invalid_input(f"{path} has both payload and payloadString; give one of them.")
    try:
        return json.loads(text)
    except ValueError as error:
        raise invalid_input(f"{path}.payloadString is not JSON: {error}.") from None
