"""Downloads against real servers on this machine: whole or not at all, and no token or signature astray."""

from __future__ import annotations

import hashlib
import logging
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api import close_connections
from aiware_resources.api.client import Patience
from aiware_resources.api.download import download
from aiware_resources.settings import Settings

CONTENT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n" * 20_000
SIGNED = "/captions.vtt?expires=1&signature=sekrit-signature"
PATIENCE = Patience(max_retries=2, sleep=lambda seconds: None, clock=lambda: 0.0)


class FileServer:
    """Serves CONTENT, with the faults that a test asks for.

    Attributes:
        faults: What to do with the next requests, one each: an HTTP code, `cut`, or a Location to redirect to.
        length: Whether the size of the file is told.
        seen: Method, path and Authorization header of each request.
    """

    def __init__(self) -> None:
        self.faults: list[int | str] = []
        self.length = True
        self.seen: list[tuple[str, str, str | None]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def authorizations(self) -> list[str | None]:
        return [authorization for _, _, authorization in self.seen]


def _handler(server: FileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve(CONTENT, len(CONTENT))

        def _serve(self, body: bytes, length: int) -> None:
            server.seen.append((self.command, self.path, self.headers.get("Authorization")))
            fault = server.faults.pop(0) if server.faults else None
            if isinstance(fault, int):
                self._head(fault, 0)
            elif fault == "cut":
                self._head(200, length)
                self.wfile.write(body[:1000])
                self.connection.shutdown(socket.SHUT_RDWR)
            elif fault is not None:
                self._head(302, 0, Location=fault)
            else:
                self._head(200, length if server.length else None)
                self._body(body)

        def _body(self, body: bytes) -> None:
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                # A client that only wants the size goes away early.
                self.close_connection = True

        def _head(self, status: int, length: int | None, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            if length is not None:
                self.send_header("Content-Length", str(length))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keeps the test's output quiet."""

    return Handler


@pytest.fixture
def server() -> Iterator[FileServer]:
    running = FileServer()
    yield running
    running.close()


@pytest.fixture
def other_server() -> Iterator[FileServer]:
    running = FileServer()
    yield running
    running.close()


@pytest.fixture
def settings(server: FileServer) -> Iterator[Settings]:
    yield Settings(endpoint=f"{server.url}/v3/graphql", token=SecretStr("token-1"), request_timeout=5, max_retries=2)
    close_connections()


def test_a_file_arrives_whole_with_its_size_and_digest(server: FileServer, settings: Settings, tmp_path: Path) -> None:
    destination = tmp_path / "out" / "local" / "captions.vtt"
    downloaded = download(settings, server.url + SIGNED, destination)
    assert destination.read_bytes() == CONTENT
    assert (downloaded.path, downloaded.size) == (destination, len(CONTENT))
    assert downloaded.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert list(destination.parent.iterdir()) == [destination]


def test_a_file_is_readable_as_any_other(server: FileServer, settings: Settings, tmp_path: Path) -> None:
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    download(settings, server.url + SIGNED, tmp_path / "captions.vtt")
    assert (tmp_path / "captions.vtt").stat().st_mode == ordinary.stat().st_mode


@pytest.mark.parametrize("faults", [[502], ["cut"], [503, "cut"], [429]])
def test_passing_faults_are_overcome(
    server: FileServer, settings: Settings, tmp_path: Path, faults: list[int | str]
) -> None:
    server.faults = faults
    assert download(settings, server.url + SIGNED, tmp_path / "a", patience=PATIENCE).size == len(CONTENT)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("fault", [502, "cut", 403, 404])
def test_a_failed_download_leaves_the_old_file_alone(
    server: FileServer, settings: Settings, tmp_path: Path, fault: int | str
) -> None:
    server.faults = [fault] * 3
    destination = tmp_path / "captions.vtt"
    destination.write_text("old")
    with pytest.raises(errors.DownloadFailed) as caught:
        download(settings, server.url + SIGNED, destination, patience=PATIENCE)
    assert destination.read_text() == "old"
    assert list(tmp_path.iterdir()) == [destination]
    assert caught.value.status == (fault if isinstance(fault, int) else None)
    assert f"{server.url}/captions.vtt could not be downloaded" in str(caught.value)
    assert "sekrit" not in str(caught.value) + repr(caught.value.__cause__)


@pytest.mark.parametrize(
    ("status", "remedy"), [(403, "may have expired"), (404, "may have been deleted"), (500, "Check the network")]
)
def test_each_failure_says_what_to_do(
    server: FileServer, settings: Settings, tmp_path: Path, status: int, remedy: str
) -> None:
    server.faults = [status] * 3
    with pytest.raises(errors.DownloadFailed, match=remedy):
        download(settings, server.url + SIGNED, tmp_path / "a", patience=PATIENCE)


def test_a_folder_that_cannot_be_written_to_is_named(server: FileServer, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.DownloadFailed, match="a could not be written: "):
        download(settings, server.url + SIGNED, tmp_path / "file" / "a")


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "s3://bucket/a?sekrit", "captions.vtt", "https://[::1/a?sekrit"])
def test_only_http_is_downloaded(settings: Settings, tmp_path: Path, uri: str) -> None:
    with pytest.raises(errors.DownloadFailed, match=r"not an http\(s\) address") as caught:
        download(settings, uri, tmp_path / "a")
    assert "sekrit" not in str(caught.value)


@pytest.mark.parametrize("tells", [True, False])
def test_a_file_that_is_too_large_is_refused(
    server: FileServer, settings: Settings, tmp_path: Path, tells: bool
) -> None:
    server.length = tells
    limited = settings.model_copy(update={"max_download_size": len(CONTENT) - 1})
    with pytest.raises(errors.DownloadFailed, match=r"a was not written: .* aiware:maxDownloadSize"):
        download(limited, server.url + SIGNED, tmp_path / "a")
    assert list(tmp_path.iterdir()) == []
    assert len(server.seen) == 1
    exact = settings.model_copy(update={"max_download_size": len(CONTENT)})
    assert download(exact, server.url + SIGNED, tmp_path / "a").size == len(CONTENT)


def test_a_file_that_does_not_fit_is_refused_before_it_is_written(
    server: FileServer, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=100))
    with pytest.raises(errors.DownloadFailed, match=f"it has {len(CONTENT)} bytes, and 100 are free. Make room"):
        download(settings, server.url + SIGNED, tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


class TestTokens:
    """Who gets the token: aiWARE's own host, when asked for, and nobody else."""

    def test_a_signed_link_takes_no_token_along(self, server: FileServer, settings: Settings, tmp_path: Path) -> None:
        download(settings, server.url + SIGNED, tmp_path / "a")
        assert server.authorizations == [None]

    def test_an_unsigned_link_takes_it_when_asked(self, server: FileServer, settings: Settings, tmp_path: Path) -> None:
        download(settings, f"{server.url}/assets/1", tmp_path / "a", with_token=True)
        assert server.authorizations == ["Bearer token-1"]

    def test_another_host_never_gets_it(
        self, server: FileServer, other_server: FileServer, settings: Settings, tmp_path: Path
    ) -> None:
        download(settings, f"{other_server.url}/assets/1", tmp_path / "a", with_token=True)
        assert other_server.authorizations == [None]

    def test_it_does_not_follow_a_redirect(
        self, server: FileServer, other_server: FileServer, settings: Settings, tmp_path: Path
    ) -> None:
        server.faults = [f"{other_server.url}{SIGNED}"]
        download(settings, f"{server.url}/assets/1", tmp_path / "a", with_token=True)
        assert server.authorizations == ["Bearer token-1"]
        assert other_server.authorizations == [None]
        assert (tmp_path / "a").read_bytes() == CONTENT

    def test_nothing_secret_is_logged(
        self, server: FileServer, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.faults = [f"{server.url}{SIGNED}", 502]
        with caplog.at_level(logging.DEBUG):
            download(settings, f"{server.url}/assets/1?sekrit", tmp_path / "a", with_token=True, patience=PATIENCE)
        assert "GET" in caplog.text
        assert "sekrit" not in caplog.text
        assert "token-1" not in caplog.text


def test_endless_redirects_end(server: FileServer, settings: Settings, tmp_path: Path) -> None:
    server.faults = [f"{server.url}{SIGNED}"] * 30
    with pytest.raises(errors.DownloadFailed, match="too many redirects"):
        download(settings, server.url + SIGNED, tmp_path / "a", patience=PATIENCE)
    assert len(server.seen) == 6
