"""The body of createJob: its form, what is refused about its taskRoutes, and the routes that they stand for.

Source: createJob in the OpenAPI definition of Edge 3.15.2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from aiware_local.server.edge.errors import bad
from aiware_local.server.edge.request import (
    Body,
    Correlation,
    Count,
    Count64,
    DateTime,
    Int32,
    Int64,
    JobStatus,
    JsonText,
    Uuid,
)

OPTIONS = ("endpoint", "syncEnabled", "syncTimeoutInSeconds", "chunkCallbackEnabled")
"""What a route says besides its ends; stored among the options of a GraphQL route."""


class CreateFolder(Body):
    """An io folder; the contract requires nothing of it, but without these three no route can reach it."""

    correlation_id: Annotated[Correlation, Field(alias="correlationID")]
    mode: Literal["stream", "chunk"]
    type: Literal["input", "output"]
    options: Annotated[JsonText | None, Field(alias="optionsJSON")] = None


class CreateTask(Body):
    """A task."""

    engine_id: Annotated[Uuid, Field(alias="engineId")]
    correlation_task_id: Annotated[Correlation | None, Field(alias="correlationTaskId")] = None
    core_task_id: Annotated[str | None, Field(alias="coreTaskId")] = None
    due_date_time: Annotated[DateTime | None, Field(alias="dueDateTime")] = None
    io_folders: Annotated[list[CreateFolder], Field(alias="ioFolders", default_factory=list)]
    max_engines: Annotated[Count | None, Field(alias="maxEngines")] = None
    max_processing_seconds: Annotated[Count64 | None, Field(alias="maxProcessingSecondsPerWorkItem")] = None
    max_retries: Annotated[Count | None, Field(alias="maxRetries")] = None
    max_wait_seconds: Annotated[Count64 | None, Field(alias="maxWaitSecondsForChunk")] = None
    chunks_per_work_item: Annotated[Count64 | None, Field(alias="numChunksPerWorkItem")] = None
    parallel_processing: Annotated[bool | None, Field(alias="parallelProcessing")] = None
    waits_for_parents: Annotated[bool | None, Field(alias="parentMustBeCompleteBeforeStarting")] = None
    payload: Annotated[JsonText | None, Field(alias="payloadJSON")] = None
    priority: Int32 | None = None
    output_uris: Annotated[list[str] | None, Field(alias="sendOutputToUris")] = None
    task_payload: Annotated[JsonText | None, Field(alias="taskPayloadJSON")] = None
    task_status: Annotated[JobStatus | None, Field(alias="taskStatus")] = None


class CreateRoute(Body):
    """A route between two tasks, or to a root task. The counts and times of the contract are for reading only."""

    parent: Annotated[Correlation | None, Field(alias="taskParentId")] = None
    parent_output: Annotated[Correlation | None, Field(alias="taskParentOutputId")] = None
    child: Annotated[Correlation, Field(alias="taskChildId")]
    child_input: Annotated[Correlation | None, Field(alias="taskChildInputId")] = None
    endpoint: Uuid | None = None
    sync_enabled: Annotated[bool | None, Field(alias="syncEnabled")] = None
    sync_timeout: Annotated[Count | None, Field(alias="syncTimeoutInSeconds")] = None
    callback_enabled: Annotated[bool | None, Field(alias="chunkCallbackEnabled")] = None
    child_input_count: Annotated[int | None, Field(alias="taskChildInputCount")] = None
    child_input_remaining: Annotated[int | None, Field(alias="taskChildInputRemainingCount")] = None
    child_engines: Annotated[int | None, Field(alias="taskChildNumEngines")] = None
    parent_output_count: Annotated[int | None, Field(alias="taskParentOutputCount")] = None
    first_write: Annotated[DateTime | None, Field(alias="firstWriteDateTime")] = None
    last_write: Annotated[DateTime | None, Field(alias="lastWriteDateTime")] = None


class CreateJob(Body):
    """A job."""

    organization_id: Annotated[Uuid | None, Field(alias="internalOrganizationID")] = None
    core_id: Annotated[Uuid | None, Field(alias="coreID")] = None
    core_job_id: Annotated[str | None, Field(alias="coreJobID")] = None
    core_recording_id: Annotated[Int64 | None, Field(alias="coreRecordingID")] = None
    core_source_id: Annotated[Int64 | None, Field(alias="coreSourceID")] = None
    current_retries: Annotated[Count | None, Field(alias="currentRetries")] = None
    due_date_time: Annotated[DateTime | None, Field(alias="dueDateTime")] = None
    job_config: Annotated[JsonText | None, Field(alias="jobConfigJSON")] = None
    job_status: Annotated[JobStatus | None, Field(alias="jobStatus")] = None
    output_uris: Annotated[list[str] | None, Field(alias="sendOutputToUris")] = None
    routes: Annotated[list[CreateRoute], Field(alias="taskRoutes", default_factory=list)]
    tasks: Annotated[list[CreateTask], Field(default_factory=list)]


class CreateJobs(Body):
    """The whole body: jobs that are made together, all or none."""

    jobs: Annotated[list[CreateJob], Field(default_factory=list)]


@dataclass(frozen=True)
class Routes:
    """The routes of a job.

    Attributes:
        between: those between two tasks, in the form of GraphQL.
        roots: the options of the route of every root task, by the task's place.
    """

    between: list[dict[str, Any]]
    roots: dict[int, dict[str, Any]]


def read_routes(tasks: Sequence[CreateTask], routes: Sequence[CreateRoute], path: str) -> Routes:
    """The routes, all of whose correlation ids exist and match.

    Args:
        tasks: the tasks of the job.
        routes: its taskRoutes.
        path: where the job is in the body, for messages.

    Raises:
        EdgeError: 400 for the first thing that is wrong.
    """
    places = _places_of_tasks(tasks, path)
    _require_unique_folders(tasks, path)
    between: list[dict[str, Any]] = []
    roots: dict[int, dict[str, Any]] = {}
    children: set[int] = set()
    for number, route in enumerate(routes):
        here = f"{path}.taskRoutes[{number}]"
        child = _task(places, route.child, f"{here}.taskChildId")
        if not _is_root(route, here):
            children.add(child)
            between.append(_between(tasks, places, route, here))
        elif child in roots:
            raise bad(f"{here} repeats the root route of task {route.child}.")
        else:
            roots[child] = route.given(*OPTIONS)
    _require_no_repetition(between, path)
    for place in range(len(tasks)):
        _require_one_way_in(place, place in roots, place in children, path)
    return Routes(between, roots)


def _between(tasks: Sequence[CreateTask], places: Mapping[str, int], route: CreateRoute, here: str) -> dict[str, Any]:
    """A route between two tasks, in the form of GraphQL."""
    parent = tasks[_task(places, str(route.parent), f"{here}.taskParentId")]
    child = tasks[_task(places, route.child, f"{here}.taskChildId")]
    output = _folder(parent, str(route.parent_output), "output", f"{here}.taskParentOutputId")
    input_ = _folder(child, str(route.child_input), "input", f"{here}.taskChildInputId")
    if output.mode != input_.mode:
        raise bad(
            f"{here} joins io folder {output.correlation_id} of mode {output.mode} to io folder "
            f"{input_.correlation_id} of mode {input_.mode}; both must have the same mode."
        )
    return {
        "parentIoFolderReferenceId": output.correlation_id,
        "childIoFolderReferenceId": input_.correlation_id,
        "options": route.given(*OPTIONS),
    }


def _require_no_repetition(between: Sequence[Mapping[str, Any]], path: str) -> None:
    ends = Counter((route["parentIoFolderReferenceId"], route["childIoFolderReferenceId"]) for route in between)
    for (output, input_), count in ends.items():
        if count > 1:
            raise bad(f"{path}.taskRoutes has the route from {output} to {input_} {count} times.")


def _places_of_tasks(tasks: Sequence[CreateTask], path: str) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, task in enumerate(tasks):
        if task.correlation_task_id is None:
            raise bad(f"{path}.tasks[{place}] needs a correlationTaskId, by which its route names it.")
        if task.correlation_task_id in places:
            raise bad(
                f"{path}.tasks[{place}].correlationTaskId is that of tasks[{places[task.correlation_task_id]}] too; "
                "it must be unique within the job."
            )
        places[task.correlation_task_id] = place
    return places


def _require_unique_folders(tasks: Sequence[CreateTask], path: str) -> None:
    owners: dict[str, int] = {}
    for place, task in enumerate(tasks):
        for folder in task.io_folders:
            if folder.correlation_id in owners:
                raise bad(
                    f"{path}.tasks[{place}] has an io folder with correlationID {folder.correlation_id}, which "
                    f"tasks[{owners[folder.correlation_id]}] has already; it must be unique within the job."
                )
            owners[folder.correlation_id] = place


def _task(places: Mapping[str, int], correlation_id: str, here: str) -> int:
    if correlation_id not in places:
        raise bad(f"{here} is {correlation_id}, but no task has this correlationTaskId.")
    return places[correlation_id]


def _folder(task: CreateTask, correlation_id: str, kind: str, here: str) -> CreateFolder:
    folder = next((folder for folder in task.io_folders if folder.correlation_id == correlation_id), None)
    if folder is None:
        raise bad(
            f"{here} is {correlation_id}, but task {task.correlation_task_id} has no io folder of this correlationID."
        )
    if folder.type != kind:
        raise bad(f"{here} is {correlation_id}, which is an {folder.type} folder; it must be an {kind} folder.")
    return folder


def _is_root(route: CreateRoute, here: str) -> bool:
    """Whether a route names its child alone; every other route has four ends."""
    ends = {
        "taskParentId": route.parent,
        "taskParentOutputId": route.parent_output,
        "taskChildInputId": route.child_input,
    }
    absent = [name for name, value in ends.items() if value is None]
    if absent and len(absent) < len(ends):
        raise bad(f"{here} lacks {' and '.join(absent)}: give all of {', '.join(ends)}, or none for a root task.")
    return bool(absent)


def _require_one_way_in(place: int, is_root: bool, has_parent: bool, path: str) -> None:
    if is_root and has_parent:
        raise bad(f"{path}.tasks[{place}] has a root route, but routes lead to it from other tasks.")
    if not is_root and not has_parent:
        raise bad(
            f"{path}.tasks[{place}] has no parent, so that it needs a root route: an entry of taskRoutes with its "
            "taskChildId alone."
        )
