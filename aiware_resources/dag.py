"""A job's task graph: tasks, their ioFolders, and the routes between them.

A task reads from input folders and writes to output folders; a route joins an output folder to an input folder of
another task. aiWARE refuses a graph that does not hold together only when the job is created, so it is validated here,
in the preview.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any, Literal, TypedDict

import pulumi
from pydantic import Field

from aiware_resources.reconcile import ApiModel, Identifier, Path, Problem, Timestamp, is_within, path_text


class IoFolder(ApiModel):
    """A folder that a task reads from or writes to (``CreateIOFolder``)."""

    reference_id: Identifier
    mode: Literal["stream", "chunk"]
    type: Literal["input", "output"]
    options: dict[str, Any] = Field(default_factory=dict)


class ExecutionPreferences(ApiModel):
    """How one task is run (``ExecutionPreferences``); the defaults are the server's."""

    max_retries: int = 1
    max_engines: int | None = None
    parallel_processing: bool = False
    due_date_time: Timestamp | None = None
    parent_complete_before_starting: bool = False
    priority: int = 0


class Task(ApiModel):
    """One engine run inside a job (``CreateTask``)."""

    engine_id: Identifier | None = None
    task_type: str | None = None
    payload: Any = None
    payload_string: str | None = None
    is_clone: bool | None = None
    build_id: Identifier | None = None
    test_task: bool | None = None
    standby_task: Task | None = None
    io_folders: list[IoFolder] = Field(default_factory=list)
    execution_preferences: ExecutionPreferences = Field(default_factory=ExecutionPreferences)


class Route(ApiModel):
    """An edge of the task graph (``CreateRoute``)."""

    parent_io_folder_reference_id: Identifier
    child_io_folder_reference_id: Identifier
    options: dict[str, Any] = Field(default_factory=dict)


class IoFolderArgs(TypedDict, total=False):
    """A folder of a task.

    Attributes:
        reference_id: The name that routes refer to; unique within the job.
        mode: ``stream`` or ``chunk``; a route joins folders of the same mode.
        type: ``input`` or ``output``.
        options: Options of the folder.
    """

    reference_id: pulumi.Input[str]
    mode: pulumi.Input[Literal["stream", "chunk"]]
    type: pulumi.Input[Literal["input", "output"]]
    options: pulumi.Input[dict[str, Any]]


class ExecutionPreferencesArgs(TypedDict, total=False):
    """How one task is run. A change takes effect when the job runs next; it never re-runs a job.

    Attributes:
        max_retries: How often a failed run of the task is repeated.
        max_engines: Most engine instances to use for the task.
        parallel_processing: Whether chunks are processed in parallel.
        due_date_time: For information only; does not change scheduling.
        parent_complete_before_starting: Whether to start only when the parent task is complete.
        priority: Any 32-bit integer; lower runs first.
    """

    max_retries: pulumi.Input[int]
    max_engines: pulumi.Input[int]
    parallel_processing: pulumi.Input[bool]
    due_date_time: pulumi.Input[str | int]
    parent_complete_before_starting: pulumi.Input[bool]
    priority: pulumi.Input[int]


class TaskArgs(TypedDict, total=False):
    """One engine run inside a job.

    Attributes:
        engine_id: The engine.
        task_type: The old way to name an engine; give ``engine_id`` instead.
        payload: What the engine gets; any JSON value. Its keys are the engine's own and stay as they are.
        payload_string: The payload as text; give this or ``payload``.
        is_clone: Whether the task is a clone.
        build_id: A certain build of the engine.
        test_task: Whether this is a test run.
        standby_task: Runs only if this task fails; can be nested.
        io_folders: Where the task reads from and writes to.
        execution_preferences: How the task is run.
    """

    engine_id: pulumi.Input[str]
    task_type: pulumi.Input[str]
    payload: pulumi.Input[Any]
    payload_string: pulumi.Input[str]
    is_clone: pulumi.Input[bool]
    build_id: pulumi.Input[str]
    test_task: pulumi.Input[bool]
    standby_task: pulumi.Input[TaskArgs]
    io_folders: pulumi.Input[Sequence[pulumi.Input[IoFolderArgs]]]
    execution_preferences: pulumi.Input[ExecutionPreferencesArgs]


class RouteArgs(TypedDict, total=False):
    """An edge of the task graph.

    Attributes:
        parent_io_folder_reference_id: The output folder that data comes from.
        child_io_folder_reference_id: The input folder, of another task and the same mode, that it goes to.
        options: Options of the route.
    """

    parent_io_folder_reference_id: pulumi.Input[str]
    child_io_folder_reference_id: pulumi.Input[str]
    options: pulumi.Input[dict[str, Any]]


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
        unknown: Paths of what is not known yet; nothing is held against the graph that they could mend.

    Yields:
        Each problem with its property path, such as ``tasks[2].ioFolders[0].mode``.
    """
    if not tasks:
        yield Problem(("tasks",), "needs at least one task")
    for index, task in enumerate(tasks):
        yield from _task_problems(index, task, unknown)
    folders: dict[str, _Folder] = {}
    for folder in _folders(tasks):
        first = folders.setdefault(folder.spec.reference_id, folder)
        if first is not folder:
            reason = (
                f'"{folder.spec.reference_id}" is the name of {path_text(first.path)} already: name each folder once'
            )
            yield Problem((*folder.path, "referenceId"), reason)
    if any(_hides_folders(path) for path in unknown):
        return
    for index, route in enumerate(routes):
        yield from _route_problems(index, route, folders)
    yield from _unfed(folders, routes)
    yield from _cycle(tasks, routes, folders)


def _task_problems(index: int, task: Task, unknown: frozenset[Path]) -> Iterator[Problem]:
    path: Path = ("tasks", index)
    named = task.engine_id or task.task_type or is_within((*path, "engineId"), unknown)
    if not named:
        yield Problem((*path, "engineId"), "is missing: every task needs the id of its engine")
    if task.payload is not None and task.payload_string is not None:
        yield Problem((*path, "payloadString"), "is given beside payload: give one of the two")


def _folders(tasks: Sequence[Task]) -> Iterator[_Folder]:
    for index, task in enumerate(tasks):
        for position, spec in enumerate(task.io_folders):
            yield _Folder(index, ("tasks", index, "ioFolders", position), spec)


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


def _unfed(folders: dict[str, _Folder], routes: Sequence[Route]) -> Iterator[Problem]:
    fed = {route.child_io_folder_reference_id for route in routes}
    for reference, folder in folders.items():
        if folder.spec.type == "input" and reference not in fed:
            reason = f'no route leads to the input folder "{reference}", so its task would wait for ever: add a route'
            yield Problem(folder.path, reason)


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
