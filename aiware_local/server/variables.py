"""Reads the variables of a request as graphql-core does, by functions that are made once for each input type.

They raise an exception for whatever is wrong with a value: what to say of it is for graphql-core.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    ValueNode,
    is_input_type,
    is_leaf_type,
    type_from_ast,
    value_from_ast,
)

Reader = Callable[[Any], Any]


def variables_reader(schema: GraphQLSchema, operation: OperationDefinitionNode) -> Callable[[Any], dict[str, Any]]:
    """What reads the variables of an operation that is valid."""
    members, readers = _Members(), dict[str, Reader]()
    for definition in operation.variable_definitions or ():
        name, of_type = definition.variable.name.value, type_from_ast(schema, definition.type)
        if not is_input_type(of_type):
            raise TypeError(f"{of_type} is not an input type")
        members.add(name, name, of_type, definition.default_value, readers)
    # What is given beyond them is nobody's concern.
    return lambda values: members.read({name: values[name] for name in members.names if name in values})


class _Members:
    """The variables of an operation, or the fields of an input object."""

    def __init__(self) -> None:
        self.names: dict[str, tuple[str, Reader, bool]] = {}
        self._defaults: dict[str, Any] = {}
        self._required: list[str] = []

    def add(
        self, name: str, out_name: str, of_type: GraphQLInputType, default: ValueNode | None, readers: dict[str, Reader]
    ) -> None:
        """Adds a member, which is called `out_name` in what is read."""
        is_required = isinstance(of_type, GraphQLNonNull)
        self.names[name] = (out_name, _reader(of_type, readers), is_required)
        if default is not None:
            self._defaults[out_name] = value_from_ast(default, of_type)
        elif is_required:
            self._required.append(name)

    def read(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Reads them all."""
        found = dict(self._defaults)
        for name, value in values.items():
            out_name, read, is_required = self.names[name]
            if value is None and is_required:
                raise ValueError("a value is null")
            found[out_name] = None if value is None else read(value)
        if not all(name in values for name in self._required):
            raise ValueError("a value is missing")
        return found


def _reader(of_type: GraphQLInputType, readers: dict[str, Reader]) -> Reader:
    """What reads the values of a type that are not null."""
    if isinstance(of_type, GraphQLNonNull):
        return _reader(of_type.of_type, readers)
    if isinstance(of_type, GraphQLList):
        return _list_reader(of_type.of_type, readers)
    if isinstance(of_type, GraphQLInputObjectType):
        return readers.get(of_type.name) or _object_reader(of_type, readers)
    if not is_leaf_type(of_type):
        raise TypeError(f"{of_type} is not an input type")
    parse: Reader = of_type.parse_value
    return parse


def _list_reader(of_type: GraphQLInputType, readers: dict[str, Reader]) -> Reader:
    read, is_required = _reader(of_type, readers), isinstance(of_type, GraphQLNonNull)

    def read_list(value: Any) -> Any:
        items = value if isinstance(value, list) else [value]
        if is_required and None in items:
            raise ValueError("an item is null")
        return [None if item is None else read(item) for item in items]

    return read_list


def _object_reader(kind: GraphQLInputObjectType, readers: dict[str, Reader]) -> Reader:
    if kind.name in readers:
        return readers[kind.name]
    members = _Members()

    def read_object(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError("it is not an object")
        return kind.out_type(members.read(value))

    readers[kind.name] = read_object  # before those of its fields: an object may have one of its own kind inside
    for name, field in kind.fields.items():
        default = None if field.ast_node is None else field.ast_node.default_value
        members.add(name, field.out_name or name, field.type, default, readers)
    return read_object
