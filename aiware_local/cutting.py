"""Cutting a connection without an answer, as a network failure would."""

from __future__ import annotations

import asyncio
from typing import cast

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_transports: dict[tuple[str, int], asyncio.Transport] = {}


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


class Cut(Response):
    """A response that is none: it closes the connection.

    Raises:
        ConnectionResetError: there is no connection to close, since the application runs inside the client's process.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Closes the connection and waits until it is closed."""
        client: tuple[str, int] | None = scope.get("client")
        transport = _transports.get(client) if client else None
        if transport is None:
            raise ConnectionResetError("the local aiWARE was told to cut this connection")
        transport.abort()
        message: Message = {"type": "http.request"}
        while message["type"] != "http.disconnect":
            message = await receive()
