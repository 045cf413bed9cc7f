"""What can be wrong with a task graph.

aiWARE refuses a graph that does not hold together only when the job is created, so it is validated here, in the
preview.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from aiware_resources.api.json_text import read_json
from aiware_resources.dag.model import IoFolder, Route, Task
from aiware_resources.reconcile import Path, Problem, is_within, path_text

_STANDBY = "standbyTask"


@dataclass(frozen=True)
class _Folder:
    """A folder with its place in the graph."""

    task: int
    path: Path
    spec: IoFolder


def problems(tasks: Sequence[Task], routes: Sequence[Route], unknown: frozenset[Path]) -> Iterator[Problem]:
    """What is wrong with a task graph.

    Args:
        tasks: The tasks, each valid by itself.
        routes: The routes, each valid by itself.
        unknown: Paths of what is not known yet; what they could mend is not reported.

    Yields:
        Each problem with its property path, such as ``tasks[2].ioFolders[0].mode``.
    """
    if not tasks:
        yield Problem(("tasks",), "needs at least one task")
    for index, task in enumerate(tasks):
        yield from _task_problems(("tasks", index), task, unknown)
    folders, repeated = _named_folders(tasks)
    yield from (problem for problem in repeated if _STANDBY not in problem.path)
    if any(_hides_folders(path) for path in unknown):
        return
    ends = {reference: folder for reference, folder in folders.items() if _STANDBY not in folder.path}
    seen: dict[tuple[str, str], int] = {}
    for index, route in enumerate(routes):
        yield from _route_problems(index, route, ends)
        both = (route.parent_io_folder_reference_id, route.child_io_folder_reference_id)
        if seen.setdefault(both, index) != index:
            yield Problem(("routes", index), f"repeats routes[{seen[both]}]: name each route once")
    yield from _cycle(tasks, routes, ends)


def standby_problems(tasks: Sequence[Task], unknown: frozenset[Path]) -> Iterator[Problem]:
    """What is wrong with the tasks that stand by for others.

    Args:
        tasks: The tasks that they stand by for.
        unknown: Paths of what is not known yet.
    """
    for index, task in enumerate(tasks):
        path: Path = ("tasks", index)
        each = task
        while each.standby_task is not None:
            path, each = (*path, _STANDBY), each.standby_task
            yield from _task_problems(path, each, unknown)
    _, repeated = _named_folders(tasks)
    yield from (problem for problem in repeated if _STANDBY in problem.path)


def unfed(tasks: Sequence[Task], routes: Sequence[Route], unknown: frozenset[Path]) -> Iterator[tuple[Path, str]]:
    """The input folders that no route leads to.

    Args:
        tasks: The tasks.
        routes: The routes.
        unknown: Paths of what is not known yet.

    Yields:
        The path of each, and its reference id.
    """
    if any(_hides_folders(path) for path in unknown):
        return
    fed = {route.child_io_folder_reference_id for route in routes}
    for index, task in enumerate(tasks):
        for position, spec in enumerate(task.io_folders):
            if spec.type == "input" and spec.reference_id not in fed:
                yield ("tasks", index, "ioFolders", position), spec.reference_id


def _task_problems(path: Path, task: Task, unknown: frozenset[Path]) -> Iterator[Problem]:
    named = task.engine_id or task.task_type or is_within((*path, "engineId"), unknown)
    if not named:
        yield Problem((*path, "engineId"), "is missing: every task needs the id of its engine")
    if task.payload is not None and task.payload_string is not None:
        yield Problem((*path, "payloadString"), "is given beside payload: give one of the two")
    elif task.payload_string is not None and not is_within((*path, "payloadString"), unknown):
        try:
            read_json(task.payload_string)
        except ValueError as error:
            yield Problem((*path, "payloadString"), f"is not JSON ({error}): mend it, or give a value in payload")


def _named_folders(tasks: Sequence[Task]) -> tuple[dict[str, _Folder], list[Problem]]:
    """The folders by their names, and those whose names others have already; standby tasks have folders too."""
    folders: dict[str, _Folder] = {}
    repeated = []
    for folder in _folders(tasks):
        name = folder.spec.reference_id
        first = folders.setdefault(name, folder)
        if first is not folder:
            reason = f'"{name}" is the name of {path_text(first.path)} already: name each folder once'
            repeated.append(Problem((*folder.path, "referenceId"), reason))
    return folders, repeated


def _folders(tasks: Sequence[Task]) -> Iterator[_Folder]:
    """The folders of the tasks, and after them those of their standby tasks."""
    level: list[tuple[int, Path, Task]] = [(index, ("tasks", index), task) for index, task in enumerate(tasks)]
    while level:
        for index, path, task in level:
            for position, spec in enumerate(task.io_folders):
                yield _Folder(index, (*path, "ioFolders", position), spec)
        level = [
            (index, (*path, _STANDBY), task.standby_task)
            for index, path, task in level
            if task.standby_task is not None
        ]


def _hides_folders(path: Path) -> bool:
    """Whether an unknown value at this path could name folders or routes."""
    return path[0] == "routes" or (path[0] == "tasks" and (len(path) < 3 or path[2] == "ioFolders"))


def _route_problems(index: int, route: Route, folders: dict[str, _Folder]) -> Iterator[Problem]:
    ends = {
        "parentIoFolderReferenceId": (route.parent_io_folder_reference_id, "output"),
        "childIoFolderReferenceId": (route.child_io_folder_reference_id, "input"),
    }
    found = []
    for key, (reference, wanted) in ends.items():
        folder = folders.get(reference)
        if folder is None:
            names = ", ".join(sorted(name for name, each in folders.items() if each.spec.type == wanted)) or "none"
            yield Problem(("routes", index, key), f'no task has a folder "{reference}"; {wanted} folders are: {names}')
        elif folder.spec.type != wanted:
            reason = f'"{reference}" is an {folder.spec.type} folder: a route goes from an output to an input folder'
            yield Problem(("routes", index, key), reason)
        else:
            found.append(folder)
    if len(found) < 2:
        return
    parent, child = found
    if parent.task == child.task:
        reason = f"both folders belong to tasks[{parent.task}]: a route joins two different tasks"
        yield Problem(("routes", index), reason)
    if parent.spec.mode != child.spec.mode:
        reason = (
            f'"{parent.spec.reference_id}" is a {parent.spec.mode} folder and "{child.spec.reference_id}" a '
            f"{child.spec.mode} folder: a route joins folders of the same mode"
        )
        yield Problem(("routes", index), reason)


def _cycle(tasks: Sequence[Task], routes: Sequence[Route], folders: dict[str, _Folder]) -> Iterator[Problem]:
    graph: dict[int, set[int]] = {}
    references: dict[tuple[int, int], Route] = {}
    for route in routes:
        parent = folders.get(route.parent_io_folder_reference_id)
        child = folders.get(route.child_io_folder_reference_id)
        if parent and child and parent.task != child.task:
            graph.setdefault(child.task, set()).add(parent.task)
            references[parent.task, child.task] = route
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[int] = error.args[1]
        steps = [_step(tasks, references[edge]) for edge in pairwise(circle)]
        yield Problem(
            ("routes",), f"the tasks wait for each other in a cycle: {'; '.join(steps)}. Remove one of these routes"
        )


def _step(tasks: Sequence[Task], route: Route) -> str:
    owners = {spec.reference_id: task for task in tasks for spec in task.io_folders}
    parent, child = route.parent_io_folder_reference_id, route.child_io_folder_reference_id
    return f'engine {owners[parent].engine_id} ("{parent}") -> engine {owners[child].engine_id} ("{child}")'
