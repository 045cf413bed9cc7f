"""Jobs in files: JSON, YAML and GraphQL documents that create them, and the graphs of their tasks."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    Undefined,
    VariableNode,
    Visitor,
    parse,
    value_from_ast_untyped,
    visit,
)

from aiware_resources.api.json_text import read_json
from aiware_resources.dag.drawing import Drawing, draw
from aiware_resources.errors import GraphError

REMEDY = (
    "Give a createJob input as JSON or YAML, with tasks and routes; a GraphQL document with createJob; or the request "
    'with both, {"query": ..., "variables": ...}.'
)
DRAWABLE = (
    "What can be drawn: a createJob input as JSON or YAML, with tasks and routes; a GraphQL document with createJob; "
    "the jobs of an Edge request; a Pulumi program."
)
STANDARD_INPUT = Path("-")
_YAML = (".yaml", ".yml")
_INSIDE = ("input", "variables", "data", "createJob", "job", "jobs")
"""Keys below which a job may be found."""


@dataclass(frozen=True)
class JobInFile:
    """A job that a file describes.

    Attributes:
        title: What to call it.
        place: Where in the file its properties are, to be followed by their paths; empty at the top.
        content: Its properties under the API's names.
    """

    title: str
    place: str
    content: Mapping[str, Any]

    @property
    def is_of_edge(self) -> bool:
        """Says whether it is written for aiWARE Edge."""
        return "taskRoutes" in self.content


@dataclass
class JobFile:
    """The findings in a file.

    Attributes:
        jobs: The jobs.
        documents: The GraphQL documents.
        open: Variables that a job needs and the file does not have.
    """

    jobs: list[JobInFile] = field(default_factory=list)
    documents: list[DocumentNode] = field(default_factory=list)
    open: set[str] = field(default_factory=set)


def read(path: Path, variables: Mapping[str, Any], unknown: object = Undefined) -> JobFile:
    """Finds the jobs in a file.

    Args:
        path: A file with JSON, YAML or a GraphQL document; ``-`` for standard input.
        variables: Variables of a GraphQL document; those in a request come on top.
        unknown: What stands for the value of a variable that has none.

    Raises:
        GraphError: The file is neither JSON nor YAML nor a GraphQL document.
    """
    text = sys.stdin.read() if path == STANDARD_INPUT else path.read_text(encoding="utf-8")
    reader = _Reader(path, variables, unknown)
    try:
        content = _read_yaml(path, text) if path.suffix in _YAML else read_json(text)
    except ValueError as error:
        if path.suffix == ".json" or text.lstrip().startswith(("{\n", '{"', "[")):
            raise GraphError(f"{path} is not JSON: {error}.", remedy=REMEDY) from error
        reader.document(text, "", variables)
    else:
        reader.value(content, "")
    return reader.found


def _read_yaml(path: Path, text: str) -> Any:
    try:
        # The way through JSON leaves nothing that JSON cannot hold.
        return read_json(json.dumps(yaml.load(text, _Loader)))  # noqa: S506 - a safe loader
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise GraphError(f"{path} is not YAML that JSON could hold: {error}.", remedy=REMEDY) from error


class _Loader(yaml.SafeLoader):
    """Reads plain values as JSON has them: a date, ``yes`` and ``no`` are text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true$|false$"), list("tf"))


class _Reader:
    """Goes through a file, and collects what it finds."""

    def __init__(self, path: Path, variables: Mapping[str, Any], unknown: object) -> None:
        self._path = path
        self._variables = variables
        self._unknown = unknown
        self.found = JobFile()

    def value(self, content: Any, place: str) -> None:
        """A JSON value: a job, something that holds jobs, or a request."""
        if isinstance(content, list):
            for index, item in enumerate(content):
                self.value(item, f"{place}[{index}]")
        elif isinstance(content, dict):
            if "tasks" in content:
                title = str(content.get("name") or self._path.stem)
                self.found.jobs.append(JobInFile(title, place, content))
            elif isinstance(content.get("query"), str):
                given = content.get("variables") or {}
                self.document(content["query"], _below(place, "query"), {**self._variables, **given})
            else:
                for key in _INSIDE:
                    self.value(content.get(key), _below(place, key))

    def document(self, text: str, place: str, variables: Mapping[str, Any]) -> None:
        """A GraphQL document."""
        try:
            document = parse(text)
        except RecursionError as error:
            raise GraphError(f"{self._path}: its braces lie too deep inside each other.", remedy=REMEDY) from error
        except GraphQLError as error:
            where = f", line {error.locations[0].line}" if error.locations else ""
            raise GraphError(
                f"{self._path}{where}: neither JSON nor a GraphQL document: {error.message}.", remedy=REMEDY
            ) from error
        self.found.documents.append(document)
        creations = _Creations()
        visit(document, creations)
        for creation in creations.found:
            self._creation(creation, {**_defaults(document), **variables}, place)

    def _creation(self, creation: FieldNode, variables: Mapping[str, Any], place: str) -> None:
        node = next((each.value for each in creation.arguments or () if each.name.value == "input"), None)
        if node is None:
            raise GraphError(f"{self._path}: createJob has no input.", remedy=REMEDY)
        names = _Variables()
        visit(node, names)
        missing = names.found - variables.keys()
        self.found.open |= missing
        content = value_from_ast_untyped(node, {**variables, **dict.fromkeys(missing, self._unknown)})
        if not isinstance(content, dict):
            return
        alias = creation.alias.value if creation.alias else None
        if isinstance(node, VariableNode):
            where = f"variables.{node.name.value}"
        else:
            line = creation.loc.start_token.line if creation.loc else 1
            where = f"{alias or 'createJob'} (line {line})"
        title = alias or str(content.get("name") or self._path.stem)
        self.found.jobs.append(JobInFile(title, _below(place, where) if place else where, content))


class _Creations(Visitor):
    """Collects the fields of a document that create jobs."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[FieldNode] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if node.name.value == "createJob":
            self.found.append(node)


class _Variables(Visitor):
    """Collects the names of the variables in a value."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.found.add(node.name.value)


def _defaults(document: DocumentNode) -> dict[str, Any]:
    """The values that a document gives its variables when nobody else does."""
    return {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }


def _below(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def drawings_of_file(path: Path, variables: Mapping[str, Any]) -> list[Drawing]:
    """The graph of each job that a file describes.

    Args:
        path: A file with JSON, YAML or a GraphQL document; ``-`` for standard input.
        variables: Values for the variables of a GraphQL document.

    Raises:
        GraphError: When the file describes no job.
    """
    found = read(path, variables)
    if not found.jobs:
        if found.open:
            raise GraphError(
                f"{path}: the input of createJob is a variable whose value is not in the file.",
                remedy='Give --variables, the whole request as JSON, {"query": ..., "variables": ...}, or the input.',
            )
        raise GraphError(f"{path} describes no job.", remedy=DRAWABLE)
    return [_drawn(job) for job in found.jobs]


def _drawn(job: JobInFile) -> Drawing:
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
