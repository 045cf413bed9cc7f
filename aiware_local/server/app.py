"""The web application: the API, its downloads, and the control calls."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from aiware_local.installation.installation import Installation
from aiware_local.launcher import EDGE_PATH
from aiware_local.server.control import Control, Handler, for_owner
from aiware_local.server.downloads import Downloads
from aiware_local.server.edge.api import EdgeApi
from aiware_local.server.graphql import GraphQLApi
from aiware_local.server.guard import LoopbackOnly
from aiware_local.server.oauth import OAuth
from aiware_local.server.worker import PATIENCE_SECONDS, Worker
from aiware_local.storage.ids import new_uuid

log = logging.getLogger(__name__)


def create_app(
    installation: Installation, instance: str | None = None, patience: float = PATIENCE_SECONDS
) -> Starlette:
    """The ASGI application of an installation; it closes the installation when it shuts down.

    Args:
        installation: what it serves.
        instance: tells this process from others in the health answer.
        patience: how long a request waits for engine work that is under way, in seconds.
    """
    worker = Worker(installation, patience)
    graphql = GraphQLApi(installation, worker)
    oauth = OAuth(installation)
    downloads = Downloads(installation, worker)
    control = Control(installation, worker, instance or new_uuid())

    def owned(handler: Handler) -> Handler:
        return for_owner(handler, installation.control_key)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await worker.stop()
        installation.close()
        log.info("the local aiWARE stops serving %s", installation.data)

    return Starlette(
        routes=[
            Route("/v3/graphql", graphql.handle, methods=["POST"]),
            Route(f"{EDGE_PATH}/{{path:path}}", EdgeApi(installation, worker)),
            Route("/v1/admin/oauth/authorize", oauth.authorize),
            Route("/v1/admin/oauth/token", oauth.token, methods=["POST"]),
            Route("/assets/{id}", downloads.asset),
            Route("/exports/{id}", downloads.export),
            Route("/logs/{id}", downloads.log),
            Route("/_local/health", control.health),
            Route("/_local/reset", owned(control.reset), methods=["POST"]),
            Route("/_local/objects", owned(control.objects)),
            Route("/_local/requests", owned(control.requests)),
            Route("/_local/behaviour", owned(control.behaviour), methods=["GET", "PUT"]),
            Route("/_local/faults", owned(control.faults), methods=["GET", "POST", "DELETE"]),
            Route("/_local/tokens/expire", owned(control.expire_tokens), methods=["POST"]),
        ],
        middleware=[Middleware(LoopbackOnly)],
        lifespan=lifespan,
    )
