"""The parts of a job's task graph: tasks, their ioFolders, and the routes between them.

A task reads from input folders and writes to output folders; a route joins an output folder to an input folder of
another task.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

import pulumi
from pydantic import Field

from aiware_resources.reconcile import ApiModel, Flag, Identifier, Int32, Timestamp
from aiware_resources.text.times import PointInTime

Mode = Literal["stream", "chunk"]


class IoFolder(ApiModel):
    """A folder that a task reads from or writes to (``CreateIOFolder``)."""

    reference_id: Identifier
    mode: Mode
    type: Literal["input", "output"]
    options: dict[str, Any] = Field(default_factory=dict)


class ExecutionPreferences(ApiModel):
    """How one task is run (``ExecutionPreferences``); the defaults are the server's."""

    max_retries: Int32 = 1
    max_engines: Int32 | None = None
    parallel_processing: Flag = False
    due_date_time: Timestamp | None = None
    parent_complete_before_starting: Flag = False
    priority: Int32 = 0


class Task(ApiModel):
    """One engine run inside a job (``CreateTask``)."""

    engine_id: Identifier | None = None
    task_type: str | None = None
    payload: Any = None
    payload_string: str | None = None
    is_clone: Flag | None = None
    build_id: Identifier | None = None
    test_task: Flag | None = None
    standby_task: Task | None = None
    io_folders: list[IoFolder] = Field(default_factory=list)
    execution_preferences: ExecutionPreferences = Field(default_factory=ExecutionPreferences)
    notification_uris: list[str | None] | None = None


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
    mode: pulumi.Input[Mode]
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
    due_date_time: pulumi.Input[PointInTime]
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
        io_folders: Where the task reads from and writes to. Tasks that have none run one after another.
        execution_preferences: How the task is run.
        notification_uris: Webhooks called about this task. A change takes effect when the job runs next.
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
    notification_uris: pulumi.Input[Sequence[pulumi.Input[str]]]


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
