"""Dialects: the same answers as another server might write them.

What an API's documents leave open, or real installations do otherwise: the form of ids and times, what becomes of
fields without a value, fields that are not documented, how long pages are, and how far lists lag behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

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
from pydantic import Field, NonNegativeFloat, PositiveInt

from aiware_local.installation.control_model import ControlModel

OFFSET = timezone(timedelta(hours=2))
EXTRA = "vendorExtension"
"""The name of the field that is in no document."""
EXTRA_VALUE: Mapping[str, Any] = {"revision": 7, "flags": ["beta"]}

_DIGITS = re.compile(r"[1-9]\d{0,14}")
"""Ids that are numbers as well, small enough to pass through a float."""


class Dialect(ControlModel):
    """How the server spells its answers, and what its lists are like; by default as the documents say.

    Attributes:
        ids: `number` writes ids of nothing but digits, such as those of TDOs, as JSON numbers.
        times: `milliseconds` since the epoch, or `offset`: ISO 8601 text in the zone +02:00 instead of UTC.
        empty: how a field without a value comes: as `null`, or not at all (`absent`). GraphQL writes null and Edge
            leaves out unless told otherwise.
        without: fields that never have a value, by name, wherever they are optional.
        extra_fields: whether every object has a field more that no document knows.
        page_size: so many records a page has at the most, whatever `limit` asks for; the answer repeats what was asked.
        list_lag: an object is missing in lists for so many seconds after its creation, while reads by its id show it.
    """

    ids: Literal["text", "number"] = "text"
    times: Literal["text", "milliseconds", "offset"] = "text"
    empty: Literal["null", "absent"] | None = None
    without: tuple[str, ...] = Field(default=())
    extra_fields: bool = False
    page_size: PositiveInt | None = None
    list_lag: NonNegativeFloat = 0

    @property
    def respells(self) -> bool:
        """Whether answers have to be written otherwise than the documents say."""
        return bool(self.ids != "text" or self.times != "text" or self.empty or self.without or self.extra_fields)

    def id(self, value: Any) -> Any:
        """An id."""
        is_number = self.ids == "number" and isinstance(value, str) and _DIGITS.fullmatch(value)
        return int(value) if is_number else value

    def time(self, value: Any) -> Any:
        """A point in time that is ISO 8601 text."""
        if self.times == "text" or not isinstance(value, str):
            return value
        moment = datetime.fromisoformat(value)
        if self.times == "milliseconds":
            return round(moment.timestamp() * 1000)
        return moment.astimezone(OFFSET).isoformat(timespec="milliseconds")


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
    """A JSON answer of Edge in a dialect; what it holds as JSON text stays as it is.

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
