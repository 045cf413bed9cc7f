"""GraphQL documents that create jobs: every operation in them, with its fragments and variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    KnownFragmentNamesRule,
    ListValueNode,
    LoneAnonymousOperationRule,
    NoFragmentCyclesRule,
    NonNullTypeNode,
    NoUndefinedVariablesRule,
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeNode,
    Undefined,
    UniqueArgumentNamesRule,
    UniqueFragmentNamesRule,
    UniqueInputFieldNamesRule,
    UniqueOperationNamesRule,
    UniqueVariableNamesRule,
    ValueNode,
    VariableNode,
    Visitor,
    build_schema,
    parse,
    validate,
    value_from_ast_untyped,
    visit,
)

from aiware_resources.cli.documents.found import Document, FoundJob, FoundProblem, Kind, NotReadable, below
from aiware_resources.cli.documents.inputs import misfits
from aiware_resources.cli.documents.places import Locate, Position
from aiware_resources.reconcile import Path

CREATIONS: Mapping[str, Kind] = {"createJob": "job", "launchSingleEngineJob": "single-engine job"}
"""The mutations that create jobs."""

Stand = Callable[[str, TypeNode | None], Any]
"""Gives what stands for the value of a variable that has none."""

_LISTS = frozenset({"tasks", "routes", "ioFolders", "notificationUris", "fields", "contentTemplates", "assets"})
"""Fields of the inputs that are lists."""

_NO_SCHEMA = build_schema("type Query { _: String }", assume_valid=True)
_WITHOUT_SCHEMA = [
    KnownFragmentNamesRule,
    LoneAnonymousOperationRule,
    NoFragmentCyclesRule,
    NoUndefinedVariablesRule,
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    UniqueArgumentNamesRule,
    UniqueFragmentNamesRule,
    UniqueInputFieldNamesRule,
    UniqueOperationNamesRule,
    UniqueVariableNamesRule,
]
"""The rules of GraphQL that hold whatever the schema is."""


@dataclass(frozen=True)
class Given:
    """Values of variables.

    Attributes:
        values: The values.
        locate: Finds their places; the first step of a path is the variable.
        place: Where they are, to be followed by the variable.
    """

    values: Mapping[str, Any]
    locate: Locate
    place: str = "variables"


@dataclass(frozen=True)
class Request:
    """A GraphQL document, and what is known about its variables.

    Attributes:
        text: The document.
        position: The place in the file of a character of the document.
        place: Where in the file the document is; empty when it is the file.
        given: Values of its variables; those that come first win.
        is_whole: Whether there are no further variables: one that may be null is null then.
        name: What to call a job that has no name.
        stand: Gives what stands for other variables.
    """

    text: str
    position: Callable[[int], Position]
    place: str
    given: Sequence[Given]
    is_whole: bool
    name: str
    stand: Stand


def read_graphql(request: Request, into: Document) -> None:
    """Finds the jobs that a GraphQL document creates, and what is wrong with the document.

    Args:
        request: The document.
        into: Takes what is found.

    Raises:
        NotReadable: It is not a GraphQL document.
    """
    document = parsed(request)
    into.is_graphql = True
    into.problems += [
        FoundProblem(_position(request, error), request.place, error.message)
        for error in [*validate(_NO_SCHEMA, document, _WITHOUT_SCHEMA), *misfits(document)]
    ]
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    for operation in operations:
        _Operation(request, document, operation, is_alone=len(operations) == 1).read(into)


def parsed(request: Request) -> DocumentNode:
    """Reads a GraphQL document.

    Raises:
        NotReadable: It is none.
    """
    try:
        return parse(request.text)
    except RecursionError as error:
        raise NotReadable(request.position(0), "is nested too deep") from error
    except GraphQLError as error:
        reason = error.message.removeprefix("Syntax Error: ").removesuffix(".")
        raise NotReadable(_position(request, error), f"is not a GraphQL document: {reason}") from error


def _position(request: Request, error: GraphQLError) -> Position:
    return request.position(next(iter(error.positions or ()), 0))


class _Operation:
    """One operation of a document."""

    def __init__(
        self, request: Request, document: DocumentNode, operation: OperationDefinitionNode, *, is_alone: bool
    ) -> None:
        self._request = request
        self._operation = operation
        self._name = operation.name.value if operation.name else ""
        self._label = "" if is_alone else self._name
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._types = {each.variable.name.value: each.type for each in operation.variable_definitions or ()}
        self._defaults = {
            each.variable.name.value: each.default_value
            for each in operation.variable_definitions or ()
            if each.default_value is not None
        }

    def read(self, into: Document) -> None:
        """Finds the jobs that it creates."""
        for creation in self._creations(self._operation.selection_set, frozenset()):
            self._creation(creation, into)

    def _creations(self, selected: SelectionSetNode, above: frozenset[str]) -> Iterator[FieldNode]:
        for each in selected.selections:
            if isinstance(each, FieldNode):
                if each.name.value in CREATIONS:
                    yield each
            elif isinstance(each, InlineFragmentNode):
                yield from self._creations(each.selection_set, above)
            elif isinstance(each, FragmentSpreadNode):
                name = each.name.value
                if name in self._fragments and name not in above:
                    yield from self._creations(self._fragments[name].selection_set, above | {name})

    def _creation(self, creation: FieldNode, into: Document) -> None:
        alias = creation.alias.value if creation.alias else None
        field = below(self._label, alias or creation.name.value)
        node = next((each.value for each in creation.arguments or () if each.name.value == "input"), None)
        if node is None:
            at = self._request.position(_start(creation))
            into.problems.append(FoundProblem(at, below(self._request.place, field), "has no input"))
            return
        missing = set(self._missing(node))
        values = self._values() | {name: self._request.stand(name, self._types.get(name)) for name in missing}
        if isinstance(node, VariableNode) and node.name.value in missing:
            into.open |= missing
            return
        content = _without_undefined(value_from_ast_untyped(node, values))
        into.open |= missing
        if not isinstance(content, dict):
            at = self._request.position(_start(node))
            into.problems.append(FoundProblem(at, below(self._request.place, f"{field}.input"), "must be an object"))
            return
        place = below(self._request.place, field)
        if isinstance(node, VariableNode):
            given = self._given(node.name.value)
            place = below(given.place if given else place, node.name.value)
        content = with_lists(content)
        kind = CREATIONS[creation.name.value]
        name = alias or own_name(content) or self._name or self._request.name
        into.jobs.append(FoundJob(name, kind, place, content, lambda path: self._locate(node, path)))

    def _missing(self, node: ValueNode) -> Iterator[str]:
        """The variables in a value that have none; in a whole request, one that may be null is null."""
        names = _Variables()
        visit(node, names)
        for name in names.found:
            may_be_null = name in self._types and not isinstance(self._types[name], NonNullTypeNode)
            is_known = name in self._defaults or self._given(name) is not None
            if not is_known and not (self._request.is_whole and may_be_null):
                yield name

    def _values(self) -> dict[str, Any]:
        defaults = {name: value_from_ast_untyped(node) for name, node in self._defaults.items()}
        return {
            **defaults,
            **{name: item for each in reversed(self._request.given) for name, item in each.values.items()},
        }

    def _given(self, name: str) -> Given | None:
        return next((each for each in self._request.given if name in each.values), None)

    def _locate(self, node: ValueNode, path: Path) -> Position:
        """The place of a value: in the document, or where the variable that is there has it from."""
        for index, step in enumerate(path):
            if isinstance(node, VariableNode):
                return self._of_variable(node, path[index:])
            inner = _inside(node, step)
            if inner is None:
                break
            node = inner
        return self._of_variable(node, ()) if isinstance(node, VariableNode) else self._request.position(_start(node))

    def _of_variable(self, node: VariableNode, path: Path) -> Position:
        name = node.name.value
        given = self._given(name)
        if given is not None:
            return given.locate((name, *path))
        if name in self._defaults:
            return self._locate(self._defaults[name], path)
        return self._request.position(_start(node))


class _Variables(Visitor):
    """Collects the names of the variables in a value."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.found[node.name.value] = None


