"""Files that a program keeps: fetched when missing or of another size, left alone otherwise."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from aiware_resources.downloads import File, existing, keep
from aiware_resources.errors import DownloadFailed
from aiware_resources.settings import Settings

SETTINGS = Settings(max_retries=0)
CONTENT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n"


class FileServer:
    """Serves one file, and remembers how it was asked for it.

    Attributes:
        content: The file.
        name: What it calls the file, if anything.
        tells_size: Whether it tells the size of the file beforehand.
        asked: The methods of the requests.
    """

    def __init__(self) -> None:
        self.content: bytes | None = CONTENT
        self.name: str | None = None
        self.tells_size = True
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.uri = f"http://127.0.0.1:{self._server.server_address[1]}/captions.vtt?signature=sekrit"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(server: FileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self.wfile.write(self._answer())

        def _answer(self) -> bytes:
            server.asked.append(self.command)
            content = server.content or b""
            self.send_response(200 if server.content is not None else 404)
            if server.tells_size or self.command == "GET":
                self.send_header("Content-Length", str(len(content)))
            if server.name is not None:
                self.send_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(server.name)}")
            self.end_headers()
            return content

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Tests need no access log."""

    return Handler


@pytest.fixture
def server() -> Iterator[FileServer]:
    running = FileServer()
    yield running
    running.close()


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "out" / "captions.vtt"


def test_a_missing_file_is_fetched(server: FileServer, destination: Path) -> None:
    kept = keep(SETTINGS, server.uri, destination)
    assert kept == File(destination, len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert destination.read_bytes() == CONTENT
    assert server.asked == ["GET"]
    assert existing(destination) == kept


def test_a_file_of_the_right_size_is_left_alone(server: FileServer, destination: Path) -> None:
    destination.parent.mkdir()
    edited = CONTENT.replace(b"hello", b"HELLO")
    destination.write_bytes(edited)
    assert keep(SETTINGS, server.uri, destination) == File(
        destination, len(CONTENT), hashlib.sha256(edited).hexdigest()
    )
    assert destination.read_bytes() == edited
    assert server.asked == ["HEAD"]


@pytest.mark.parametrize("tells_size", [True, False])
def test_a_file_of_another_size_is_fetched_again(server: FileServer, destination: Path, tells_size: bool) -> None:
    server.tells_size = tells_size
    destination.parent.mkdir()
    destination.write_bytes(CONTENT[:10] if tells_size else CONTENT)
    assert keep(SETTINGS, server.uri, destination).size == len(CONTENT)
    assert destination.read_bytes() == CONTENT
    assert server.asked == ["HEAD", "GET"]


def test_a_file_that_cannot_be_fetched_leaves_nothing_behind(server: FileServer, destination: Path) -> None:
    server.content = None
    with pytest.raises(DownloadFailed) as caught:
        keep(SETTINGS, server.uri, destination)
    assert "sekrit" not in str(caught.value)
    assert not destination.exists()


def test_a_file_that_is_there_survives_a_download_that_fails(server: FileServer, destination: Path) -> None:
    destination.parent.mkdir()
    destination.write_bytes(b"old")
    server.content = None
    with pytest.raises(DownloadFailed):
        keep(SETTINGS, server.uri, destination)
    assert destination.read_bytes() == b"old"
    assert [path.name for path in destination.parent.iterdir()] == ["captions.vtt"]


def test_a_name_may_be_as_long_as_the_file_system_takes(server: FileServer, destination: Path) -> None:
    longest = destination.with_name("x" * 251 + ".vtt")
    assert keep(SETTINGS, server.uri, longest).size == len(CONTENT)
    assert [path.name for path in destination.parent.iterdir()] == [longest.name]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert existing(tmp_path) is None
    assert existing(tmp_path / "missing") is None
