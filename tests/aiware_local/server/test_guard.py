"""Whom the local aiWARE answers: never a web page of somebody else, and control calls with its key alone."""

from __future__ import annotations

import stat

import httpx
import pytest

from aiware_local.installation.installation import Installation
from aiware_local.launcher import CONTROL_FILE, CONTROL_HEADER
from aiware_local.server.app import create_app
from tests.aiware_local.support import Local

PATHS = (
    ("POST", "/_local/reset"),
    ("GET", "/_local/health"),
    ("GET", "/_local/objects"),
    ("POST", "/v3/graphql"),
    ("GET", "/edge/v1/proc/jobs"),
    ("POST", "/edge/v1/proc/job/create"),
    ("GET", "/v1/admin/oauth/authorize"),
    ("POST", "/v1/admin/oauth/token"),
    ("GET", "/assets/x"),
    ("GET", "/nowhere"),
)
CONTROL = (
    ("POST", "/_local/reset"),
    ("GET", "/_local/objects"),
    ("GET", "/_local/requests"),
    ("GET", "/_local/behaviour"),
    ("PUT", "/_local/behaviour"),
    ("GET", "/_local/faults"),
    ("POST", "/_local/faults"),
    ("DELETE", "/_local/faults"),
    ("POST", "/_local/tokens/expire"),
)


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9001"},
        {"Origin": "http://localhost:9000"},
        {"Origin": "https://127.0.0.1:9000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example:9000"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": "10.0.0.5:9000"},
        {"Host": "[::1"},
        {"Host": ""},
    ],
)
async def test_no_page_of_somebody_else(local: Local, method: str, path: str, headers: dict[str, str]) -> None:
    await local.new_tdo()
    response = await local.http.request(method, path, headers={"Authorization": f"Bearer {local.token}", **headers})
    assert response.status_code == 403
    assert response.json()["error"].startswith("The local aiWARE ")
    assert len((await local.http.get("/_local/objects")).json()["tdos"]) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://127.0.0.1:9000"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:9000"},
        {"Sec-Fetch-Site": "none"},
        {"Host": "localhost:9000"},
        {"Host": "LOCALHOST:9000"},
        {"Host": "aiware.localhost:9000"},
        {"Host": "[::1]:9000"},
        {"Host": "127.0.0.2"},
    ],
)
async def test_programs_and_users_of_this_machine(local: Local, headers: dict[str, str]) -> None:
    assert (await local.http.get("/_local/health", headers=headers)).json() == {"status": "ok"}
    assert (await local.http.get("/_local/objects", headers=headers)).status_code == 200


@pytest.mark.parametrize("client", ["10.0.0.5", "testclient"])
async def test_no_other_machine(local: Local, client: str) -> None:
    transport = httpx.ASGITransport(create_app(local.installation), client=(client, 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        assert (await http.get("/_local/health")).status_code == 403


@pytest.mark.parametrize(("method", "path"), CONTROL)
@pytest.mark.parametrize("key", ["", "wrong", "schlüssel"])
async def test_control_calls_need_the_key(local: Local, method: str, path: str, key: str) -> None:
    await local.new_tdo()
    headers = {CONTROL_HEADER.encode(): key.encode()}
    response = await local.http.request(method, path, headers=headers, json={"jobSeconds": 9})
    assert response.status_code == 401
    assert CONTROL_FILE in response.json()["error"]
    assert len((await local.http.get("/_local/objects")).json()["tdos"]) == 1
    assert (await local.http.get("/_local/behaviour")).json()["jobSeconds"] == 2


async def test_the_key_is_the_owners_and_stays(local: Local) -> None:
    path = local.installation.data / CONTROL_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    name, _, key = path.read_text().strip().partition(": ")
    assert (name, len(key) > 30) == (CONTROL_HEADER, True)
    Installation(local.installation.data, local.media_root).close()
    assert path.read_text().strip() == f"{name}: {key}"
