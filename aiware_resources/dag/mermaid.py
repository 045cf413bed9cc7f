"""A task graph as a Mermaid flowchart, which pull requests and wikis draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiware_resources import engines
from aiware_resources.dag.model import RouteArgs, TaskArgs


def mermaid(tasks: Sequence[TaskArgs], routes: Sequence[RouteArgs]) -> str:
    """Draws a graph.

    Args:
        tasks: The tasks; values that are not known yet are drawn as a question mark.
        routes: The routes.
    """
    lines = ["flowchart LR"]
    owners: dict[Any, tuple[int, str]] = {}
    for index, task in enumerate(tasks):
        lines.append(f'    t{index}["{_escaped(_label(task))}"]')
        for folder in _mappings(task.get("io_folders")):
            owners[folder.get("reference_id")] = (index, str(folder.get("mode")))
    for route in routes:
        parent = owners.get(route.get("parent_io_folder_reference_id"))
        child = owners.get(route.get("child_io_folder_reference_id"))
        if parent and child:
            lines.append(f"    t{parent[0]} -->|{parent[1]}| t{child[0]}")
    return "\n".join(lines) + "\n"


def _label(task: TaskArgs) -> str:
    engine_id = task.get("engine_id") or task.get("task_type")
    return engines.NAMES.get(engine_id, engine_id) if isinstance(engine_id, str) else "?"


def _mappings(value: Any) -> Sequence[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _escaped(label: str) -> str:
    return label.replace('"', "#quot;")
