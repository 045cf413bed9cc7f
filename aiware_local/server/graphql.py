"""The GraphQL endpoint: reading a request, authentication, rate limit, faults, execution, and the answer."""

from __future__ import annotations

import inspect
import json
import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    execute,
    get_operation_ast,
    parse,
    validate,
)
from pydantic_core import PydanticSerializationError, to_json
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aiware_local.installation.behaviour import RateLimiter
from aiware_local.installation.errors import ApiError, envelope_entry, error_entry
from aiware_local.installation.installation import Call, Installation
from aiware_local.installation.lists import paging_as
from aiware_local.installation.request_log import recorded
from aiware_local.server.completion import Operation, compiled
from aiware_local.server.connections import Unanswered, answer_under_fault, answer_with, status_answer
from aiware_local.server.dialect import respelled_graphql
from aiware_local.server.schema import load_schema
from aiware_local.server.worker import Worker

log = logging.getLogger(__name__)

PUBLIC_FIELDS = frozenset({"userLogin", "__typename"})
"""What may be asked without a token."""
SECRET_FIELDS = frozenset({"userLogin", "userLogout"})
"""Requests with these may have a password or a token anywhere, also in the text of the document."""
ANONYMOUS = ""
"""Counts against the rate limit as a token of its own."""


@dataclass(frozen=True)
class GraphQLRequest:
    """What a client sent."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None
    upload: UploadFile | None = None


class BadRequestError(Exception):
    """The request is answered with HTTP 400.

    Args:
        errors: what is wrong with it.
    """

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


async def read_request(request: Request) -> GraphQLRequest:
    """The GraphQL request in an HTTP request.

    Raises:
        BadRequestError: the content type is neither JSON nor multipart/form-data, or the body is not what it says.
    """
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type == "application/json":
        return _from_json(_json(await request.body(), "The body"))
    if content_type == "multipart/form-data":
        return await _from_form(request)
    raise _bad(f"The content type is '{content_type}'; send application/json, or multipart/form-data for uploads.")


def read_document(sent: GraphQLRequest) -> tuple[DocumentNode, OperationDefinitionNode]:
    """The parsed document, valid against the schema, and the operation in it that is to be run.

    Raises:
        BadRequestError: it does not parse or validate, or the operation is not clear.
    """
    document, errors = _prepared(sent.query)
    if document is None or errors:
        raise BadRequestError(*errors)
    operation = get_operation_ast(document, sent.operation_name)
    if operation is None:
        raise _bad("The document has several operations, or none of the given name: give the operationName of one.")
    return document, operation


def root_fields(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> list[str]:
    """The names of the root fields that the operation executes, one entry for each alias."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    keys: dict[str, str] = {}
    for node in _fields(operation.selection_set, fragments, variables):
        keys[node.alias.value if node.alias else node.name.value] = node.name.value
    return list(keys.values())


