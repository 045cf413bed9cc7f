"""Answers that fail to come, as on a bad network: the connection is cut, hangs, or lets through a byte now and then."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable
from typing import cast

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

LONGEST_SECONDS = 15 * 60
"""An answer that hangs or drips is cut after so long: a client that never gives up holds no connection for ever."""

_transports: dict[tuple[str, int], asyncio.Transport] = {}
_slow: set[tuple[str, int] | None] = set()
"""The connections whose answers hang or drip."""


class CuttableProtocol(H11Protocol):
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
    """A response that is none: it closes the connection.

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
