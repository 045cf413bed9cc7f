"""The web application of an installation, and serving it on a port of this machine."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn
from filelock import Timeout
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from aiware_local.installation.installation import Installation
from aiware_local.jobs.records import note_outcomes
from aiware_local.launcher import EDGE_PATH, HOST, SERVER_FILE, SERVER_LOCK, lock
from aiware_local.server.connections import CuttableProtocol, CuttingServer
from aiware_local.server.control import Control
from aiware_local.server.downloads import Downloads
from aiware_local.server.edge.api import EdgeApi
from aiware_local.server.graphql import GraphQLApi
from aiware_local.server.guard import LoopbackOnly
from aiware_local.server.oauth import OAuth
from aiware_local.server.worker import PATIENCE_SECONDS, Worker
from aiware_local.storage.ids import new_uuid
from aiware_local.storage.store import DamagedStore

log = logging.getLogger(__name__)

LOOK_FOR_GARBAGE = (200_000, 20, 20)
"""So many new objects are there, a page of a thousand jobs, before the process looks for garbage among them.

After so many such looks it also looks through older ones, and after so many of these through all.
"""
SHUTDOWN_SECONDS = 3
"""Requests under way get this long when the server is asked to stop."""


def create_app(
    installation: Installation, instance: str | None = None, patience: float = PATIENCE_SECONDS
) -> Starlette:
    """The ASGI application of an installation; it closes the installation when it shuts down.

    Its `state.worker` is to be stopped where that does not happen.

    Args:
        installation: what it serves.
        instance: distinguishes this process from others, in the health answer.
        patience: how long a request waits for engine work that is under way, in seconds.
    """
    note_outcomes(installation.store)
    worker = Worker(installation, patience)
    oauth = OAuth(installation)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        # Recognition takes its time, and must not begin only when somebody asks how far it is.
        running = None if installation.recognizer is None else asyncio.create_task(worker.run())
        yield
        if running is not None:
            running.cancel()
            await asyncio.wait({running})
        await worker.stop()
        installation.close()
        log.info("the local aiWARE stops serving %s", installation.data)

    app = Starlette(
        routes=[
            Route("/v3/graphql", GraphQLApi(installation, worker).handle, methods=["POST"]),
            Route(f"{EDGE_PATH}/{{path:path}}", EdgeApi(installation, worker)),
            Route("/v1/admin/oauth/authorize", oauth.authorize),
            Route("/v1/admin/oauth/token", oauth.token, methods=["POST"]),
            *Downloads(installation, worker).routes(),
            *Control(installation, worker, instance or new_uuid()).routes(),
        ],
        middleware=[Middleware(LoopbackOnly)],
        lifespan=lifespan,
    )
    app.state.worker = worker
    return app


class CannotServeError(Exception):
    """The server cannot start; the message says why."""


def serve(data: Path, port: int | None, media_root: Path, *, recognition: bool = True) -> None:
    """Serves the data folder until the process is told to stop.

    Args:
        data: the data folder.
        port: the port; None for the one that served the folder last if it is free, else any free one.
        media_root: the folder below which engines may read files.
        recognition: whether speech is really recognized.

    Raises:
        CannotServeError: another process serves this folder, the port is taken, or the database is damaged.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(data), _bound(data, port) as listener:
        instance = new_uuid()
        actual = listener.getsockname()[1]
        url = f"http://{HOST}:{actual}"
        note = {"pid": os.getpid(), "port": actual, "url": url, "instance": instance, "mediaRoot": str(media_root)}
        temporary = data / f".{SERVER_FILE}.new"
        temporary.write_text(json.dumps(note, indent=2), encoding="utf-8")
        temporary.replace(data / SERVER_FILE)
        try:
            app = create_app(Installation(data, media_root, recognition=recognition), instance)
        except DamagedStore as error:
            raise CannotServeError(str(error)) from error
        config = uvicorn.Config(
            app,
            http=CuttableProtocol,
            ws="none",
            access_log=False,
            log_level="warning",
            log_config=None,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        # Answers are made of many small objects, which live for one request: the default would look through them over
        # and over, in up to half of the time.
        gc.set_threshold(*LOOK_FOR_GARBAGE)
        log.info("the local aiWARE serves %s at %s (process %d)", data, url, os.getpid())
        CuttingServer(config).run(sockets=[listener])


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Holds the lock that says that a process serves this folder; the system releases it when the process ends."""
    with ExitStack() as stack:
        try:
            stack.enter_context(lock(data / SERVER_LOCK, seconds=0))
        except Timeout:
            raise CannotServeError(f"Another process serves {data} already.") from None
        yield


@contextmanager
def _bound(data: Path, port: int | None) -> Iterator[socket.socket]:
    # the protocol is named because asyncio switches Nagle's delay off only for sockets that say they are TCP
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        if os.name == "posix":  # on Windows the option lets two servers have one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, _last_port(data) if port is None else port))
        except OSError as error:
            if port is not None:
                raise CannotServeError(
                    f"Port {port} cannot be used: {error.strerror}. Set AIWARE_LOCAL_PORT to another, or unset it."
                ) from error
            listener.bind((HOST, 0))
        yield listener


def _last_port(data: Path) -> int:
    """The port that served the folder last, 0 (any) if there was none."""
    try:
        return int(json.loads((data / SERVER_FILE).read_text(encoding="utf-8"))["port"])
    except (OSError, ValueError, KeyError):
        return 0


def log_to_stderr() -> None:
    """Sends the log to standard error, one line an event."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
