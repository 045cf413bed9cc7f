"""Task graphs in files: JSON and GraphQL documents that create jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from graphql import FieldNode, GraphQLError, Visitor, parse, value_from_ast_untyped, visit

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
    text = path.read_text(encoding="utf-8")
    try:
        content = json.loads(text)
    except ValueError as error:
        if path.suffix == ".json" or text.lstrip().startswith(("{\n", '{"', "[")):
            raise GraphError(f"{path} is no JSON: {error}.", remedy=REMEDY) from error
        found = list(_in_document(path, text, {}))
    else:
        found = list(_in_json(path, content))
    if not found:
        raise GraphError(f"{path} describes no job.", remedy=REMEDY)
    return found


def _in_json(path: Path, content: Any) -> Iterator[Drawing]:
    """The jobs in a JSON value: as it stands, in its `input`, in the variables of a request, or in a list of jobs."""
    if isinstance(content, list):
        for item in content:
            yield from _in_json(path, item)
    elif isinstance(content, dict):
        if "tasks" in content:
            yield _drawn(content, str(content.get("name") or path.stem))
        elif isinstance(content.get("query"), str):
            yield from _in_document(path, content["query"], content.get("variables") or {})
        else:
            for key in ("input", "variables", "data", "createJob", "job", "jobs"):
                yield from _in_json(path, content.get(key))


def _in_document(path: Path, text: str, variables: Mapping[str, Any]) -> Iterator[Drawing]:
    try:
        document = parse(text)
    except GraphQLError as error:
        raise GraphError(f"{path} is neither JSON nor a GraphQL document: {error.message}.", remedy=REMEDY) from error
    creations = _Creations()
    visit(document, creations)
    for field in creations.found:
        given = {
            argument.name.value: value_from_ast_untyped(argument.value, {**variables})
            for argument in field.arguments or ()
        }
        job = given.get("input")
        if not isinstance(job, dict):
            raise GraphError(
                f"{path}: the input of createJob is a variable whose value is not in the file.",
                remedy='Give the whole request as JSON, {"query": ..., "variables": ...}, or the input alone.',
            )
        yield _drawn(job, field.alias.value if field.alias else str(job.get("name") or path.stem))


class _Creations(Visitor):
    """Collects the fields of a document that create jobs."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[FieldNode] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if node.name.value == "createJob":
            self.found.append(node)


def _drawn(job: Mapping[str, Any], title: str) -> Drawing:
    if "taskRoutes" not in job:
        return draw(_listed(job.get("tasks")), _listed(job.get("routes")), title)
    # A route of an Edge job that names no parent only says that its task is a first one.
    routes = [_cloud_route(route) for route in _listed(job["taskRoutes"]) if route.get("taskParentId")]
    return draw([_cloud_task(task) for task in _listed(job.get("tasks"))], routes, title)


def _listed(value: Any) -> list[Any]:
    """A list, or the records of a page, as aiWARE answers them."""
    records = value.get("records") if isinstance(value, dict) else value
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
