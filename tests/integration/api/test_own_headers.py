"""Headers of one's own reach aiWARE's API, and nobody else."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api import LocalFile, close_connections, connect
from aiware_resources.api.cloud.login import AuthorizationCodeFlow
from aiware_resources.api.download import download
from aiware_resources.cli.diagnosis.server import endpoint
from aiware_resources.settings import Settings

NAME, VALUE = "X-Application-Id", "sekrit-7f3a"


@dataclass
class Seen:
    """A server that remembers who asked for what, and with which headers.

    Attributes:
        port: Where it listens.
        requests: Path and own header of each request.
        answers: What it says, by the beginning of a path: status, headers, body.
    """

    port: int = 0
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def server() -> Iterator[Seen]:
    seen = Seen()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.requests.append((self.path, self.headers.get(NAME)))
            found = next((said for path, said in seen.answers.items() if self.path.startswith(path)), None)
            status, headers, body = found or (200, {}, b"{}")
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *said: Any) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    seen.port = running.server_address[1]
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        yield seen
    finally:
        running.shutdown()
        thread.join()
        running.server_close()
        close_connections()


@pytest.fixture
def aiware() -> Iterator[Seen]:
    with server() as seen:
        yield seen


@pytest.fixture
def other() -> Iterator[Seen]:
    with server() as seen:
        yield seen


def settings(endpoint: str, **more: Any) -> Settings:
    given = {"endpoint": endpoint, "headers": {NAME: VALUE}, "max_retries": 0, **more}
    return Settings.model_validate(given if "username" in given else {"token": SecretStr("token-1"), **given})


def answering(data: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, json.dumps({"data": data}).encode()


def test_each_request_to_the_cloud_has_them(aiware: Seen, tmp_path: Path) -> None:
    aiware.answers["/v3/graphql"] = answering({"me": {"id": "u", "name": "u"}, "createAsset": {"id": "a"}})
    api = connect(settings(f"{aiware.url}/v3/graphql"))
    api.me()
    (tmp_path / "a.txt").write_text("hello")
    api.upload_asset({"containerId": "1", "assetType": "text", "name": "a"}, LocalFile.read(tmp_path / "a.txt"))
    assert aiware.requests == [("/v3/graphql", VALUE)] * 2


def test_logins_have_them(aiware: Seen) -> None:
    answer = {"userLogin": {"token": "t"}, "me": {"id": "u", "name": "u"}}
    aiware.answers = {"/v3/graphql": answering(answer), "/v1/admin": (200, {}, b'{"refresh_token": "r"}')}
    connect(settings(f"{aiware.url}/v3/graphql", username="u", password="p")).me()
    flow = AuthorizationCodeFlow(settings(f"{aiware.url}/v3/graphql"), "client", SecretStr("s"), "http://127.0.0.1:1/")
    assert flow.refresh_token({"code": "c"}).get_secret_value() == "r"
    assert [value for _, value in aiware.requests] == [VALUE] * 3


def test_each_request_to_edge_has_them(aiware: Seen) -> None:
    user = {"internalOrganizationID": "8d0f6f0a-7b3f-4f0e-9d0c-6c1d2a17532e", "userName": "u", "userID": "1"}
    logged_in = json.dumps({"success": True, "token": "t", "result": user}).encode()
    aiware.answers = {"/edge/v1/admin/users/login": (200, {}, logged_in), "/edge/v1/admin/engine": (200, {}, b"[]")}
    api = connect(settings(f"{aiware.url}/edge/v1", api="edge", username="u", password="p"))
    assert list(api.find_engines()) == []
    assert len(aiware.requests) > 1
    assert {value for _, value in aiware.requests} == {VALUE}


def test_the_doctor_asks_with_them(aiware: Seen) -> None:
    endpoint(f"{aiware.url}/v3/graphql", settings(f"{aiware.url}/v3/graphql").headers)
    assert aiware.requests == [("/v3/graphql", VALUE)]


def test_a_redirect_does_not_take_them_along(aiware: Seen, other: Seen) -> None:
    aiware.answers["/v3/graphql"] = (307, {"Location": f"{other.url}/v3/graphql"}, b"")
    with pytest.raises(errors.WrongUrl):
        connect(settings(f"{aiware.url}/v3/graphql")).me()
    assert other.requests == []


@pytest.mark.parametrize("with_token", [False, True])
def test_files_are_fetched_without_them(aiware: Seen, other: Seen, tmp_path: Path, with_token: bool) -> None:
    used = settings(f"{aiware.url}/v3/graphql")
    other.answers["/media"] = (302, {"Location": f"{aiware.url}/again"}, b"")
    download(used, f"{other.url}/media?signature=abc", tmp_path / "a", with_token=with_token)
    download(used, f"{aiware.url}/file", tmp_path / "b", with_token=with_token)
    assert aiware.requests == [("/again", None), ("/file", None)]
    assert other.requests == [("/media?signature=abc", None)]


def test_no_error_and_no_log_has_a_value(aiware: Seen, caplog: pytest.LogCaptureFixture) -> None:
    said = {"errors": [{"name": "not_allowed", "message": f"application {VALUE} may not"}], "data": {"me": None}}
    aiware.answers["/v3/graphql"] = (200, {}, json.dumps(said).encode())
    with caplog.at_level(logging.DEBUG), pytest.raises(errors.NotAllowed) as caught:
        connect(settings(f"{aiware.url}/v3/graphql")).engines(["e"])
    assert aiware.requests[0][1] == VALUE
    assert "application [secret] may not" in str(caught.value)
    assert VALUE not in caplog.text
