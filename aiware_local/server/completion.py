"""Executes operations along selections that are compiled once for each document.

graphql-core goes through a selection value by value and checks each time all that could be, which takes most of the
time of a request. Here the fields are resolved by functions that `compiled` makes. They give up where something is out
of the ordinary, such as an error or a directive: graphql-core then executes the operation with what root fields have
found by then, and so it alone says what is wrong.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLString,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_operation_ast,
    is_abstract_type,
    is_leaf_type,
    value_from_ast,
)
from graphql.pyutils import Path

from aiware_local.installation.installation import Call, Info
from aiware_local.server.variables import variables_reader

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
    """A field of a compiled selection."""

    key: str
    name: str
    resolve: Callable[..., Any] | None
    args: Callable[[Info], Mapping[str, Any]]
    passing: frozenset[type]
    finish: Callable[[Any, Info], Any]


class _Info(NamedTuple):
    """What resolvers here use of graphql-core's `GraphQLResolveInfo`."""

    context: Call
    path: Path
    schema: GraphQLSchema
    variable_values: Mapping[str, Any]


class Operation:
    """An operation of a document, with its selections compiled.

    Args:
        schema: the schema.
        document: a document that is valid against it.
        definition: the operation.

    Raises:
        Exception: graphql-core has to execute it.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, definition: OperationDefinitionNode) -> None:
        self._schema = schema
        self._read = variables_reader(schema, definition)
        self._fields = _Compiler(schema, document).root_fields(definition)

    async def answer(self, call: Call, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Executes it.

        Raises:
            Exception: graphql-core has to execute it, with what the call has found by then.
        """
        values = self._read(variables)
        shown = {}
        for key, _, resolve, args, passing, finish in self._fields:
            info: Any = _Info(call, Path(None, key, None), self._schema, values)
            found: Any = (resolve or _unfit)(None, info, **args(info))
            if inspect.iscoroutine(found):
                found = await found
            shown[key] = found if type(found) in passing else finish(found, info)
        return shown


def compiled(schema: GraphQLSchema, document: DocumentNode, operation_name: str | None = None) -> Operation | None:
    """The operation of a document that is valid against the schema; None where graphql-core has to execute it."""
    definition = get_operation_ast(document, operation_name)
    try:
        return None if definition is None else Operation(schema, document, definition)
    except (Unfit, GraphQLError):
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

    def root_fields(self, definition: OperationDefinitionNode) -> list[_Field]:
        """The root fields of an operation; each has a resolver, which may be a coroutine function."""
        root = self._schema.get_root_type(definition.operation)
        if root is None:
            raise Unfit
        return self._fields(root, [definition.selection_set])

    def _fields(self, kind: GraphQLObjectType, selections: Iterable[SelectionSetNode]) -> list[_Field]:
        """The fields that are asked of an object."""
        asked: dict[str, list[FieldNode]] = {}
        for node in self._nodes(kind, selections):
            asked.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        return [self._field(kind, key, nodes) for key, nodes in asked.items()]

    def _completion(self, of_type: GraphQLOutputType, nodes: list[FieldNode]) -> Completion:
        """How a value of a type is completed."""
        if isinstance(of_type, GraphQLNonNull):
            passing, finish = self._completion(of_type.of_type, nodes)
            return Completion(passing - _NULL, finish)
        if isinstance(of_type, GraphQLList):
            return Completion(_NULL, _list(*self._completion(of_type.of_type, nodes)))
        if isinstance(of_type, GraphQLObjectType):
            return Completion(_NULL, self._object(of_type, nodes))
        if is_leaf_type(of_type):
            return Completion(_NULL | _AS_THEY_ARE.get(of_type, frozenset()), _leaf_value(of_type.serialize))
        raise Unfit

    def _object(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Callable[[Any, Info], Any]:
        fields = self._fields(kind, [node.selection_set for node in nodes if node.selection_set is not None])
        if any(inspect.iscoroutinefunction(inspect.unwrap(field.resolve or _unfit)) for field in fields):
            raise Unfit

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
        completion = self._completion(definition.type, nodes)
        return _Field(key, node.name.value, definition.resolve, _args(definition, node), *completion)

    def _nodes(self, kind: GraphQLObjectType, selections: Iterable[SelectionSetNode]) -> Iterator[FieldNode]:
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
                yield from self._nodes(kind, [fragment.selection_set])

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
    """The arguments of a field; those without variables in them are computed once."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    fixed: dict[str, Any] = {}
    varying: list[tuple[str, ValueNode, ValueNode | None, GraphQLInputType]] = []
    for name, argument in field.args.items():
        default = None if argument.ast_node is None else argument.ast_node.default_value
        value, out_name = given.get(name, default), argument.out_name or name
        if value is not None and _has_variables(value):
            varying.append((out_name, value, default, argument.type))
        elif value is not None:
            fixed[out_name] = _value(value, argument.type, {})
    if not varying:
        return lambda _: fixed

    def args(info: Info) -> Mapping[str, Any]:
        variables: Any = info.variable_values
        found = dict(fixed)
        for name, value, default, of_type in varying:
            is_given = not isinstance(value, VariableNode) or value.name.value in variables
            node = value if is_given else default
            if node is not None:
                found[name] = _value(node, of_type, variables)
        return found

    return args


def _value(node: ValueNode, of_type: GraphQLInputType, variables: dict[str, Any]) -> Any:
    value = value_from_ast(node, of_type, variables)
    if value is Undefined:
        raise Unfit
    return value


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
