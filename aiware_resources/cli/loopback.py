"""The address on this machine that a browser comes back to after an authorization."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl, urlsplit

import click

from aiware_resources.errors import AuthenticationFailed
from aiware_resources.settings.endpoints import is_loopback

_LOOK_EVERY = 0.5
"""Seconds between two looks at the clock while nothing comes."""

_PAGE = """<!doctype html><meta charset="utf-8"><title>aiware</title>
<body style="font: 1.2rem system-ui; margin: 4rem auto; max-width: 40rem"><p>{text}</p></body>"""

Query = Mapping[str, str]


class Loopback:
    """Listens for the browser, on this machine only; a context manager.

    Args:
        redirect_uri: The address to listen at; port 0 takes any free one.
        is_answer: Says of a query whether it is what is waited for.

    Raises:
        click.BadParameter: It is not an address of this machine, or its port is taken.
    """

    def __init__(self, redirect_uri: str, is_answer: Callable[[Query], bool]) -> None:
        self._wanted = is_answer
        self._query: Query | None = None
        url = urlsplit(redirect_uri)
        if url.scheme != "http" or not is_loopback(url.hostname) or url.port is None:
            raise click.BadParameter(
                f"{redirect_uri} is not an address of this machine, such as http://127.0.0.1:8765/callback.",
                param_hint="--redirect-uri",
            )
        self._path = url.path or "/"
        try:
            # Browsers open connections that they may never use: each has a thread of its own.
            self._server = ThreadingHTTPServer(("127.0.0.1", url.port), self._handler())
        except OSError as error:
            raise click.BadParameter(
                f"Nothing can listen at {redirect_uri}: {error.strerror}. Take another port.",
                param_hint="--redirect-uri",
            ) from error
        self._server.timeout = _LOOK_EVERY
        self.redirect_uri = f"http://{url.hostname}:{self._server.server_port}{self._path}"
        """The address, with its port."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Stops listening."""
        self._server.server_close()

    def answer(self, seconds: float) -> Query:
        """Waits until the browser has come back.

        Args:
            seconds: How long to wait at most.

        Returns:
            The query that it came with.

        Raises:
            AuthenticationFailed: It did not come.
        """
        end = time.monotonic() + seconds
        while self._query is None:
            if time.monotonic() > end:
                raise AuthenticationFailed(
                    f"Nobody has come back from the authorization page within {seconds:g} s.",
                    remedy="Check that the redirect URI is registered for the application, and try again.",
                    operation="oauth/authorize",
                )
            self._server.handle_request()
        return self._query

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                query = dict(parse_qsl(url.query))
                if url.path != loopback._path:
                    self._page(HTTPStatus.NOT_FOUND, "There is nothing here.")
                elif not loopback._wanted(query):
                    self._page(HTTPStatus.BAD_REQUEST, "This does not belong to the login that is under way.")
                else:
                    self._page(HTTPStatus.OK, "aiware has got the answer. You can close this page.")
                    loopback._query = query

            def _page(self, status: HTTPStatus, text: str) -> None:
                page = _PAGE.format(text=text).encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_: object) -> None:
                """Says nothing: the code is in the address."""

        return Handler
