"""Keeps everybody out of the console but the browser of the one who started it.

A page from elsewhere can make a browser send requests to this machine. So a request needs a loopback name in its Host
header, which a foreign name that points here does not give it; an Origin, where it has one, that is the console's own;
and the key, which comes with the address once, and in a cookie from then on.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aiware_resources.settings.endpoints import is_loopback

KEY = "key"
"""The parameter of the address that holds the key."""
_POLICY = {
    "default-src": "'none'",
    # NiceGUI compiles its templates in the browser.
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
_HEADERS = {
    "content-security-policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
_READS = {"GET", "HEAD"}
_REFUSED = 1008
"""The code that a websocket is closed with: against the policy."""
_DAY = 24 * 60 * 60


class Guard:
    """Lets requests through to an application that prove where they come from.

    Args:
        app: The application.
        key: What proves it.
    """

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request: with the application, or with a refusal."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    answered[name] = value
                answered.setdefault("cache-control", "no-store")
            await send(message)

        problem = _foreign(scope, headers)
        if problem is None and scope["type"] == "http" and (given := _given_key(scope)) is not None:
            if secrets.compare_digest(given.encode(), self._key.encode()):
                await self._welcome(scope, headers)(scope, receive, protected)
                return
            problem = "This is not the key of this console: open the address that `aiware console` printed last."
        if problem is None and not self._knows(headers):
            problem = "Open the address that `aiware console` printed: it holds the key."
        if problem is None:
            await self._app(scope, receive, protected)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": _REFUSED})
        else:
            await PlainTextResponse(f"{problem}\n", HTTPStatus.FORBIDDEN)(scope, receive, protected)

    def _knows(self, headers: Headers) -> bool:
        """Whether the request has the cookie."""
        given = cookie_parser("; ".join(headers.getlist("cookie"))).get(_cookie_name(headers), "")
        return secrets.compare_digest(given.encode(), self._key.encode())

    def _welcome(self, scope: Scope, headers: Headers) -> RedirectResponse:
        """Sets the cookie, and leads to the same page without the key in its address."""
        left = [(name, value) for name, value in _query(scope) if name != KEY]
        # Two slashes at the beginning would lead to another host.
        path = f"/{scope['path'].lstrip('/')}"
        answer = RedirectResponse(f"{path}?{urlencode(left)}" if left else path, HTTPStatus.SEE_OTHER)
        answer.set_cookie(_cookie_name(headers), self._key, max_age=_DAY, httponly=True, samesite="lax")
        return answer


def _foreign(scope: Scope, headers: Headers) -> str | None:
    """Says why a request does not come from a page of this machine, if so."""
    host = headers.get("host", "")
    try:
        parts = urlsplit(f"//{host}")
        name, port = parts.hostname, parts.port
    except ValueError:
        name, port = None, None
    if not is_loopback(name) or (scope.get("server") and port != scope["server"][1]):
        return "The console answers under the names of this machine only: 127.0.0.1 and localhost."
    origin = headers.get("origin")
    if origin is None and (scope["type"] == "websocket" or scope["method"] not in _READS):
        return "A request that could change something has to say which page it comes from."
    if origin not in (None, f"http://{host}"):
        return "The console answers its own pages only."
    site = headers.get("sec-fetch-site", "none")
    if site not in ("none", "same-origin") and headers.get("sec-fetch-mode") != "navigate":
        return "The console answers its own pages only."
    return None


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _given_key(scope: Scope) -> str | None:
    return next((value for name, value in _query(scope) if name == KEY), None)


def _cookie_name(headers: Headers) -> str:
    """The name of the cookie: browsers share cookies between the ports of a host."""
    return f"aiware-console-{headers.get('host', '').rpartition(':')[2]}"
