"""Completes what root fields have found, along a selection that is compiled once for each document.

graphql-core goes through a selection value by value and checks each time all that could be, which takes most of the
time of a request. Here it executes the root fields alone: to `whole_schema` what they find is a leaf. The objects in it
are completed by functions that `compiled` makes. These give up where something is out of the ordinary, such as an error
or a directive: graphql-core then completes what was found, and so it alone says what is wrong.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import cache
from types import NoneType
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLBoolean,
    GraphQLError,
    GraphQLField,
    GraphQLID,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_argument_values,
    get_operation_ast,
    is_abstract_type,
    is_leaf_type,
)

from aiware_local.installation.installation import Info
from aiware_local.server.variables import read_at_once

WHOLE = GraphQLScalarType("Whole")
"""The type of what a root field has found, with all that is in it."""
TYPE_NAME = "__typename"

_NULL = frozenset({NoneType})
_AS_THEY_ARE: Mapping[Any, frozenset[type]] = {
    GraphQLString: frozenset({str}),
    GraphQLID: frozenset({str}),
    GraphQLBoolean: frozenset({bool}),
}
"""The types of the values that a scalar leaves as they are."""


class Unfit(Exception):
    """This is for graphql-core to complete."""


class Completion(NamedTuple):
    """How a value is completed.

    Attributes:
        passing: the types of values that stay as they are.
        finish: completes any other value; raises an exception where that is for graphql-core.
    """

    passing: frozenset[type]
    finish: Callable[[Any, Info], Any]


class _Field(NamedTuple):
    """A field of a compiled selection; without a resolver it is a key of the object."""

    key: str
    name: str
    resolve: Callable[..., Any] | None
    args: Callable[[Info], Mapping[str, Any]]
    passing: frozenset[type]
    finish: Callable[[Any, Info], Any]


def compiled(
    schema: GraphQLSchema, document: DocumentNode, operation_name: str | None = None
) -> Mapping[str | int, Completion] | None:
    """How what the root fields of an operation find is completed, by response key; None where graphql-core has to.

    Args:
        schema: the schema.
        document: a document that is valid against it.
        operation_name: which of its operations.
    """
    operation = get_operation_ast(document, operation_name)
    root = None if operation is None else schema.get_root_type(operation.operation)
    if operation is None or root is None:
        return None
    compiler = _Compiler(schema, document)
    try:
        asked = compiler.nodes(root, [operation.selection_set])
        return {key: compiler.completion(_definition(root, nodes[0]).type, nodes) for key, nodes in asked.items()}
    except (Unfit, GraphQLError):
        return None


@cache
def whole_schema(schema: GraphQLSchema) -> GraphQLSchema:
    """The schema with root fields that complete what they find themselves, as the call in the context says."""
    whole = GraphQLSchema(_with_leaves(schema.query_type), _with_leaves(schema.mutation_type), assume_valid=True)
    read_at_once(whole)
    return whole


def _with_leaves(root: GraphQLObjectType | None) -> GraphQLObjectType | None:
    return None if root is None else GraphQLObjectType(root.name, {k: _leaf(each) for k, each in root.fields.items()})


def _leaf(field: GraphQLField) -> GraphQLField:
    resolve: Any = field.resolve

    def leaf(root: Any, info: Info, **args: Any) -> Any:
        found = resolve(root, info, **args)
        return _awaited(found, info) if inspect.iscoroutine(found) else _completed(found, info)

    return GraphQLField(GraphQLNonNull(WHOLE) if isinstance(field.type, GraphQLNonNull) else WHOLE, field.args, leaf)


async def _awaited(found: Awaitable[Any], info: Info) -> Any:
    return _completed(await found, info)


def _completed(found: Any, info: Info) -> Any:
    if isinstance(found, Exception):
        return found  # which graphql-core raises
    call = info.context
    passing, finish = call.completions[info.path.key]
    try:
        return found if type(found) in passing else finish(found, info)
    except Exception:  # noqa: BLE001 - graphql-core meets it again, and says where
        call.is_unfit = True
        return None


class _Compiler:
    """Compiles the selections of one document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def nodes(self, kind: GraphQLObjectType, selections: Iterable[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """The fields that are asked of an object, by response key."""
        asked: dict[str, list[FieldNode]] = {}
        for node in self._fields(kind, selections):
            asked.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        return asked

    def completion(self, of_type: GraphQLOutputType, nodes: list[FieldNode]) -> Completion:
        """How a value of a type is completed."""
        if isinstance(of_type, GraphQLNonNull):
            passing, finish = self.completion(of_type.of_type, nodes)
            return Completion(passing - _NULL, finish)
        if isinstance(of_type, GraphQLList):
            return Completion(_NULL, _list(*self.completion(of_type.of_type, nodes)))
        if isinstance(of_type, GraphQLObjectType):
            return Completion(_NULL, self._object(of_type, nodes))
        if is_leaf_type(of_type):
            return Completion(_NULL | _AS_THEY_ARE.get(of_type, frozenset()), _leaf_value(of_type.serialize))
        raise Unfit

    def _object(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Callable[[Any, Info], Any]:
        selections = [node.selection_set for node in nodes if node.selection_set is not None]
        fields = [self._field(kind, key, each) for key, each in self.nodes(kind, selections).items()]

        def finish(value: Any, info: Info) -> Any:
            if type(value) is not dict:
                raise Unfit
            shown = {}
            for key, name, resolve, args, passing, finish_field in fields:
                found = value.get(name) if resolve is None else resolve(value, info, **args(info))
                shown[key] = found if type(found) in passing else finish_field(found, info)
            return shown

        return finish

    def _field(self, kind: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> _Field:
        node = nodes[0]
        if node.name.value == TYPE_NAME:
            return _Field(key, TYPE_NAME, lambda *_: kind.name, _no_args, frozenset({str}), _unfit)
        definition = _definition(kind, node)
        if inspect.iscoroutinefunction(inspect.unwrap(definition.resolve or _unfit)):
            raise Unfit
        completion = self.completion(definition.type, nodes)
        return _Field(key, node.name.value, definition.resolve, _args(definition, node), *completion)

    def _fields(self, kind: GraphQLObjectType, selections: Iterable[SelectionSetNode]) -> Iterator[FieldNode]:
        for selection in (node for each in selections for node in each.selections):
            if selection.directives:
                raise Unfit
            if isinstance(selection, FieldNode):
                yield selection
                continue
            fragment: Any = selection
            if isinstance(selection, FragmentSpreadNode):
                fragment = self._fragments[selection.name.value]
            if self._is_of(kind, fragment):
                yield from self._fields(kind, [fragment.selection_set])

    def _is_of(self, kind: GraphQLObjectType, fragment: InlineFragmentNode | FragmentDefinitionNode) -> bool:
        if fragment.type_condition is None or fragment.type_condition.name.value == kind.name:
            return True
        wanted = self._schema.type_map[fragment.type_condition.name.value]
        return is_abstract_type(wanted) and self._schema.is_sub_type(wanted, kind)


def _definition(kind: GraphQLObjectType, node: FieldNode) -> GraphQLField:
    if node.name.value not in kind.fields:
        raise Unfit
    field: GraphQLField = kind.fields[node.name.value]
    return field


def _args(field: GraphQLField, node: FieldNode) -> Callable[[Info], Mapping[str, Any]]:
    """The arguments of a field, which are computed once where no variable is in them."""
    if any(_has_variables(argument.value) for argument in node.arguments or ()):
        return lambda info: get_argument_values(field, node, info.variable_values)
    args = get_argument_values(field, node)
    return lambda _: args


def _no_args(_: Info) -> Mapping[str, Any]:
    return {}


def _has_variables(value: ValueNode) -> bool:
    if isinstance(value, ListValueNode):
        return any(map(_has_variables, value.values))
    if isinstance(value, ObjectValueNode):
        return any(_has_variables(field.value) for field in value.fields)
    return isinstance(value, VariableNode)


def _list(passing: frozenset[type], finish: Callable[[Any, Info], Any]) -> Callable[[Any, Info], Any]:
    def finish_list(value: Any, info: Info) -> Any:
        if not isinstance(value, list | tuple):
            raise Unfit
        return [item if type(item) in passing else finish(item, info) for item in value]

    return finish_list


def _leaf_value(serialize: Callable[[Any], Any]) -> Callable[[Any, Info], Any]:
    def finish_leaf(value: Any, _: Info) -> Any:
        shown = None if isinstance(value, Exception) else serialize(value)
        if shown is None:
            raise Unfit
        return shown

    return finish_leaf


def _unfit(*_: Any) -> Any:
    raise Unfit