@lru_cache(maxsize=256)
def _prepared(query: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    """Parses and validates a document; clients that poll send the same one again and again."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return None, (error,)
    return document, tuple(validate(load_schema(), document))


@lru_cache(maxsize=256)
def _operation(query: str, operation_name: str | None) -> Operation | None:
    """The operation of a valid document; None where graphql-core has to execute it."""
    document, _ = _prepared(query)
    return None if document is None else compiled(load_schema(), document, operation_name)


def _fields(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
) -> Iterator[FieldNode]:
    for selection in selections.selections:
        if not _is_included(selection, variables):
            continue
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            yield from _fields(selection.selection_set, fragments, variables)
        elif isinstance(selection, FragmentSpreadNode):
            yield from _fields(fragments[selection.name.value].selection_set, fragments, variables)


def _is_included(selection: SelectionNode, variables: Mapping[str, Any]) -> bool:
    return not any(_excludes(directive, variables) for directive in selection.directives or ())


def _excludes(directive: DirectiveNode, variables: Mapping[str, Any]) -> bool:
    name = directive.name.value
    if name not in ("skip", "include"):
        return False
    condition = (directive.arguments or ())[0].value  # validation sees to it that there is one
    value = variables.get(condition.name.value) if isinstance(condition, VariableNode) else None
    if isinstance(condition, BooleanValueNode):
        value = condition.value
    return bool(value) is (name == "skip")


def _from_json(body: Any) -> GraphQLRequest:
    if not isinstance(body, dict):
        raise _bad("The body must be a JSON object with a query.")
    query, variables, name = body.get("query"), body.get("variables"), body.get("operationName")
    if not isinstance(query, str):
        raise _bad("The body has no query.")
    if variables is not None and not isinstance(variables, dict):
        raise _bad("variables must be an object.")
    if name is not None and not isinstance(name, str):
        raise _bad("operationName must be text.")
    return GraphQLRequest(query, variables or {}, name)


async def _from_form(request: Request) -> GraphQLRequest:
    form = await request.form()
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    if len(files) > 1:
        raise _bad("The form has several files; send one in each request.")
    texts = {key: value for key, value in form.multi_items() if isinstance(value, str)}
    variables = _json(texts["variables"].encode(), "variables") if texts.get("variables") else None
    sent = _from_json({**texts, "variables": variables})
    return GraphQLRequest(sent.query, sent.variables, sent.operation_name, files[0] if files else None)


def _json(content: bytes, what: str) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        raise _bad(f"{what} is not JSON.") from None


def _bad(message: str) -> BadRequestError:
    return BadRequestError(GraphQLError(message))


@dataclass
class _Exchange:
    """What becomes known of a request while it is handled, for the request log."""

    operation: str | None = None
    fields: list[str] = field(default_factory=list)
    executed: Counter[str] = field(default_factory=Counter)


class GraphQLApi:
    """Answers `POST /v3/graphql`.

    Args:
        installation: the local aiWARE behind it.
        worker: brings it up to date before it is looked at.
    """

    def __init__(self, installation: Installation, worker: Worker) -> None:
        self._installation = installation
        self._worker = worker
        self._limiter = RateLimiter()

    async def handle(self, request: Request) -> Response:
        """Handles one request and notes it in the request log."""
        begun = time.perf_counter()
        now = self._installation.clock.now()
        exchange = _Exchange()
        response = await self._answer(request, exchange)
        await request.close()
        status = None if isinstance(response, Unanswered) else response.status_code
        asked = Counter(exchange.fields)
        more = await self._recorded(request, asked)
        self._installation.requests.add(now, exchange.operation, asked, exchange.executed, status, more)
        milliseconds = (time.perf_counter() - begun) * 1000
        log.info("%s: %s in %.0f ms", _summary(asked), "connection cut" if status is None else status, milliseconds)
        return response

    async def _recorded(self, request: Request, asked: Iterable[str]) -> dict[str, Any]:
        """The query and the JSON body where they are to be recorded; of a form, and of logins, no body."""
        if not self._installation.behaviour.settings.record_requests:
            return {}
        is_json = request.headers.get("content-type", "").startswith("application/json")
        content = await request.body() if is_json else b""
        return recorded(request.query_params, content, is_secret=not SECRET_FIELDS.isdisjoint(asked))

    async def _answer(self, request: Request, exchange: _Exchange) -> Response:
        now = self._installation.clock.now()
        try:
            sent = await read_request(request)
            document, operation = read_document(sent)
        except BadRequestError as error:
            return await answer_under_fault(
                self._installation.faults, (), partial(_bad_request, error.errors, now), now
            )
        exchange.fields = root_fields(document, operation, sent.variables)
        exchange.operation = operation.name.value if operation.name else None
        call = Call(self._installation, now, str(request.base_url).rstrip("/"), sent.upload, executed=exchange.executed)

        run = partial(self._run, request, exchange.fields, sent, document, call)
        fault = self._installation.faults.take(exchange.fields)
        if fault is None:
            return await run()
        if fault.action.graphql_error is not None:
            call.failing[fault.match.operation or ""] = fault.action.graphql_error
        return await answer_with(fault, run, now)

    async def _run(
        self, request: Request, fields: list[str], sent: GraphQLRequest, document: DocumentNode, call: Call
    ) -> Response:
        token = ANONYMOUS
        if not PUBLIC_FIELDS.issuperset(fields):
            try:
                token = self._installation.tokens.check(request.headers.get("authorization"))
            except ApiError as error:
                return JSONResponse({"data": None, "errors": [error_entry(error.name, error.message, call.now)]})
        limit = self._installation.behaviour.settings.rate_limit
        wait = self._limiter.retry_after(token, limit, call.now)
        if wait is not None:
            return status_answer(429, wait, call.now)
        await self._worker.settle()
        call.conditions = self._installation.faults.conditions(fields)
        with paging_as(call.paging):
            operation = _operation(sent.query, sent.operation_name)
            result = await run_document(document, call, sent.variables, sent.operation_name, operation)
        errors = result.errors or []
        if result.data is None and errors and all(error.path is None for error in errors):
            return await _bad_request(errors, call.now)  # the variables do not fit their types
        dialect, data = self._installation.behaviour.settings.dialect, result.data
        if data is not None and dialect.respells:
            data = respelled_graphql(dialect, load_schema(), document, sent.operation_name, data)
        body: dict[str, Any] = {"data": data}
        if errors:
            body["errors"] = [envelope_entry(error, call.now) for error in errors]
        return _Answer(body)


class _Answer(JSONResponse):
    """An answer with data, which may be a page of a thousand jobs."""

    def render(self, content: Any) -> bytes:
        """The body."""
        try:
            return to_json(content, inf_nan_mode="null")
        except PydanticSerializationError:
            return super().render(content)


async def run_document(
    document: DocumentNode,
    call: Call,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
    operation: Operation | None = None,
) -> ExecutionResult:
    """Executes a valid document.

    Args:
        document: the document.
        call: the request.
        variables: the values of its variables.
        operation_name: which of its operations.
        operation: that operation; None where graphql-core has to execute it.
    """
    call.found = {}
    if operation is not None:
        try:
            return ExecutionResult(await operation.answer(call, variables or {}), None)
        except Exception as error:  # noqa: BLE001 - graphql-core meets it again, and says where
            log.debug("graphql-core executes a request because of: %r", error)
    result = execute(
        load_schema(),
        document,
        context_value=call,
        variable_values=dict(variables or {}),
        operation_name=operation_name,
    )
    return await result if inspect.isawaitable(result) else result


async def _bad_request(errors: Iterable[GraphQLError], now: float) -> Response:
    return JSONResponse({"errors": [envelope_entry(error, now) for error in errors]}, 400)


def _summary(asked: Counter[str]) -> str:
    return ", ".join(f"{name} x{count}" if count > 1 else name for name, count in asked.items()) or "invalid request"
