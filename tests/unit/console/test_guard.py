"""Who gets into the console, and who does not."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from aiware_resources.console.guard import Guard

HOST = "127.0.0.1:8800"
COOKIE = {"cookie": "aiware-console-8800=sesame"}


def page(_: Request) -> PlainTextResponse:
    return PlainTextResponse("inside")


INSIDE = Starlette(routes=[Route("/{path:path}", page, methods=["GET", "POST"])])


async def ask(path: str = "/", method: str = "GET", **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(Guard(INSIDE, "sesame"))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    host = named.pop("host", HOST)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        return await client.request(method, path, headers=named)


async def connect(**headers: str) -> list[dict[str, Any]]:
    """What a websocket is told."""
    told: list[dict[str, Any]] = []

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        told.append(message)

    named = [(b"host", HOST.encode()), *((name.encode(), value.encode()) for name, value in headers.items())]
    scope = {"type": "websocket", "path": "/", "query_string": b"", "headers": named, "server": ("127.0.0.1", 8800)}
    await Guard(inside, "sesame")(scope, receive, send)
    return told


async def test_without_the_key_nobody_gets_anything() -> None:
    answer = await ask("/local/jobs")
    assert answer.status_code == 403
    assert "inside" not in answer.text


async def test_the_address_with_the_key_gives_a_cookie_that_scripts_do_not_see() -> None:
    answer = await ask("/?key=sesame")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["set-cookie"].startswith("aiware-console-8800=sesame; HttpOnly;")
    assert "SameSite=lax" in answer.headers["set-cookie"]


async def test_the_cookie_lets_in() -> None:
    assert (await ask(**COOKIE)).text == "inside"


@pytest.mark.parametrize("cookie", ["aiware-console-8801=sesame", "aiware-console-8800=other", "key=sesame", "="])
async def test_another_cookie_does_not(cookie: str) -> None:
    assert (await ask(cookie=cookie)).status_code == 403


async def test_a_wrong_key_does_not_get_in_with_the_cookie_either() -> None:
    answer = await ask("/?key=guess", **COOKIE)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


async def test_the_rest_of_the_address_stays() -> None:
    answer = await ask("/local/jobs?status=failed&key=sesame")
    assert answer.headers["location"] == "/local/jobs?status=failed"


async def test_the_key_leads_to_no_other_host() -> None:
    answer = await ask("http://127.0.0.1:8800//evil.test/?key=sesame")
    assert answer.headers["location"] == "/evil.test/"


@pytest.mark.parametrize("host", ["evil.test:8800", "192.168.0.7:8800", "127.0.0.1.evil.test:8800", "[::2]:8800"])
async def test_foreign_names_get_nothing_whatever_they_know(host: str) -> None:
    assert (await ask("/", host=host, **COOKIE)).status_code == 403
    assert (await ask("/?key=sesame", host=host)).status_code == 403


@pytest.mark.parametrize("host", ["localhost:8800", "[::1]:8800", "127.0.0.1:8800"])
async def test_the_names_of_this_machine_are_answered(host: str) -> None:
    assert (await ask("/?key=sesame", host=host)).status_code == 303


@pytest.mark.parametrize("origin", ["http://evil.test", "http://127.0.0.1:9000", "https://127.0.0.1:8800", "null"])
async def test_foreign_origins_are_refused(origin: str) -> None:
    assert (await ask(origin=origin, **COOKIE)).status_code == 403
    assert (await ask(method="POST", origin=origin, **COOKIE)).status_code == 403
    assert await connect(origin=origin, **COOKIE) == [{"type": "websocket.close", "code": 1008}]


async def test_what_changes_something_has_to_name_its_origin() -> None:
    assert (await ask(method="POST", **COOKIE)).status_code == 403
    assert await connect(**COOKIE) == [{"type": "websocket.close", "code": 1008}]


async def test_its_own_pages_are_answered() -> None:
    own = f"http://{HOST}"
    assert (await ask(method="POST", origin=own, **COOKIE)).text == "inside"
    assert await connect(origin=own, **COOKIE) == [{"type": "websocket.accept"}]


async def test_a_websocket_needs_the_cookie() -> None:
    assert await connect(origin=f"http://{HOST}") == [{"type": "websocket.close", "code": 1008}]


async def test_pages_from_elsewhere_do_not_embed_parts() -> None:
    assert (await ask(sec_fetch_site="cross-site", sec_fetch_mode="no-cors", **COOKIE)).status_code == 403
    assert (await ask(sec_fetch_site="cross-site", sec_fetch_mode="navigate", **COOKIE)).text == "inside"


@pytest.mark.parametrize("path", ["/", "/?key=sesame", "/?key=guess"])
@pytest.mark.parametrize("headers", [COOKIE, {}])
async def test_every_answer_allows_nothing_from_elsewhere(path: str, headers: dict[str, str]) -> None:
    answer = await ask(path, **headers)
    policy = dict(each.split(" ", 1) for each in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    sources = {source for each in policy.values() for source in each.split()}
    assert sources == {"'none'", "'self'", "'unsafe-inline'", "'unsafe-eval'", "data:"}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
