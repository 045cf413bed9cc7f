"""Dialects: the same answers as another server might write them.

What an API's documents leave open, or real installations do otherwise: the form of ids and times, what happens to
fields without a value, fields that are not documented, how long pages are, and how far lists lag behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    get_operation_ast,
    is_non_null_type,
)

from aiware_local.installation.behaviour import Dialect

EXTRA = "vendorExtension"
"""The name of the field that is in no document."""
EXTRA_VALUE: Mapping[str, Any] = {"revision": 7, "flags": ["beta"]}


def respelled_graphql(
    dialect: Dialect, schema: GraphQLSchema, document: DocumentNode, operation_name: str | None, data: dict[str, Any]
) -> dict[str, Any]:
    """The data of an answer of GraphQL in a dialect. JSON values inside it stay as they are."""
    operation = get_operation_ast(document, operation_name)
    root = None if operation is None else schema.get_root_type(operation.operation)
    if operation is None or root is None:
        return data
    return _GraphQLSpelling(dialect, document).object(data, root, [operation.selection_set])


def respelled_edge(dialect: Dialect, value: Any, name: str = "") -> Any:
    """A JSON answer of Edge in a dialect; JSON text inside it stays as it is.

    Args:
        dialect: the dialect.
        value: the answer, or a part of it.
        name: the field that the part is the value of.
    """
    if isinstance(value, dict):
        shown = {
            key: respelled_edge(dialect, None if key in dialect.without else each, key) for key, each in value.items()
        }
        if dialect.empty != "null":
            shown = {key: each for key, each in shown.items() if each is not None}
        return {**shown, EXTRA: dict(EXTRA_VALUE)} if dialect.extra_fields else shown
    if isinstance(value, list):
        return [respelled_edge(dialect, each, name) for each in value]
    if name.endswith("DateTime"):
        return dialect.time(value)
    return dialect.id(value) if name.lower().endswith("id") else value


class _GraphQLSpelling:
    """Goes through an answer along the document that asked for it, since only the schema says what a value is."""

    def __init__(self, dialect: Dialect, document: DocumentNode) -> None:
        self._dialect = dialect
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def object(
        self, value: dict[str, Any], kind: GraphQLObjectType, selections: Sequence[SelectionSetNode]
    ) -> dict[str, Any]:
        """An object of the answer."""
        nodes: dict[str, list[FieldNode]] = {}
        for node in self._fields(selections):
            nodes.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        shown: dict[str, Any] = {}
        for key, each in value.items():
            name = nodes[key][0].name.value
            field = kind.fields.get(name)  # none for __typename
            if field is not None:
                is_left_out = name in self._dialect.without and not is_non_null_type(field.type)
                inner = [node.selection_set for node in nodes[key] if node.selection_set is not None]
                each = None if is_left_out else self._value(each, field.type, inner)
            if each is not None or self._dialect.empty != "absent":
                shown[key] = each
        return {**shown, EXTRA: dict(EXTRA_VALUE)} if self._dialect.extra_fields else shown

    def _value(
        self, value: Any, kind: GraphQLNamedType | GraphQLOutputType, selections: Sequence[SelectionSetNode]
    ) -> Any:
        named = get_named_type(kind)
        if named.name == "JSONData" or value is None:
            return value
        if isinstance(value, list):
            return [self._value(each, named, selections) for each in value]
        if isinstance(named, GraphQLObjectType):
            return self.object(value, named, selections)
        spell = {"ID": self._dialect.id, "DateTime": self._dialect.time}.get(named.name)
        return value if spell is None else spell(value)

    def _fields(self, selections: Sequence[SelectionSetNode]) -> Iterator[FieldNode]:
        for selection in (node for each in selections for node in each.selections):
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                yield from self._fields([selection.selection_set])
            elif isinstance(selection, FragmentSpreadNode):
                yield from self._fields([self._fragments[selection.name.value].selection_set])
