"""The control calls under `/_local/`: what only a local aiWARE can do, for its owner alone."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
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
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aiware_local.installation.installation import Call, Installation
from aiware_local.installation.lists import LARGEST_LIMIT
from aiware_local.launcher import CONTROL_FILE, CONTROL_HEADER, INSTANCE_HEADER
from aiware_local.server.completion import Operation, compiled
from aiware_local.server.graphql import run_document
from aiware_local.server.schema import load_schema
from aiware_local.server.worker import Worker

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

Handler = Callable[[Request], Awaitable[Response]]


class Control:
    """Answers the control calls.

    Args:
        installation: the local aiWARE that they control.
        worker: brings it up to date before it is looked at.
        instance: what the health answer carries to tell this process from others.
    """

    def __init__(self, installation: Installation, worker: Worker, instance: str) -> None:
        self._installation = installation
        self._worker = worker
        self._instance = instance

    def routes(self) -> list[Route]:
        """The routes of the control calls; all but the first one want the key."""
        return [
            Route("/_local/health", self._health),
            Route("/_local/reset", self._for_owner(self._reset), methods=["POST"]),
            Route("/_local/objects", self._for_owner(self._objects)),
            Route("/_local/requests", self._for_owner(self._requests)),
            Route("/_local/behaviour", self._for_owner(self._behaviour), methods=["GET", "PUT"]),
            Route("/_local/faults", self._for_owner(self._faults), methods=["GET", "POST", "DELETE"]),
            Route("/_local/tokens/expire", self._for_owner(self._expire_tokens), methods=["POST"]),
        ]

    async def _health(self, _: Request) -> Response:
        """`GET /_local/health`."""
        return JSONResponse({"status": "ok"}, headers={INSTANCE_HEADER: self._instance})

    async def _reset(self, _: Request) -> Response:
        """`POST /_local/reset`."""
        await self._worker.stop()
        self._installation.reset()
        return JSONResponse({"status": "ok"})

    async def _objects(self, request: Request) -> Response:
        """`GET /_local/objects`."""
        await self._worker.settle()
        return JSONResponse(await live_objects(self._installation, str(request.base_url).rstrip("/")))

    async def _requests(self, _: Request) -> Response:
        """`GET /_local/requests`."""
        return JSONResponse(self._installation.requests.report())

    async def _behaviour(self, request: Request) -> Response:
        """`GET` and `PUT /_local/behaviour`; both answer the settings in force."""
        if request.method == "PUT":
            self._installation.behaviour.change(await _json_object(request))
        return JSONResponse(self._installation.behaviour.settings.as_json())

    async def _faults(self, request: Request) -> Response:
        """`GET`, `POST` and `DELETE /_local/faults`; all answer the faults in force."""
        if request.method == "POST":
            self._installation.faults.add(await _json_object(request))
        if request.method == "DELETE":
            self._installation.faults.clear()
        return JSONResponse({"faults": self._installation.faults.all()})

    async def _expire_tokens(self, _: Request) -> Response:
        """`POST /_local/tokens/expire`."""
        self._installation.tokens.expire_all()
        return JSONResponse({"status": "ok"})

    def _for_owner(self, handler: Handler) -> Handler:
        """Lets a handler answer those who know the key alone, and turns what it cannot read into HTTP 400."""

        async def guarded(request: Request) -> Response:
            if not self._installation.control_key.opens(request.headers):
                problem = (
                    f"Control calls need the header {CONTROL_HEADER} with the key of this local aiWARE, which is in "
                    f"{CONTROL_FILE} in its data folder: curl -H @.aiware-local/{CONTROL_FILE} ..."
                )
                return JSONResponse({"error": problem}, 401)
            try:
                return await handler(request)
            except ValidationError as error:
                return JSONResponse({"error": _sentence(error)}, 400)
            except ValueError as error:
                return JSONResponse({"error": str(error)}, 400)

        return guarded


async def _json_object(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise ValueError("the body is not JSON") from None
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body


def _sentence(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, detail['loc'])) or 'body'}: {detail['msg']}" for detail in error.errors(include_url=False)
    )


async def live_objects(installation: Installation, base_url: str) -> dict[str, list[Any]]:
    """The answer of `GET /_local/objects`.

    Raises:
        RuntimeError: a field could not be resolved.
    """
    return {name: await _everything(installation, base_url, field) for name, field in LISTS.items()}


async def _everything(installation: Installation, base_url: str, field: str) -> list[Any]:
    call = Call(installation, installation.clock.now(), base_url)
    document, operation = _document(field)
    found: list[Any] = []
    while True:
        variables = {"offset": len(found), "limit": LARGEST_LIMIT}
        result = await run_document(document, call, variables, operation=operation)
        if result.errors or result.data is None:
            raise RuntimeError(f"{field} could not be read: {result.errors}")
        page = result.data[field]
        found += page["records"]
        if page["count"] < LARGEST_LIMIT:
            return found


@cache
def _document(field: str) -> tuple[DocumentNode, Operation | None]:
    schema = load_schema()
    query = schema.query_type
    if query is None:
        raise LookupError("the schema has no query type")
    selection = _selection(schema, query.fields[field])
    text = f"query ($offset: Int, $limit: Int) {{ {field}(offset: $offset, limit: $limit) {selection} }}"
    document = parse(text)
    return document, compiled(schema, document)


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