def own_name(content: Mapping[str, Any]) -> str | None:
    """The name that a job has for itself, or for its TDO."""
    target = content.get("target")
    named = (content.get("name"), target.get("name") if isinstance(target, Mapping) else None)
    return next((name for name in named if isinstance(name, str) and name), None)


def _inside(node: ValueNode, step: str | int) -> ValueNode | None:
    if isinstance(node, ObjectValueNode) and step != 0:
        return next((each.value for each in node.fields if each.name.value == step), None)
    if isinstance(node, ListValueNode) and isinstance(step, int) and step < len(node.values):
        return node.values[step]
    # A value stands for a list of one.
    return node if step == 0 else None


def _start(node: Any) -> int:
    return node.loc.start if node.loc else 0


def with_lists(content: Mapping[str, Any]) -> dict[str, Any]:
    """An input whose lists are lists: in GraphQL, a value stands for a list of one. A page of an answer is none."""
    listed: dict[str, Any] = {
        key: [item] if key in _LISTS and (isinstance(item, str) or _is_object(item)) else item
        for key, item in content.items()
    }
    for key in ("target", "standbyTask"):
        if isinstance(listed.get(key), dict):
            listed[key] = with_lists(listed[key])
    if isinstance(listed.get("tasks"), list):
        listed["tasks"] = [with_lists(task) if isinstance(task, dict) else task for task in listed["tasks"]]
    return listed


def _is_object(item: Any) -> bool:
    return isinstance(item, dict) and "records" not in item


def _without_undefined(value: Any) -> Any:
    """A value without the keys whose variables have no value."""
    if isinstance(value, dict):
        return {key: _without_undefined(item) for key, item in value.items() if item is not Undefined}
    if isinstance(value, list):
        return [None if item is Undefined else _without_undefined(item) for item in value]
    return value
