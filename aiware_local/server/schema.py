"""The executable schema: the contract with the resolvers of every entity."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Awaitable
from functools import cache, wraps
from importlib.resources import files
from typing import Any

from ariadne import ObjectType, make_executable_schema
from graphql import (
    GraphQLField,
    GraphQLFieldResolver,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
)

from aiware_local import clusters
from aiware_local.engines import engines
from aiware_local.exports import requests
from aiware_local.installation.errors import ApiError, ErrorName, invalid_input
from aiware_local.installation.installation import MUTATION, QUERY, Call, Info
from aiware_local.installation.scalars import SCALARS
from aiware_local.jobs import jobs, links, results, single_engine, tasks
from aiware_local.server import users
from aiware_local.tdos import assets, tdos

RESOLVERS = (assets, clusters, engines, jobs, links, requests, results, single_engine, tasks, tdos, users)
"""The modules with resolvers: they add fields to the root types, and have types of their own."""

BINDABLES = [
    QUERY,
    MUTATION,
    *SCALARS,
    *(value for module in RESOLVERS for value in vars(module).values() if type(value) is ObjectType),
]


def schema_text() -> str:
    """The contract in the schema definition language."""
    return files(__package__).joinpath("schema.graphql").read_text(encoding="utf-8")


@cache
def load_schema() -> GraphQLSchema:
    """The executable schema.

    Raises:
        LookupError: a root field has no resolver.
    """
    schema = make_executable_schema(schema_text(), *BINDABLES)
    _take_null_out_of_lists(schema)
    _watch_fields(schema.query_type, reads=True)
    _watch_fields(schema.mutation_type, reads=False)
    # What there is by now stays: to look through it for garbage again and again takes longer than all else.
    gc.freeze()
    return schema


def _watch_fields(root: GraphQLObjectType | None, *, reads: bool) -> None:
    """Lets every root field count its executions, and fail if a fault says so."""
    if root is None:
        raise LookupError("the schema lacks a root type")
    for name, field in root.fields.items():
        if field.resolve is None:
            raise LookupError(f"{root.name}.{name} has no resolver")
        field.resolve = _watched(name, _under_conditions(name, field) if reads else field.resolve)


def _take_null_out_of_lists(schema: GraphQLSchema) -> None:
    """Spares resolvers the items that are null: in what is read they are left out, in what is written refused."""
    for owner in schema.type_map.values():
        if isinstance(owner, GraphQLObjectType) and not owner.name.startswith("__"):
            for field in owner.fields.values():
                if field.resolve is not None and any(_has_list(each.type, ()) for each in field.args.values()):
                    field.resolve = _without_null(field, field.resolve, is_read=owner is not schema.mutation_type)


def _has_list(of_type: GraphQLInputType, above: tuple[str, ...]) -> bool:
    """Whether values of a type may have lists of objects or ids in them."""
    plain = get_nullable_type(of_type)
    if isinstance(plain, GraphQLInputObjectType) and plain.name not in above:
        return any(_has_list(each.type, (*above, plain.name)) for each in plain.fields.values())
    return isinstance(plain, GraphQLList)


def _without_null(field: GraphQLField, resolve: GraphQLFieldResolver, *, is_read: bool) -> GraphQLFieldResolver:
    @wraps(resolve)
    def cleaned(root: Any, info: Info, **args: Any) -> Any:
        if not _has_null(args):
            return resolve(root, info, **args)
        given = {name: _cleaned(field.args[name].type, value, name, is_read) for name, value in args.items()}
        return resolve(root, info, **given)

    return cleaned


_NESTED = (dict, list)


def _has_null(value: dict[str, Any] | list[Any]) -> bool:
    """Whether a list anywhere in a value has an item that is null."""
    if isinstance(value, dict):
        return any(_has_null(item) for item in value.values() if type(item) in _NESTED)
    return None in value or any(_has_null(item) for item in value if type(item) in _NESTED)


def _cleaned(of_type: GraphQLInputType, value: Any, path: str, is_read: bool) -> Any:
    plain = get_nullable_type(of_type)
    if isinstance(plain, GraphQLInputObjectType) and isinstance(value, dict):
        return {
            name: _cleaned(plain.fields[name].type, item, f"{path}.{name}", is_read) for name, item in value.items()
        }
    if not isinstance(plain, GraphQLList) or not isinstance(value, list):
        return value
    if not is_read and is_input_object_type(get_nullable_type(plain.of_type)) and None in value:
        raise invalid_input(f"{path}[{value.index(None)}] is null; leave it out.")
    items = enumerate(value)
    return [
        None if item is None else _cleaned(plain.of_type, item, f"{path}[{place}]", is_read)
        for place, item in items
        if item is not None or not is_read
    ]


def _watched(name: str, resolve: GraphQLFieldResolver) -> GraphQLFieldResolver:
    @wraps(resolve)
    def watched(root: Any, info: Info, **args: Any) -> Any:
        call, key = info.context, info.path.key
        if key in call.found:
            return call.found[key]
        failing = call.failing.get(name) or call.failing.get("")
        if failing is not None:
            raise _fault_error(name, failing)
        call.executed[name] += 1
        try:
            found = resolve(root, info, **args)
        except Exception as error:  # noqa: BLE001 - graphql-core raises what is returned
            found = error
        if inspect.iscoroutine(found):
            return _remembered(call, key, found)
        call.found[key] = found
        return found

    return watched


async def _remembered(call: Call, key: str | int, finding: Awaitable[Any]) -> Any:
    try:
        call.found[key] = await finding
    except Exception as error:  # noqa: BLE001 - graphql-core raises what is returned
        call.found[key] = error
    return call.found[key]


def _under_conditions(name: str, field: GraphQLField) -> GraphQLFieldResolver:
    """Lets a root field that reads show what a server with the conditions of the call would."""
    resolve = field.resolve
    if resolve is None:
        raise LookupError(f"{name} has no resolver")
    is_list = "records" in getattr(get_named_type(field.type), "fields", ())

    @wraps(resolve)
    def conditioned(root: Any, info: Info, **args: Any) -> Any:
        call = info.context
        unreadable = call.unreadable(name)
        if not is_list and str(args.get("id")) in unreadable:
            raise _unreadable(name, str(args["id"]))
        reading = call.reading(name, is_list=is_list)
        found = resolve(root, info if reading is call else info._replace(context=reading), **args)
        if not is_list or not unreadable:
            return found
        # an exception in the place of a record is the failure of that one alone
        records = [
            _unreadable(name, record["id"]) if record["id"] in unreadable else record for record in found["records"]
        ]
        return {**found, "records": records}

    return conditioned


def _unreadable(field: str, object_id: str) -> ApiError:
    message = f"{field}: the local aiWARE was told that {object_id} cannot be read."
    return ApiError(ErrorName.INTERNAL_ERROR, message, objectId=object_id)


def _fault_error(field: str, name: str) -> ApiError:
    known = ErrorName(name) if name in set(ErrorName) else ErrorName.INTERNAL_ERROR
    return ApiError(known, f"{field}: the local aiWARE was told to answer {name}.")
