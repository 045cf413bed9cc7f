"""A server that says what a test makes it say, byte by byte: late, too little, too much, or nonsense."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Step = Callable[["Connection"], None]


@dataclass
class Connection:
    """One connection of a client.

    Attributes:
        socket: What to write to.
        over: Is set when the test is over.
        request: The request, as far as it was read.
    """

    socket: socket.socket
    over: threading.Event
    request: bytes = b""

    def read(self) -> None:
        """Reads a request, but for a large body: what is left unread when a connection closes breaks it off."""
        self.request = b""
        while b"\r\n\r\n" not in self.request:
            self.request += self.socket.recv(65536) or b"\r\n\r\n"
        head, _, body = self.request.partition(b"\r\n\r\n")
        told = re.search(rb"(?i)content-length: (\d+)", head)
        length = int(told[1]) if told else 0
        while len(body) < length < 1_000_000:
            body += self.socket.recv(65536) or bytes(length)

    def say(self, data: bytes) -> None:
        """Sends all of it."""
        self.socket.sendall(data)

    def drip(self, data: bytes, seconds: float = 0.05) -> None:
        """Sends a byte at a time, until the client or the test has had enough."""
        for byte in data:
            self.say(bytes([byte]))
            if self.over.wait(seconds):
                return

    def hang(self) -> None:
        """Says nothing more."""
        self.over.wait(60)


@dataclass
class RawServer:
    """A server on this machine.

    Attributes:
        port: Where it listens.
        connections: How many clients came.
    """

    port: int
    connections: list[Connection] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v3/graphql"


def head(status: int = 200, /, **headers: str | int) -> bytes:
    """The head of an answer; names of headers have underscores."""
    lines = [f"HTTP/1.1 {status} Said", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def answer(body: bytes, **headers: str) -> bytes:
    """A whole answer."""
    return head(Content_Length=str(len(body)), **headers) + body


@contextmanager
def saying(step: Step, *, reads: bool = True) -> Iterator[RawServer]:
    """Runs a server.

    Args:
        step: What it does with each connection.
        reads: Whether it reads the request's head first.
    """
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = RawServer(listening.getsockname()[1])
        threads: list[threading.Thread] = []

        def accept() -> None:
            while not over.is_set():
                with contextlib.suppress(OSError):
                    accepted, _ = listening.accept()
                    if over.is_set():
                        accepted.close()
                        return
                    connection = Connection(accepted, over)
                    server.connections.append(connection)
                    threads.append(threading.Thread(target=serve, args=(connection,)))
                    threads[-1].start()

        def serve(connection: Connection) -> None:
            # A client that has had enough closes the connection.
            with connection.socket, contextlib.suppress(OSError):
                if reads:
                    connection.read()
                step(connection)

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield server
        finally:
            over.set()
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", server.port)).close()
            accepting.join()
            for thread in threads:
                thread.join()
