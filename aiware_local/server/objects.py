"""Every live object as the API shows it, with all its plain fields."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    parse,
)

from aiware_local.installation.installation import Call, Installation
from aiware_local.installation.paging import LARGEST_LIMIT
from aiware_local.server.graphql import run_document
from aiware_local.server.schema import load_schema

LISTS = {
    "clusters": "clusters",
    "tdos": "temporalDataObjects",
    "jobs": "jobs",
    "exports": "exportRequests",
}
"""The name of each list in the answer, and the root field that reads it."""
NESTED: Mapping[str, tuple[str, ...]] = {
    "Cluster": ("collaborators", "subscriptions"),
    "TemporalDataObject": ("assets", "sourceData", "folders"),
    "Asset": ("fileData", "sourceData"),
    "Job": ("tasks", "routes"),
    "Task": ("ioFolders",),
}
"""The objects inside an object that are shown with it."""


async def live_objects(installation: Installation, base_url: str) -> dict[str, list[Any]]:
    """The answer of `GET /_local/objects`.

    Raises:
        RuntimeError: a field could not be resolved.
    """
    return {name: await _everything(installation, base_url, field) for name, field in LISTS.items()}


async def _everything(installation: Installation, base_url: str, field: str) -> list[Any]:
    call = Call(installation, installation.clock.now(), base_url)
    found: list[Any] = []
    while True:
        result = await run_document(_document(field), call, {"offset": len(found), "limit": LARGEST_LIMIT})
        if result.errors or result.data is None:
            raise RuntimeError(f"{field} could not be read: {result.errors}")
        page = result.data[field]
        found += page["records"]
        if page["count"] < LARGEST_LIMIT:
            return found


@cache
def _document(field: str) -> DocumentNode:
    schema = load_schema()
    query = schema.query_type
    if query is None:
        raise LookupError("the schema has no query type")
    selection = _selection(schema, query.fields[field])
    text = f"query ($offset: Int, $limit: Int) {{ {field}(offset: $offset, limit: $limit) {selection} }}"
    return parse(text)


def _selection(schema: GraphQLSchema, field: GraphQLField) -> str:
    """The selection of every plain field of what a field gives, and of what is shown with it."""
    named = get_named_type(field.type)
    if not isinstance(named, GraphQLObjectType):
        return ""
    if "records" in named.fields:
        return f"{{ count records {_selection(schema, named.fields['records'])} }}"
    parts = [name for name, inner in named.fields.items() if _is_plain(inner)]
    for name in NESTED.get(named.name, ()):
        inner = named.fields[name]
        limit = f"(limit: {LARGEST_LIMIT})" if "limit" in inner.args else ""
        parts.append(f"{name}{limit} {_selection(schema, inner)}")
    return f"{{ {' '.join(parts)} }}"


def _is_plain(field: GraphQLField) -> bool:
    return is_leaf_type(get_named_type(field.type)) and not any(map(is_required_argument, field.args.values()))
