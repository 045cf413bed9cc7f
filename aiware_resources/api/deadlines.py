"""How long a request may take, from connecting to the last byte of its answer.

The HTTP library has a timeout for each read: a server that sends one byte every second never exceeds it. So every wait
for the network goes through a stream that asks the limit in force how long it may take. That holds for proxies, TLS
handshakes, headers and bodies, since all of them are read through the stream. It does not hold for the look-up of
a host's name, which the operating system limits.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

import httpcore
import httpx

LOWEST_RATE = 1024
"""Bytes a second below which the transfer of a file counts as stuck, on average over the time allowed for an answer."""

_BLOCK = 16 * 1024
"""Bytes that are sent at once: few enough for the limit to be asked in between."""


class Limit(Protocol):
    """Says how long a wait for the network may take."""

    @property
    def reason(self) -> str:
        """What to say once nothing is left."""

    def left(self, *, is_sending: bool) -> float:
        """Seconds that the next wait may take; nothing is left at 0 and below.

        Args:
            is_sending: Whether bytes are to go, and not to come.
        """

    def moved(self, seconds: float, count: int) -> None:
        """Takes note of a wait.

        Args:
            seconds: How long it took.
            count: How many bytes came or went.
        """


class WholeAnswer:
    """A limit for a request and all of its answer.

    Args:
        seconds: Longest time from now on.
        clock: Monotonic clock, in seconds.
    """

    reason = "no whole answer within the time allowed"

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = clock() + seconds

    def left(self, *, is_sending: bool) -> float:
        """Seconds until the time allowed is over."""
        return self._until - self._clock()

    def moved(self, seconds: float, count: int) -> None:
        """However much comes, the end stays where it is."""


class Transfer:
    """A limit for the transfer of a file: it may take as long as it likes while it moves along.

    Only waits for the network count, not what is done with the bytes in between.

    Args:
        seconds: Longest time of waiting in which fewer bytes may move than the lowest rate asks for.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waited = 0.0
        self._count = 0

    @property
    def reason(self) -> str:
        """What to say once too little has moved."""
        return f"fewer than {LOWEST_RATE} bytes a second were transferred, over {self._seconds:g} s"

    def left(self, *, is_sending: bool) -> float:
        """Seconds until too little has moved."""
        return self._seconds - self._waited

    def moved(self, seconds: float, count: int) -> None:
        """Enough bytes begin the time allowed again."""
        self._waited += seconds
        self._count += count
        if self._count >= LOWEST_RATE * self._seconds:
            self._waited, self._count = 0.0, 0


class Upload(Transfer):
    """A limit for an upload: a transfer while the file is sent; then its answer is one like every other."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self._answer: WholeAnswer | None = None

    def left(self, *, is_sending: bool) -> float:
        """Seconds until too little has moved, or until all of the answer has to be there."""
        if is_sending:
            self._answer = None
            return super().left(is_sending=True)
        self._answer = self._answer or WholeAnswer(self._seconds)
        return self._answer.left(is_sending=False)


_limit: ContextVar[Limit | None] = ContextVar("limit", default=None)
_opened: ContextVar[list[httpcore.NetworkStream] | None] = ContextVar("opened", default=None)
"""Connections that were opened since the limit is in force."""


@contextmanager
def limited(limit: Limit) -> Iterator[None]:
    """Puts a limit in force for what this thread sends and reads."""
    opened: list[httpcore.NetworkStream] = []
    limit_before, opened_before = _limit.set(limit), _opened.set(opened)
    try:
        yield
    except BaseException:
        # The library leaves some open, as after a proxy that does not speak SOCKS.
        for stream in opened:
            stream.close()
        raise
    finally:
        _limit.reset(limit_before)
        _opened.reset(opened_before)


def heed_limits(client: httpx.Client) -> None:
    """Makes a client's connections heed the limit in force, those through proxies as well."""
    # The library takes a network backend, and hands it on only where its connections are made.
    for transport in {client._transport, *client._mounts.values()}:
        if isinstance(transport, httpx.HTTPTransport):
            pool = transport._pool
            pool._network_backend = _Backend(pool._network_backend)


def _waited(
    action: Callable[[float | None], Any],
    timeout: float | None,
    over: type[httpcore.TimeoutException],
    *,
    is_sending: bool = False,
    count: Callable[[Any], int] = lambda _: 0,
) -> Any:
    """Waits for the network, for no longer than the limit in force says.

    Args:
        action: Waits for so many seconds at the most.
        timeout: How many that would be without a limit.
        over: What to raise when nothing is left.
        is_sending: Whether bytes are to go, and not to come.
        count: How many bytes the wait moved, by what it returned.
    """

    def reason(limit: Limit) -> str:
        return "timed out" if over is httpcore.ConnectTimeout else limit.reason

    limit = _limit.get()
    if limit is None:
        return action(timeout)
    left = limit.left(is_sending=is_sending)
    if left <= 0:
        raise over(reason(limit))
    begun = time.monotonic()
    try:
        moved = action(left if timeout is None else min(left, timeout))
    except httpcore.TimeoutException as error:
        limit.moved(time.monotonic() - begun, 0)
        raise (over(reason(limit)) if limit.left(is_sending=is_sending) <= 0 else error) from None
    limit.moved(time.monotonic() - begun, count(moved))
    return moved


class _Stream(httpcore.NetworkStream):
    """A connection that heeds the limit in force."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        def action(seconds: float | None) -> bytes:
            return self._stream.read(max_bytes, seconds)

        read: bytes = _waited(action, timeout, httpcore.ReadTimeout, count=len)
        return read

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _BLOCK):
            block = buffer[start : start + _BLOCK]

            def action(seconds: float | None, block: bytes = block) -> int:
                self._stream.write(block, seconds)
                return len(block)

            _waited(action, timeout, httpcore.WriteTimeout, is_sending=True, count=int)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        def action(seconds: float | None) -> httpcore.NetworkStream:
            return self._stream.start_tls(ssl_context, server_hostname, seconds)

        return _noted(_Stream(_waited(action, timeout, httpcore.ConnectTimeout, is_sending=True)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _noted(stream: _Stream) -> _Stream:
    if (opened := _opened.get()) is not None:
        opened.append(stream)
    return stream


class _Backend(httpcore.NetworkBackend):
    """Opens connections that heed the limit in force."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        # One by one: the library would give each of a host's addresses all of the time.
        for address in _addresses(host, port):

            def action(seconds: float | None, address: str = address) -> httpcore.NetworkStream:
                return self._backend.connect_tcp(address, port, seconds, local_address, socket_options)

            try:
                return _noted(_Stream(_waited(action, timeout, httpcore.ConnectTimeout, is_sending=True)))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = failure or error
        raise failure or httpcore.ConnectError(f"{host} has no address")

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


def _addresses(host: str, port: int) -> Iterable[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, OverflowError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return dict.fromkeys(str(address[0]) for *_, address in found)
