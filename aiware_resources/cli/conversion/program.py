"""A program that declares jobs which are written down elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import ListTypeNode, NamedTypeNode, NonNullTypeNode, TypeNode
from pydantic.alias_generators import to_snake

from aiware_resources.cli.conversion.graph import graph_of
from aiware_resources.cli.conversion.nodes import python_task
from aiware_resources.cli.documents import FoundJob, FoundProblem, problems_of
from aiware_resources.cli.documents.edge import left_out
from aiware_resources.cli.documents.resources import Resource, resource_of
from aiware_resources.cli.writing.layout import Argument, assignment, codes, named
from aiware_resources.cli.writing.module import TAKEN, module
from aiware_resources.cli.writing.names import RESERVED, Names, variable, words
from aiware_resources.cli.writing.secrets import LEFT_OUT, Secrets
from aiware_resources.errors import GraphError
from aiware_resources.jobs.records import engine_code
from aiware_resources.jobs.state import JobArgs
from aiware_resources.reconcile import path_text
from aiware_resources.reconcile.adoption import Code
from aiware_resources.reconcile.carrying import is_lost, null_paths
from aiware_resources.reconcile.naming import api_properties, arguments_in, python_arguments
from aiware_resources.reconcile.unknowns import NOT_KNOWN
from aiware_resources.text.commands import config_set
from aiware_resources.text.secret_words import is_signed, names_secret
from aiware_resources.text.words import counted

_FIRST = ("target_id", "target", "cluster_id", "name", "is_reprocess_job", "dag", "tasks", "routes")
"""The arguments of a job that people read first."""
_GETTERS = {"Int": "_int", "Float": "_float", "Boolean": "_bool", "String": "", "ID": "", "DateTime": ""}

_CREDENTIALS = re.compile(r"\s*(bearer|basic)\s+\S{6}", re.IGNORECASE)
"""The value of a header that lets in whoever sends it."""

_ON_EDGE = "Runs on aiWARE Edge: {command}"
_NOT_SAID = "Left out, since a program does not say it: {what}."
_AS_TEXT = "A payload is text here, since Pulumi carries neither keys that are null nor numbers of 2**53 or more."
_NULL = "Left out, since Pulumi does not carry keys that are null: {what}."
_SIGNED = "Whoever reads this program can open the links in this job: they are signed, or have a password in them."


class Refused(GraphError):
    """A job is wrong, so no program is written.

    Args:
        problems: What is wrong.
    """

    def __init__(self, problems: Sequence[FoundProblem]) -> None:
        lines = "".join(f"\n{problem}" for problem in problems)
        super().__init__(f"No program was written, since the jobs have {counted(len(problems), 'problem')}:{lines}")


@dataclass(frozen=True)
class Converted:
    """A program.

    Attributes:
        source: Its source.
        jobs: The class and the name of each resource.
        notes: What whoever runs it has to know, by the name of the resource.
    """

    source: str
    jobs: Sequence[tuple[str, str]]
    notes: Sequence[tuple[str, str]]


def stand_in(name: str, type_: TypeNode | None) -> Code:
    """What stands for a variable of a GraphQL document that has no value: the stack's configuration."""
    getter = "get"
    if isinstance(type_, NonNullTypeNode):
        getter, type_ = "require", type_.type
    kind = type_.name.value if isinstance(type_, NamedTypeNode) else ""
    suffix = "_object" if isinstance(type_, ListTypeNode) else _GETTERS.get(kind, "_object" if kind else "")
    return Code(f'config.{getter}{suffix}("{name}")')


def convert(jobs: Sequence[FoundJob]) -> Converted:
    """Writes a program that declares jobs.

    Args:
        jobs: The jobs; not those of programs.

    Raises:
        Refused: One of them is wrong.
    """
    writer = _Writer()
    declared = [_Declared.of(job) for job in jobs]
    problems = [problem for each in declared for problem in each.problems()]
    if problems:
        raise Refused(problems)
    for each in declared:
        writer.declare(each)
    classes = {each.resource.name for each in declared}
    return Converted(module(writer.statements, writer.used, classes), writer.jobs, writer.notes)


