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
    GraphQLScalarType,
    GraphQLSchema,
    Undefined,
    is_leaf_type,
    value_from_ast,
)

Reader = Callable[[Any], Any]


def read_at_once(schema: GraphQLSchema) -> None:
    """Lets a schema read variables of its input objects as if these were scalars, each in one go."""
    objects = [kind for kind in schema.type_map.values() if isinstance(kind, GraphQLInputObjectType)]
    readers: dict[str, Reader] = {}
    for kind in objects:
        schema.type_map[kind.name] = GraphQLScalarType(kind.name, parse_value=_object_reader(kind, readers))


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
    fields: dict[str, tuple[str, Reader, bool]] = {}
    defaults: dict[str, Any] = {}
    required: list[str] = []

    def read_object(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError("it is not an object")
        found = dict(defaults)
        for name, item in value.items():
            out_name, read, is_required = fields[name]
            if item is None and is_required:
                raise ValueError("a field is null")
            found[out_name] = None if item is None else read(item)
        if not all(name in value for name in required):
            raise ValueError("a field is missing")
        return kind.out_type(found)

    readers[kind.name] = read_object  # before those of its fields: an object may have one of its own kind inside
    for name, field in kind.fields.items():
        node = field.ast_node
        default = Undefined if node is None else value_from_ast(node.default_value, field.type)
        is_required = isinstance(field.type, GraphQLNonNull)
        out_name = field.out_name or name
        fields[name] = (out_name, _reader(field.type, readers), is_required)
        if default is not Undefined:
            defaults[out_name] = default
        elif is_required:
            required.append(name)
    return read_object
