"""What a picture of a task graph shows, whatever it is drawn with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from aiware_resources import engines

UNKNOWN_ENGINE = "?"
"""What stands for an engine that is not known yet."""

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
"""Marks of a box, in a picture that compares a graph with what it was."""


THEN = "then"
"""Joins tasks without folders: they work one after another."""


@dataclass(frozen=True)
class Arrow:
    """Data that goes from one box to another, or the order in which they work.

    Attributes:
        parent: Number of the box that writes.
        child: Number of the box that reads.
        label: The mode: ``stream`` or ``chunk``; `THEN` where nothing but time goes from one to the other.
    """

    parent: int
    child: int
    label: str


@dataclass(frozen=True)
class Drawing:
    """A task graph as boxes and arrows.

    Attributes:
        boxes: The label of each task.
        arrows: The routes between them, and the order of tasks without folders.
        loose: Numbers of the routes that are not drawn, since they join no two folders that are known.
        title: Whose graph it is.
        marks: The mark of each box, or empty text; nothing where none is marked.
    """

    boxes: tuple[str, ...]
    arrows: tuple[Arrow, ...]
    title: str = ""
    loose: tuple[int, ...] = ()
    marks: tuple[str, ...] = ()

    def mark(self, box: int) -> str:
        """The mark of a box: ``added``, ``changed``, ``removed``, or empty."""
        return self.marks[box] if box < len(self.marks) else ""


def draw(tasks: Any, routes: Any, title: str = "") -> Drawing:
    """Makes a drawing of a job's tasks and routes.

    Args:
        tasks: The tasks, under the API's names. What is not known yet is drawn as a question mark.
        routes: The routes.
        title: Whose graph it is.
    """
    known = _mappings(tasks)
    owners = {
        folder.get("referenceId"): (index, str(folder.get("mode")))
        for index, task in enumerate(known)
        for folder in _mappings(task.get("ioFolders"))
    }
    ends = [
        (owners.get(route.get("parentIoFolderReferenceId")), owners.get(route.get("childIoFolderReferenceId")))
        for route in _mappings(routes)
    ]
    routed = (Arrow(parent[0], child[0], parent[1]) for parent, child in ends if parent and child)
    # Folders that are not known yet are folders.
    free = (index for index, task in enumerate(known) if task and task.get("ioFolders") in (None, []))
    arrows = (*routed, *(Arrow(before, after, THEN) for before, after in pairwise(free)))
    loose = tuple(index for index, (parent, child) in enumerate(ends) if not (parent and child))
    return Drawing(tuple(engine_label(task) for task in known), arrows, title, loose)


def engine_label(task: Mapping[str, Any]) -> str:
    """What people call the engine of a task, under the API's names."""
    engine_id = task.get("engineId") or task.get("taskType")
    return engines.NAMES.get(engine_id, engine_id) if isinstance(engine_id, str) else UNKNOWN_ENGINE


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    """The items of a list; one that is not known yet has nothing to tell, but is there."""
    items: Iterable[Any] = value if isinstance(value, list | tuple) else ()
    return [item if isinstance(item, Mapping) else {} for item in items]
