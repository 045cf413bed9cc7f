"""A server for programs on this machine, which hands on parts of files that are elsewhere."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx

MOST = 48 * 1024**2
"""Bytes of one file that are handed on at most."""
_HANDED_ON = ("Content-Length", "Content-Range", "Content-Type", "Accept-Ranges")


class Relay:
    """Serves files under names that tell nothing, to this machine only.

    Args:
        timeout: Seconds to wait for each part of an answer.
    """

    def __init__(self, timeout: float) -> None:
        self._client = httpx.Client(timeout=timeout, follow_redirects=True)
        self._sources: dict[str, str] = {}
        self._left: dict[str, int] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        """Begins to serve."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._client.close()

    @contextlib.contextmanager
    def serving(self, source: str) -> Iterator[str]:
        """Serves a file while the context lasts, and gives its address on this machine."""
        name = secrets.token_urlsafe(16)
        self._sources[name], self._left[name] = source, MOST
        try:
            yield f"http://127.0.0.1:{self._server.server_port}/{name}"
        finally:
            del self._sources[name]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with contextlib.suppress(OSError, httpx.HTTPError, httpx.InvalidURL):
                    relay._answer(self)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        return Handler

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        name = request.path.removeprefix("/")
        source = self._sources.get(name)
        if source is None:
            request.send_error(404)
            return
        asked = {"Accept-Encoding": "identity"}
        if request.headers.get("Range"):
            asked["Range"] = request.headers["Range"]
        with self._client.stream("GET", source, headers=asked) as answer:
            request.send_response(answer.status_code)
            for header in _HANDED_ON:
                if header in answer.headers:
                    request.send_header(header, answer.headers[header])
            request.end_headers()
            for part in answer.iter_raw(64 * 1024):
                self._left[name] -= len(part)
                if name not in self._sources or self._left[name] < 0:
                    return
                request.wfile.write(part)
