"""The task graph of a createJob input: what the server refuses about it, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from aiware_local.installation.errors import invalid_input

Input = Mapping[str, Any]


@dataclass(frozen=True)
class Folder:
    """An ioFolder and the task (its place in the list) that has it."""

    task: int
    mode: str
    type: str


@dataclass(frozen=True)
class Graph:
    """For each task, by its place in the list: its parents, and how many steps it is away from a root."""

    parents: list[list[int]]
    levels: list[int]


def build_graph(tasks: Sequence[Input], routes: Sequence[Input]) -> Graph:
    """The graph that routes make of tasks.

    Raises:
        ApiError: invalid_input for a referenceId that occurs twice, a route that names no folder, leads from or to the
            wrong kind of folder or joins two modes, a route given twice, and a cycle.
    """
    folders = _folders(tasks)
    parents: list[list[int]] = [[] for _ in tasks]
    seen: set[tuple[str, str]] = set()
    for place, route in enumerate(routes):
        ends = (str(route["parentIoFolderReferenceId"]), str(route["childIoFolderReferenceId"]))
        if ends in seen:
            raise invalid_input(f"routes[{place}] repeats the route from {ends[0]} to {ends[1]}.")
        seen.add(ends)
        parent = _end(folders, place, "parentIoFolderReferenceId", ends[0], "output")
        child = _end(folders, place, "childIoFolderReferenceId", ends[1], "input")
        if parent.mode != child.mode:
            raise invalid_input(
                f"routes[{place}] joins folder {ends[0]} of mode {parent.mode} to folder {ends[1]} of mode "
                f"{child.mode}; both must have the same mode."
            )
        if parent.task not in parents[child.task]:
            parents[child.task].append(parent.task)
    return Graph(parents, _levels(parents))


def _folders(tasks: Sequence[Input]) -> dict[str, Folder]:
    folders: dict[str, Folder] = {}
    for place, task in enumerate(tasks):
        for folder in task.get("ioFolders") or []:
            reference = str(folder["referenceId"])
            if reference in folders:
                raise invalid_input(
                    f"tasks[{place}] has an ioFolder with referenceId {reference}, which "
                    f"tasks[{folders[reference].task}] has already; a referenceId must be unique within the job."
                )
            folders[reference] = Folder(place, folder["mode"], folder["type"])
    return folders


def _end(folders: Mapping[str, Folder], place: int, field: str, reference: str, wanted: str) -> Folder:
    folder = folders.get(reference)
    if folder is None:
        raise invalid_input(f"routes[{place}].{field} is {reference}, but no task has an ioFolder of that referenceId.")
    if folder.type != wanted:
        raise invalid_input(
            f"routes[{place}].{field} is {reference}, which is an {folder.type} folder; it must be an {wanted} folder."
        )
    return folder


def _levels(parents: Sequence[Sequence[int]]) -> list[int]:
    try:
        order = list(TopologicalSorter(dict(enumerate(parents))).static_order())
    except CycleError as error:
        chain = " -> ".join(f"tasks[{task}]" for task in reversed(error.args[1]))
        raise invalid_input(f"The routes form a cycle: {chain}.") from None
    levels = [0] * len(parents)
    for task in order:
        levels[task] = max((levels[parent] + 1 for parent in parents[task]), default=0)
    return levels