@dataclass
class _Declared:
    """A job, and the resource that declares it."""

    job: FoundJob
    resource: Resource
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, job: FoundJob) -> _Declared:
        resource, notes = resource_of(job), []
        if job.kind == "Edge job":
            on_edge = _ON_EDGE.format(command=config_set("aiware:api", "edge"))
            notes = [on_edge, *(_NOT_SAID.format(what=what) for what in left_out(job.properties))]
        made = cls(job, resource, notes)
        made.resource = replace(resource, properties=made._carried(resource.properties))
        return made

    def problems(self) -> Iterator[FoundProblem]:
        """What is wrong with it, whatever the configuration gives."""
        resource = replace(self.resource, properties=_hidden(self.resource.properties))
        yield from problems_of(replace(self.job, properties=_hidden(self.job.properties)), resource)

    def _carried(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Properties that Pulumi can carry and that mean the same."""
        carried = dict(properties)
        if isinstance(properties.get("tasks"), list):
            carried["tasks"] = [self._task(task) for task in properties["tasks"]]
        for key in ("jobConfig", "target"):
            if isinstance(properties.get(key), Mapping):
                # null is the same as nothing in the fields that aiWARE defines.
                free = [path for path in null_paths(properties[key], (key,)) if key == "jobConfig" or len(path) > 2]
                self.notes += [_NULL.format(what=path_text(path)) for path in free]
                carried[key] = _without_null(properties[key])
        return carried

    def _task(self, task: Any) -> Any:
        """A task whose payload is text where Pulumi would change it."""
        if not isinstance(task, Mapping):
            return task
        made = dict(task)
        payload = task.get("payload")
        if not any(True for _ in codes(payload)) and _is_changed(payload):
            del made["payload"]
            made["payloadString"] = json.dumps(payload, ensure_ascii=False)
            self.notes += [] if _AS_TEXT in self.notes else [_AS_TEXT]
        if "standbyTask" in task:
            made["standbyTask"] = self._task(task["standbyTask"])
        return made


class _Writer:
    """Writes the statements of one program."""

    def __init__(self) -> None:
        self._variables = Names({*RESERVED, *TAKEN, "Job", "SingleEngineJob"})
        self._names: dict[str, Names] = {}
        self._secrets = Secrets(_is_secret)
        self.statements: list[str] = []
        self.used: set[str] = set()
        self.jobs: list[tuple[str, str]] = []
        self.notes: list[tuple[str, str]] = []

    def declare(self, declared: _Declared) -> None:
        """Writes the statement that declares a job."""
        kind = declared.resource.name
        said = declared.job.name
        # The names of operations and aliases are written as in GraphQL: cityCouncil.
        called = words(to_snake(said) if said.isidentifier() else said) or "job"
        name = self._names.setdefault(kind, Names()).unique(called.replace("_", "-"), "-")
        own = self._variables.unique(variable(called, "job"), "_")
        commands: list[str] = []
        properties = self._secrets.taken_out(
            "",
            declared.resource.properties,
            lambda key: self._secrets.key(own, key, f"job-{len(self.jobs)}-secret"),
            commands,
        )
        variables = sorted({code for code in codes(declared.resource.properties) if code.startswith("config.")})
        notes = [*declared.notes, *([_SIGNED] if any(_signed(properties)) else [])]
        if variables:
            notes += [
                "Its variables are in the stack's configuration:",
                *map(_setting, variables),
            ]
        if commands:
            notes += [LEFT_OUT, *commands]
        arguments = self._arguments(declared, properties)
        self.statements += [f"# {line}" for note in notes for line in note.splitlines()]
        self.statements.append(assignment(own, kind, name, [Argument(key, item) for key, item in arguments.items()]))
        self.used |= {code for item in arguments.values() for code in codes(item)}
        self.jobs.append((kind, name))
        self.notes += [(name, note) for note in notes]

    def _arguments(self, declared: _Declared, properties: Mapping[str, Any]) -> dict[str, Any]:
        provider = declared.resource.provider
        arguments = python_arguments(provider.model, properties)
        if declared.resource.name == "SingleEngineJob":
            return {key: engine_code(item) if key == "engine_id" else item for key, item in arguments.items()}
        clean = api_properties(provider.model, arguments)
        graph = graph_of(clean["tasks"], clean.get("routes") or [], self._node)
        if graph is None:
            arguments["tasks"] = [python_task(task) for task in clean["tasks"]]
        else:
            arguments = {key: item for key, item in arguments.items() if key not in ("tasks", "routes")}
            arguments["dag"] = graph.expression
            for name, node in graph.nodes.items():
                self.statements.append(named(name, node))
                self.used |= set(codes(node))
        if arguments.get("routes") == []:
            del arguments["routes"]
        order = [*_FIRST, *arguments_in(JobArgs)]
        return {key: arguments[key] for key in dict.fromkeys(order) if key in arguments}

    def _node(self, label: str) -> str:
        return self._variables.unique(variable(label, "task"), "_")


def _is_secret(key: str | int | None, value: Any) -> bool:
    """Whether a value is a secret, by its key or its form. A signed link is what the job is about, and stays."""
    if isinstance(value, str) and _CREDENTIALS.match(value):
        return True
    if key == "payloadString":
        return any(_is_secret(*each) for each in _values(_read(value)))
    return isinstance(key, str) and isinstance(value, str | Mapping | list) and bool(value) and names_secret(key)


def _values(value: Any) -> Iterator[tuple[str | int | None, Any]]:
    """The values inside a JSON value, each with its key."""
    if isinstance(value, Mapping | list):
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield key, item
            yield from _values(item)


def _read(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None


def _is_changed(value: Any) -> bool:
    """Whether Pulumi would change a JSON value on its way."""
    if isinstance(value, Mapping):
        return any(item is None or _is_changed(item) for item in value.values())
    return any(map(_is_changed, value)) if isinstance(value, list) else is_lost(value)


def _signed(value: Any) -> Iterator[bool]:
    if isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _signed(item)
    elif isinstance(value, str):
        read = _read(value)
        yield from _signed(read) if isinstance(read, Mapping | list) else [True] if is_signed(value) else []


def _hidden(value: Any) -> Any:
    """A value with what only a run tells as Pulumi's unknown."""
    if isinstance(value, Code):
        return NOT_KNOWN
    if isinstance(value, Mapping):
        return {key: _hidden(item) for key, item in value.items()}
    return [_hidden(item) for item in value] if isinstance(value, list) else value


def _without_null(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_null(item) for key, item in value.items() if item is not None}
    return [_without_null(item) for item in value] if isinstance(value, list) else value


def _setting(code: str) -> str:
    """The command that sets what a program reads from its configuration."""
    key = code.split('"')[1]
    has_parts = "_object(" in code
    return config_set(f"{key}.NAME" if has_parts else key, "VALUE", is_path=has_parts)
