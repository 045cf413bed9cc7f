"""Serves the console, on this machine."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterable
from contextlib import closing, suppress
from http import HTTPStatus

import uvicorn
from fastapi import FastAPI
from nicegui import app as pages
from nicegui import ui
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from aiware_resources.console import (
    clusters,
    drift,
    engines,
    exports,
    job,
    jobs,
    recording,
    recordings,
    upcoming,
)
from aiware_resources.console.frame import SECTIONS, STYLE, Console, address
from aiware_resources.console.guard import KEY, Guard
from aiware_resources.console.places import Place, by_slug

PAGES = (jobs, job, recordings, recording, exports, clusters, engines, drift, upcoming)
"""The modules of the pages."""
HOST = "127.0.0.1"
_BYTES_OF_KEY = 32
_PATIENCE = 15.0
"""Seconds after which a browser that is not heard of any more is forgotten; one that is busy is heard of late."""
_LONGEST_GOODBYE = 2
"""Seconds that open pages may take at the end."""


def application(places: Iterable[Place], key: str) -> ASGIApp:
    """The console as an ASGI application; a process has one.

    Args:
        places: What its pages are about; the first one is shown first.
        key: What a browser has to know.
    """
    console = Console(by_slug(places))
    for page in PAGES:
        page.add(console)
    ui.add_css(STYLE, shared=True)
    app = FastAPI(openapi_url=None)

    @app.get("/")
    def start() -> RedirectResponse:
        return RedirectResponse(address(next(iter(console.places.values())), next(iter(SECTIONS))))

    pages.on_shutdown(console.live.end)
    pages.exception_handler(HTTPStatus.NOT_FOUND)(_not_found)
    # No storage: pages keep what they know in their addresses, and nothing is written to this machine.
    ui.run_with(
        app,
        title="aiWARE",
        favicon=_ICON,
        dark=None,
        language="en-US",
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=_PATIENCE,
        storage_secret=None,
    )
    return Guard(app, key)


def _not_found(_: Request, __: Exception) -> Response:
    return PlainTextResponse("There is no such page.\n", HTTPStatus.NOT_FOUND)


_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b5cad"/>'
    '<path d="M9 22V14M16 22V8M23 22V17" stroke="#fff" stroke-width="3.4" stroke-linecap="round"/></svg>'
)


def new_key() -> str:
    """Makes a key."""
    return secrets.token_urlsafe(_BYTES_OF_KEY)


def listen(port: int) -> socket.socket:
    """Takes a port of this machine; 0 for one that is free.

    Raises:
        OSError: It is taken.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        # A browser that is faster than the server waits.
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


def link(listening: socket.socket, key: str) -> str:
    """The address to open, with the key."""
    return f"http://{HOST}:{listening.getsockname()[1]}/?{KEY}={key}"


def config(app: ASGIApp) -> uvicorn.Config:
    """How it is served. Requests are not logged: the key is in one of them."""
    return uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        proxy_headers=False,
        timeout_graceful_shutdown=_LONGEST_GOODBYE,
        server_header=False,
    )


def serve(listening: socket.socket, app: ASGIApp) -> None:
    """Serves until it is interrupted."""
    # That is how it ends.
    with closing(listening), suppress(KeyboardInterrupt):
        uvicorn.Server(config(app)).run(sockets=[listening])
