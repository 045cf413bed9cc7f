"""Answers as faults leave them: other than they should be, cut off, hanging, or a byte now and then."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import cast

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from aiware_local.installation.errors import ErrorName, error_entry
from aiware_local.installation.faults import Fault, Faults

LONGEST_SECONDS = 15 * 60
"""An answer that hangs or drips is cut after this time, so that no client holds a connection for ever."""

GATEWAY_PAGE = "<html><head><title>{0}</title></head>\n<body><h1>{0}</h1></body></html>\n"

Answer = Callable[[], Awaitable[Response]]
StatusAnswer = Callable[[int, int | None, float], Response]

_transports: dict[tuple[str, int], asyncio.Transport] = {}
_slow: set[tuple[str, int] | None] = set()
"""The connections whose answers hang or drip."""


class CuttableProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # httptools' where that is installed
    """Uvicorn's HTTP protocol, which in addition remembers the transport of every open connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Notes the connection."""
        connection = cast(asyncio.Transport, transport)
        super().connection_made(connection)
        if self.client is not None:
            _transports[self.client] = connection

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the connection."""
        if self.client is not None:
            _transports.pop(self.client, None)
        super().connection_lost(exc)


class CuttingServer(uvicorn.Server):
    """Uvicorn's server, which waits for no answer that hangs or drips when it is asked to stop."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Cuts those connections, then stops."""
        for client in list(_slow):
            _abort(client)
        await super().shutdown(sockets)


class Unanswered(Response):
    """A response that never comes to its end."""


class Cut(Unanswered):
    """Closes the connection instead of answering.

    Raises:
        ConnectionResetError: there is no connection to close, since the application runs inside the client's process.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Closes the connection and waits until it is closed."""
        if not _abort(scope.get("client")):
            raise ConnectionResetError("the local aiWARE was told to cut this connection")
        await _closed(receive)


class Hanging(Unanswered):
    """A response that does not come until the client goes away, or the server stops."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Waits for that."""
        await _slowly(_closed(receive), scope, receive, send)


class Dripping(Response):
    """A response whose body comes a few bytes each second; its headers come at once.

    Args:
        whole: the response.
        rate: bytes a second.
    """

    def __init__(self, whole: Response, rate: int) -> None:
        self._whole = whole
        self._rate = rate
        self.status_code = whole.status_code

    @property
    def headers(self) -> MutableHeaders:
        """Those of the whole response."""
        return self._whole.headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it until it is out or the client goes away."""

        async def drip(message: Message) -> None:
            if message["type"] != "http.response.body":
                await send(message)
                return
            body, more = message.get("body", b""), message.get("more_body", False)
            for start in range(0, len(body), self._rate):
                piece = body[start : start + self._rate]
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                await asyncio.sleep(1)
            if not more:
                await send({"type": "http.response.body", "body": b""})

        sending = asyncio.ensure_future(self._whole(scope, receive, drip))
        watching = asyncio.ensure_future(_closed(receive))

        async def first() -> None:
            try:
                await asyncio.wait((sending, watching), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (sending, watching):
                    task.cancel()
                await asyncio.gather(sending, watching, return_exceptions=True)

        await _slowly(first(), scope, receive, send)


async def _slowly(answer: Awaitable[None], scope: Scope, receive: Receive, send: Send) -> None:
    """Awaits an answer that takes its time, and cuts the connection when that is too long."""
    client = scope.get("client")
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            _slow.add(client)
            await answer
    except TimeoutError:
        await Cut()(scope, receive, send)
    finally:
        _slow.discard(client)


def _abort(client: tuple[str, int] | None) -> bool:
    """Closes a connection at once; says whether there was one."""
    transport = _transports.get(client) if client else None
    if transport is None:
        return False
    transport.abort()
    return True


async def _closed(receive: Receive) -> None:
    """Waits until the connection is closed."""
    message: Message = {"type": "http.request"}
    while message["type"] != "http.disconnect":
        message = await receive()


async def answer_under_fault(
    faults: Faults, operations: Iterable[str], answer: Answer, now: float, *, named_only: bool = False
) -> Response:
    """The answer to a request, or what the fault makes of it that is meant for one of its operations.

    Args:
        faults: The faults in force.
        operations: What the request executes.
        answer: Handles the request. It is not called where the fault acts before anything is applied.
        now: Seconds since the epoch.
        named_only: Whether to leave out faults that match all API requests.
    """
    fault = faults.take(operations, named_only=named_only)
    return await answer() if fault is None else await answer_with(fault, answer, now)


async def answer_with(fault: Fault, answer: Answer, now: float, with_status: StatusAnswer | None = None) -> Response:
    """The answer as the fault leaves it.

    Args:
        fault: What is to go wrong.
        answer: Handles the request. It is not called where the fault acts before anything is applied.
        now: Seconds since the epoch.
        with_status: The answer of nothing but a status; by default that of GraphQL.
    """
    action = fault.action
    if action.delay_seconds is not None:
        await asyncio.sleep(action.delay_seconds)
    if action.refuse:
        return Cut()
    if action.status is not None:
        return (with_status or status_answer)(action.status, action.retry_after, now)
    response = await answer()
    if action.drop_response:
        return Cut()
    if action.hang:
        return Hanging()
    if action.drip is not None:
        return Dripping(response, action.drip)
    if action.malformed:
        return _half(response)
    return response


def _half(response: Response) -> Response:
    """The first half of the answer, as JSON that breaks off."""
    body = Path(response.path).read_bytes() if isinstance(response, FileResponse) else bytes(response.body)
    return Response(body[: len(body) // 2], media_type="application/json")


def status_answer(status: int, retry_after: int | None, now: float) -> Response:
    """An answer of nothing but an HTTP status: the page of a gateway, or a rate limit with Retry-After."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = 1 if retry_after is None else retry_after
        entry = error_entry(ErrorName.RATE_LIMITED, f"Too many requests: wait {seconds} seconds.", now)
        return JSONResponse({"errors": [entry]}, status, {"Retry-After": str(seconds)})
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Error"
    return HTMLResponse(GATEWAY_PAGE.format(f"{status} {phrase}"), status, headers)
