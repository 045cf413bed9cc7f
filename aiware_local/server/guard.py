"""Whom the local aiWARE answers: programs on this machine, and never a web page of somebody else.

A browser lets any page send requests to this machine. What gives them away: a browser says where a request comes from
(`Origin`, `Sec-Fetch-Site`), and a page that reached this machine by a name of its own (DNS rebinding) has that name
in `Host`. The control calls also want a key, because other users of this machine can send requests too.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from aiware_local.installation.media import is_loopback

OWN_SITES = ("same-origin", "none")
"""What a browser says of a request that one of our own pages made, or the user."""


class LoopbackOnly:
    """Refuses what does not come from a program or user on this machine, whatever it asks for.

    Args:
        app: answers all other requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers HTTP 403."""
        problem = _problem(scope) if scope["type"] == "http" else None
        answer = self._app if problem is None else JSONResponse({"error": problem}, 403)
        await answer(scope, receive, send)


def _problem(scope: Scope) -> str | None:
    headers = Headers(scope=scope)
    client = scope.get("client")
    if client is None or not is_loopback(client[0]):
        return "The local aiWARE answers this machine only."
    host = headers.get("host", "")
    if not _is_local_name(host):
        return (
            "The local aiWARE answers requests to this machine only: address it as localhost or 127.0.0.1. "
            "The name in the Host header is another one."
        )
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"http://{host}".lower():
        return f"The local aiWARE does not answer web pages of others, and this request comes from one ({origin})."
    if headers.get("sec-fetch-site", "none").lower() not in OWN_SITES:
        return "The local aiWARE does not answer web pages of others, and this request comes from one."
    return None


def _is_local_name(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is not None and (name.endswith(".localhost") or is_loopback(name))
