"""The Edge REST API: its operations, authentication, rate limit, faults, and the answer."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from aiware_local.installation.behaviour import RateLimiter
from aiware_local.installation.errors import ApiError
from aiware_local.installation.installation import Call, Installation
from aiware_local.installation.lists import paging_as
from aiware_local.installation.request_log import recorded
from aiware_local.launcher import EDGE_PATH
from aiware_local.server.connections import Unanswered, answer_with, status_answer
from aiware_local.server.dialect import respelled_edge
from aiware_local.server.edge.admin import list_categories, list_engines, login_user
from aiware_local.server.edge.creation import create_jobs
from aiware_local.server.edge.errors import KINDS, STATUS_OF, EdgeError, error_answer, retry_later
from aiware_local.server.edge.jobs import (
    delete_job,
    download,
    download_logs,
    get_detail,
    get_output,
    get_status,
    list_jobs,
    list_outputs,
)
from aiware_local.server.edge.request import EdgeRequest
from aiware_local.server.worker import Worker
from aiware_local.storage.ids import new_uuid

log = logging.getLogger(__name__)

VERSION = "3.15.2"
"""The version of Edge whose OpenAPI definition this follows; sent as X-Aiware-Version."""
ANONYMOUS = ""
"""Counts against the rate limit as a token of its own."""
TOLD = "The local aiWARE was told to answer so"


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        id: its operationId in the contract.
        method: its HTTP method.
        path: its path, with the names of what varies in braces.
        run: answers it; raises EdgeError to refuse it.
        is_public: whether it needs no token.
        is_list: whether it finds objects, rather than reading one.
    """

    id: str
    method: str
    path: str
    run: Callable[[EdgeRequest], Response]
    is_public: bool = False
    is_list: bool = False

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"


OPERATIONS = (
    Operation("login_user", "POST", "/admin/users/login", login_user, is_public=True),
    Operation("get_engines", "GET", "/admin/engines", list_engines),
    Operation("get_engine_categories", "GET", "/admin/engine/categories", list_categories),
    Operation("createJob", "POST", "/proc/job/create", create_jobs),
    Operation("get_jobs", "GET", "/proc/jobs", list_jobs, is_list=True),
    Operation("getJobStatus", "GET", "/proc/job/{JobID}/status", get_status),
    Operation("get_job_detail", "GET", "/proc/job/{JobID}/detail", get_detail),
    Operation("get_job_outputs", "GET", "/proc/job/{JobID}/outputs", list_outputs),
    Operation("get_job_output", "GET", "/proc/job/{JobID}/output/{JobOutputName}", get_output),
    Operation("get_job_download", "GET", "/proc/job/{JobID}/download/{JobOutputName}", download),
    Operation("getTaskLogs", "GET", "/proc/task/{TaskID}/logs", download_logs),
    Operation("deleteJob", "POST", "/proc/job/{JobID}/delete", delete_job),
)

