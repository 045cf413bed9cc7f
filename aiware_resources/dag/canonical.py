"""The normal form of a task graph: referenceIds are labels, so two graphs that differ in them only are equal."""

from __future__ import annotations

from typing import Any


def canonical_graph(props: dict[str, Any]) -> dict[str, Any]:
    """Renames the folders of a job by their places, and puts its routes in order.

    Args:
        props: A job's properties in normal form; a part that is not as it should be stays as it is.
    """
    labels = _labels(props.get("tasks", []))
    renamed = {**props, "tasks": _renamed(props.get("tasks"), labels), "routes": _renamed(props.get("routes"), labels)}
    if isinstance(renamed["routes"], list):
        renamed["routes"] = sorted(renamed["routes"], key=str)
    return {key: value for key, value in renamed.items() if value is not None}


_REFERENCES = frozenset({"referenceId", "parentIoFolderReferenceId", "childIoFolderReferenceId"})


def _labels(tasks: Any) -> dict[str, str]:
    if not isinstance(tasks, list):
        return {}
    return {
        folder["referenceId"]: f"{index}.{position}"
        for index, task in enumerate(tasks)
        if isinstance(task, dict)
        for position, folder in enumerate(task.get("ioFolders") or [])
        if isinstance(folder, dict) and isinstance(folder.get("referenceId"), str)
    }


def _renamed(value: Any, labels: dict[str, str]) -> Any:
    """The tasks or routes with other labels; payloads are somebody else's and stay."""
    if not isinstance(value, list):
        return value
    return [_renamed_part(part, labels) if isinstance(part, dict) else part for part in value]


def _renamed_part(part: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    renamed = {key: labels.get(item, item) if key in _REFERENCES else item for key, item in part.items()}
    if isinstance(part.get("ioFolders"), list):
        renamed["ioFolders"] = _renamed(part["ioFolders"], labels)
    return renamed
