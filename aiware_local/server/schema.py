"""The executable schema: the contract with the resolvers of every entity."""

from __future__ import annotations

from functools import cache, wraps
from importlib.resources import files
from typing import Any

from ariadne import ObjectType, make_executable_schema
from graphql import GraphQLField, GraphQLFieldResolver, GraphQLObjectType, GraphQLSchema, get_named_type

from aiware_local import clusters
from aiware_local.engines import engines
from aiware_local.exports import requests
from aiware_local.installation.errors import ApiError, ErrorName
from aiware_local.installation.installation import MUTATION, QUERY, Info
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
    _watch_fields(schema.query_type, reads=True)
    _watch_fields(schema.mutation_type, reads=False)
    return schema


def _watch_fields(root: GraphQLObjectType | None, *, reads: bool) -> None:
    """Lets every root field count its executions, and fail if a fault says so."""
    if root is None:
        raise LookupError("the schema lacks a root type")
    for name, field in root.fields.items():
        if field.resolve is None:
            raise LookupError(f"{root.name}.{name} has no resolver")
        field.resolve = _watched(name, _under_conditions(name, field) if reads else field.resolve)


def _watched(name: str, resolve: GraphQLFieldResolver) -> GraphQLFieldResolver:
    @wraps(resolve)
    def watched(root: Any, info: Info, **args: Any) -> Any:
        call = info.context
        failing = call.failing.get(name) or call.failing.get("")
        if failing is not None:
            raise _fault_error(name, failing)
        call.executed[name] += 1
        return resolve(root, info, **args)

    return watched


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
        found = resolve(root, info._replace(context=call.reading(name, is_list=is_list)), **args)
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