_PATTERNS = [(re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", operation.path)), operation) for operation in OPERATIONS]


def find_operation(method: str, path: str) -> tuple[Operation, Mapping[str, str]]:
    """The operation of a request, and what its path says.

    Raises:
        EdgeError: 404 for a path of none, 405 for one of another method.
    """
    found = [(operation, match.groupdict()) for pattern, operation in _PATTERNS if (match := pattern.fullmatch(path))]
    if not found:
        raise EdgeError(404, f"There is nothing at {path}.")
    for operation, values in found:
        if operation.method == method:
            return operation, values
    allowed = ", ".join(operation.method for operation, _ in found)
    raise EdgeError(405, f"{path} takes {allowed}, not {method}.", {"Allow": allowed})


@dataclass
class _Exchange:
    """A request, and what becomes known of it while it is handled."""

    request: Request
    content: bytes
    now: float
    operation: Operation | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    was_executed: bool = False

    @property
    def names(self) -> list[str]:
        """The operationId, if the request has one."""
        return [] if self.operation is None else [self.operation.id]


class EdgeApi:
    """Answers everything below `/edge/v1`, as an ASGI application.

    Args:
        installation: the local aiWARE behind it.
        worker: brings it up to date before it is looked at.
    """

    def __init__(self, installation: Installation, worker: Worker) -> None:
        self._installation = installation
        self._worker = worker
        self._limiter = RateLimiter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        response = await self._handle(request)
        await response(scope, receive, send)

    async def _handle(self, request: Request) -> Response:
        """Answers one request and notes it in the request log."""
        begun = time.perf_counter()
        exchange = _Exchange(request, await request.body(), self._installation.clock.now())
        response = await self._answer(exchange)
        response.headers["X-Correlation-Id"] = request.headers.get("x-correlation-id") or new_uuid()
        response.headers["X-Aiware-Version"] = VERSION
        status = None if isinstance(response, Unanswered) else response.status_code
        self._note(exchange, status)
        milliseconds = (time.perf_counter() - begun) * 1000
        name = exchange.names[0] if exchange.names else "invalid request"
        log.info("edge %s: %s in %.0f ms", name, "connection cut" if status is None else status, milliseconds)
        return response

    def _note(self, exchange: _Exchange, status: int | None) -> None:
        names, request = exchange.names, exchange.request
        more = {"method": request.method, "path": request.scope["path"]}
        if self._installation.behaviour.settings.record_requests:
            more |= recorded(request.query_params, exchange.content)
        self._installation.requests.add(
            exchange.now,
            names[0] if names else None,
            dict.fromkeys(names, 1),
            dict.fromkeys(names, 1) if exchange.was_executed else {},
            status,
            more,
        )

    async def _answer(self, exchange: _Exchange) -> Response:
        method, path = exchange.request.method, exchange.request.scope["path"].removeprefix(EDGE_PATH)
        with suppress(EdgeError):  # which is the answer, below
            exchange.operation, exchange.values = find_operation(method, path)

        async def answer() -> Response:
            try:
                return await self._run(exchange, exchange.operation or find_operation(method, path)[0])
            except EdgeError as error:
                return error_answer(error)

        fault = self._installation.faults.take(exchange.names)
        if fault is None:
            return await answer()
        if fault.action.graphql_error is not None and exchange.operation is not None:
            return _failing(fault.action.graphql_error)
        return await answer_with(fault, answer, exchange.now, _status_answer)

    async def _run(self, exchange: _Exchange, operation: Operation) -> Response:
        request = exchange.request
        token = ANONYMOUS if operation.is_public else self._token(request)
        limit = self._installation.behaviour.settings.rate_limit
        wait = self._limiter.retry_after(token, limit, exchange.now)
        if wait is not None:
            raise retry_later(429, f"Too many requests: wait {wait} seconds.", wait)
        await self._worker.settle()
        exchange.was_executed = True
        call = Call(self._installation, exchange.now, str(request.base_url).rstrip("/"))
        if operation.reads:
            call.conditions = self._installation.faults.conditions(exchange.names)
            call = call.reading(operation.id, is_list=operation.is_list)
        content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
        asked = EdgeRequest(
            call, exchange.values, request.query_params, content_type, exchange.content, call.unreadable(operation.id)
        )
        with paging_as(call.paging):
            return self._respelled(operation.run(asked))

    def _respelled(self, response: Response) -> Response:
        """The answer in the dialect of the installation."""
        dialect = self._installation.behaviour.settings.dialect
        if not dialect.respells or not isinstance(response, JSONResponse):
            return response
        return JSONResponse(respelled_edge(dialect, json.loads(bytes(response.body))), response.status_code)

    def _token(self, request: Request) -> str:
        """The hash of the token in the header Authorization, else api_key."""
        key = request.headers.get("api_key")
        header = request.headers.get("authorization") or (None if key is None else f"Bearer {key}")
        try:
            return self._installation.tokens.check(header)
        except ApiError as error:
            raise EdgeError(401, error.message) from error


def _failing(name: str) -> Response:
    """What a failure of this name in GraphQL is on Edge."""
    return error_answer(EdgeError(STATUS_OF.get(name, 500), f"{TOLD} ({name})."))


def _status_answer(status: int, retry_after: int | None, now: float) -> Response:
    """The answer to a fault of a status: an error of the API, or the page of a gateway for a status that it lacks."""
    if status in KINDS and status != 500:
        return error_answer(retry_later(status, f"{TOLD}.", retry_after))
    return status_answer(status, retry_after, now)
