"""Task graphs of the jobs in files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiware_resources.cli import job_files
from aiware_resources.dag.drawing import Drawing, draw
from aiware_resources.errors import GraphError

REMEDY = (
    "What can be drawn: a createJob input as JSON, with tasks and routes; a GraphQL document with createJob; the jobs "
    "of an Edge request; a Pulumi program."
)


def drawings_of_file(path: Path) -> list[Drawing]:
    """The graph of each job that a file describes.

    Args:
        path: A file with JSON or with a GraphQL document.

    Raises:
        GraphError: When the file describes no job.
    """
    found = job_files.read(path, {})
    if not found.jobs:
        if found.open:
            raise GraphError(
                f"{path}: the input of createJob is a variable whose value is not in the file.",
                remedy='Give the whole request as JSON, {"query": ..., "variables": ...}, or the input alone.',
            )
        raise GraphError(f"{path} describes no job.", remedy=REMEDY)
    return [_drawn(job) for job in found.jobs]


def _drawn(job: job_files.JobInFile) -> Drawing:
    if not job.is_of_edge:
        return draw(_listed(job.content.get("tasks")), _listed(job.content.get("routes")), job.title)
    # A route of an Edge job that names no parent only says that its task is a first one.
    routes = [_cloud_route(route) for route in _listed(job.content["taskRoutes"]) if route.get("taskParentId")]
    return draw([_cloud_task(task) for task in _listed(job.content.get("tasks"))], routes, job.title)


def _listed(value: Any) -> list[Any]:
    """A list, or the records of a page, as aiWARE answers them."""
    records = value.get("records") if isinstance(value, Mapping) else value
    return records if isinstance(records, list) else []


def _cloud_task(task: Any) -> Any:
    """A task of an Edge job as the cloud API has it."""
    folders = [{**folder, "referenceId": folder.get("correlationID")} for folder in _listed(task.get("ioFolders"))]
    return {**task, "ioFolders": folders}


def _cloud_route(route: Any) -> Any:
    """A route of an Edge job as the cloud API has it."""
    return {
        "parentIoFolderReferenceId": route.get("taskParentOutputId"),
        "childIoFolderReferenceId": route.get("taskChildInputId"),
    }
