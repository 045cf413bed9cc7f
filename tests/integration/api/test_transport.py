"""The transport against a real server on this machine: what a network really does."""

from __future__ import annotations

import logging
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from typing import ClassVar

import httpx
import pytest
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api.client import Patience
from aiware_resources.api.cloud import CloudApi
from aiware_resources.api.transport import new_client
from aiware_resources.settings import Connection, Credentials, Settings
from tests.integration.api import raw_server

FOUND = b'{"data": {"object0": {"id": "42"}, "deleteTDO": {"id": "42"}}}'
TOKEN = "token-of-this-test"


class Handler(BaseHTTPRequestHandler):
    """Reads a request, and lets the step of the test answer it."""

    protocol_version = "HTTP/1.1"
    step: ClassVar[Callable[[Handler], None]]
    seen: ClassVar[list[dict[str, str]]]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append({name.lower(): value for name, value in self.headers.items()})
        type(self).step(self)

    def answer(self, body: bytes = FOUND, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def cut(self, after: bytes = b"") -> None:
        self.wfile.write(after)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Keeps the test's output quiet."""


@contextmanager
def serving(step: Callable[[Handler], None], tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, type[Handler]]]:
    handler = type("OneTest", (Handler,), {"step": staticmethod(step), "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v3/graphql", handler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def connected(url: str, *, max_retries: int = 2, timeout: float = 5) -> Iterator[CloudApi]:
    settings = Settings(endpoint=url, request_timeout=timeout, max_retries=max_retries)
    patience = Patience(max_retries=max_retries, sleep=lambda seconds: None, clock=lambda: 0.0)
    api = CloudApi(settings, Connection(url, Credentials(token=SecretStr(TOKEN))), patience=patience)
    try:
        yield api
    finally:
        api.close()


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_request_is_json_with_a_bearer_token() -> None:
    with serving(Handler.answer) as (url, handler), connected(url) as api:
        assert "42" in api.tdos(["42"])
    (headers,) = handler.seen
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("aiware-pipelines/")


def test_the_version_is_told_where_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    for version, expected in ((lambda name: "7.8.9", "aiware-pipelines/7.8.9 "), (unknown, "aiware-pipelines/source ")):
        monkeypatch.setattr(metadata, "version", version)
        with new_client(1, url="http://127.0.0.1/") as client:
            assert client.headers["user-agent"].startswith(expected)


def test_connections_are_kept_and_cookies_are_not() -> None:
    ports: set[int] = set()

    def step(handler: Handler) -> None:
        ports.add(handler.client_address[1])
        handler.answer(Set_Cookie="session=1; Path=/")

    with serving(step) as (url, handler), connected(url) as api:
        api.tdos(["42"])
        api.tdos(["42"])
    assert len(ports) == 1
    assert all("cookie" not in headers for headers in handler.seen)


def test_a_refused_connection_names_host_and_port() -> None:
    port = unused_port()
    with connected(f"http://127.0.0.1:{port}/v3/graphql") as api, pytest.raises(errors.NotSent) as caught:
        api.delete_tdo("42")
    assert f"aiWARE at 127.0.0.1:{port} cannot be reached" in str(caught.value)


def test_a_server_without_tls_is_told_from_one_that_is_down() -> None:
    with (
        serving(Handler.answer) as (url, _),
        connected(url.replace("http:", "https:")) as api,
        pytest.raises(errors.NotSent, match="SSL_CERT_FILE"),
    ):
        api.tdos(["42"])


@pytest.mark.parametrize("after", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"])
def test_a_cut_connection(after: bytes) -> None:
    with serving(lambda handler: handler.cut(after)) as (url, handler), connected(url) as api:
        with pytest.raises(errors.AnswerLost):
            api.delete_tdo("42")
        assert len(handler.seen) == 1
        with pytest.raises(errors.ServerFailure, match="after 3 attempts"):
            api.tdos(["42"])
        assert len(handler.seen) == 4


def test_a_server_that_does_not_answer_in_time() -> None:
    over = threading.Event()

    def step(handler: Handler) -> None:
        over.wait(10)
        handler.close_connection = True

    with serving(step) as (url, _), connected(url, timeout=0.2) as api:
        try:
            with pytest.raises(errors.AnswerLost, match="no whole answer within the time allowed"):
                api.delete_tdo("42")
        finally:
            over.set()


def test_a_rate_limit_is_waited_for() -> None:
    steps: list[Callable[[Handler], None]] = [lambda one: one.answer(b"", 429, Retry_After="1"), Handler.answer]
    slept: list[float] = []
    with serving(lambda handler: steps.pop(0)(handler)) as (url, _):
        patience = Patience(sleep=slept.append, clock=lambda: sum(slept))
        settings = Settings(endpoint=url)
        api = CloudApi(settings, Connection(url, Credentials(token=SecretStr(TOKEN))), patience=patience)
        api.delete_tdo("42")
        api.close()
    assert len(slept) == 1
    assert 1 <= slept[0] <= 2


def test_a_redirect_is_not_followed_with_the_token() -> None:
    with serving(lambda handler: handler.answer(b"", 307, Location="http://127.0.0.1:9/elsewhere")) as (url, handler):
        with connected(url) as api, pytest.raises(errors.WrongUrl):
            api.delete_tdo("42")
        assert len(handler.seen) == 1


def test_no_log_holds_a_token(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        serving(lambda handler: handler.answer(b"", 502)) as (url, _),
        connected(url) as api,
        pytest.raises(errors.ServerFailure) as caught,
    ):
        api.tdos(["42"])
    assert "Reading temporalDataObject 42: failing; again in" in caplog.text
    assert "HTTP Request: POST" in caplog.text
    assert TOKEN not in caplog.text + str(caught.value) + repr(caught.value) + repr(vars(caught.value))


def test_a_proxy_of_the_environment_is_not_used_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(Handler.answer) as (url, _), connected(url) as api:
        assert "42" in api.tdos(["42"])
    with new_client(1, url="https://aiware.example/") as client:
        assert isinstance(client, httpx.Client)
        assert client.trust_env


class TestTheEnvironment:
    """Proxies and certificates that the environment names."""

    @pytest.fixture(autouse=True)
    def _no_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)

    @pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
    def test_these_proxies_are_used(self, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://127.0.0.1:{unused_port()}")
        url = "http://aiware.example/v3/graphql"
        with connected(url, max_retries=0) as api, pytest.raises(errors.NotSent, match="cannot be reached"):
            api.delete_tdo("42")

    @pytest.mark.parametrize(
        "proxy",
        ["socks4://user:sekrit@p:1", "ftp://user:sekrit@p:1", "http://[::1"],
    )
    def test_another_proxy_is_an_error_of_the_configuration(self, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(errors.ConfigurationError, match="Correct HTTPS_PROXY") as caught:
            new_client(1, url="https://aiware.example/")
        assert "sekrit" not in str(caught.value)
        assert caught.value.__cause__ is None
        new_client(1, url="https://127.0.0.1/").close()

    def test_a_socks_proxy_that_drips_ends_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def step(connection: raw_server.Connection) -> None:
            connection.socket.recv(100)
            connection.drip(b"\x05", 60)

        with raw_server.saying(step, reads=False) as server:
            monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{server.port}")
            url = "http://aiware.example/v3/graphql"
            with connected(url, timeout=0.5, max_retries=0) as api, pytest.raises(errors.ApiError):
                api.tdos(["42"])

    def test_what_is_not_a_socks_proxy_has_sent_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with raw_server.saying(lambda connection: connection.say(b"HTTP/1.1 200 OK\r\n\r\n"), reads=False) as server:
            monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{server.port}")
            url = "http://aiware.example/v3/graphql"
            with connected(url, max_retries=0) as api, pytest.raises(errors.NotSent, match="proxy"):
                api.delete_tdo("42")

    @pytest.mark.parametrize("kind", ["ALL_PROXY", "endpoint"])
    def test_a_port_that_cannot_be_is_not_reached(self, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        url = "http://aiware.example/v3/graphql"
        if kind == "endpoint":
            url = "http://127.0.0.1:99999999/v3/graphql"
        else:
            monkeypatch.setenv(kind, "http://127.0.0.1:99999999")
        with connected(url, max_retries=0) as api, pytest.raises(errors.NotSent, match="cannot be reached"):
            api.delete_tdo("42")

    @pytest.mark.parametrize("name", ["127.0.0.1", "aiware.example"])
    def test_certificates_of_the_environment_are_taken_for_every_host(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
    ) -> None:
        (tmp_path / "ca.pem").write_text("no certificate")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        with pytest.raises(errors.ConfigurationError, match=r"SSL_CERT_FILE .*ca\.pem.* cannot be read: .* PEM"):
            new_client(1, url=f"https://{name}/")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
        with pytest.raises(errors.ConfigurationError, match="cannot be read"):
            new_client(1, url=f"https://{name}/")

    def test_a_server_of_this_machine_is_trusted_by_the_certificate_of_the_environment(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        certificate = tmp_path / "server.pem"
        key = tmp_path / "server.key"
        subprocess.run(
            f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {certificate} -subj /CN=localhost "
            "-addext subjectAltName=IP:127.0.0.1".split(),
            capture_output=True,
            check=True,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with serving(Handler.answer, context) as (url, _):
            with connected(url.replace("http:", "https:")) as api, pytest.raises(errors.NotSent, match="SSL_CERT_FILE"):
                api.tdos(["42"])
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            with connected(url.replace("http:", "https:")) as api:
                assert "42" in api.tdos(["42"])
