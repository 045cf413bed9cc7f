"""Files that a program keeps: fetched unless they are those of the request, as they were downloaded."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from aiware_resources.errors import DownloadFailed
from aiware_resources.files.downloads import File, existing, keep, kept
from aiware_resources.files.manifest import LOCK, MANIFEST
from aiware_resources.settings import Settings

SETTINGS = Settings(max_retries=0)
ROOT = Path(__file__).resolve().parents[3]
_OTHER_PROCESS = """
import sys
from pathlib import Path
from aiware_resources.files.downloads import keep
from aiware_resources.settings import Settings

for number in range(24):
    keep(Settings(max_retries=0), sys.argv[1], Path(sys.argv[2], f"there-{number}.vtt"), f"there-{number}")
"""
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
    file = keep(SETTINGS, server.uri, destination, "e")
    assert file == File(destination, len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert destination.read_bytes() == CONTENT
    assert server.asked == ["GET"]
    assert existing(destination) == file


def test_the_file_of_the_request_is_left_alone(server: FileServer, destination: Path) -> None:
    file = keep(SETTINGS, server.uri, destination, "e")
    server.asked.clear()
    assert keep(SETTINGS, server.uri, destination, "e") == file
    assert server.asked == []


def test_a_new_request_of_the_same_size_is_fetched(server: FileServer, destination: Path) -> None:
    keep(SETTINGS, server.uri, destination, "e")
    server.content = CONTENT.replace(b"hello", b"HELLO")
    file = keep(SETTINGS, server.uri, destination, "f")
    assert file.sha256 == hashlib.sha256(server.content).hexdigest()
    assert destination.read_bytes() == server.content
    assert keep(SETTINGS, server.uri, destination, "f") == file


@pytest.mark.parametrize("harm", ["edited", "gone", "a folder", "no manifest", "broken", "a list", "no entry", "odd"])
def test_a_file_that_is_not_as_it_was_downloaded_is_fetched_again(
    server: FileServer, destination: Path, harm: str
) -> None:
    keep(SETTINGS, server.uri, destination, "e")
    manifest = destination.parent / MANIFEST
    if harm == "edited":
        destination.write_bytes(CONTENT.replace(b"hello", b"HELLO"))
    elif harm == "gone":
        destination.unlink()
    elif harm == "a folder":
        manifest.unlink()
        manifest.mkdir()
    elif harm == "no manifest":
        manifest.unlink()
    else:
        texts = {"broken": "{", "a list": "[]", "no entry": "{}", "odd": '{"files": {"captions.vtt": 5}}'}
        manifest.write_text(texts[harm])
    assert kept(destination, "e") is None
    if harm == "a folder":
        with pytest.raises(DownloadFailed, match="could not be written"):
            keep(SETTINGS, server.uri, destination, "e")
        return
    keep(SETTINGS, server.uri, destination, "e")
    assert destination.read_bytes() == CONTENT
    assert server.asked == ["GET", "GET"]


def test_many_resources_and_processes_share_a_folder(server: FileServer, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _OTHER_PROCESS, server.uri, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT) as other, ThreadPoolExecutor(8) as pool:
        files = list(pool.map(lambda n: keep(SETTINGS, server.uri, tmp_path / f"{n}.vtt", f"here-{n}"), range(24)))
        assert other.wait(timeout=120) == 0
    assert [kept(file.path, f"here-{number}") for number, file in enumerate(files)] == files
    assert all(kept(tmp_path / f"there-{number}.vtt", f"there-{number}") for number in range(24))
    names = {path.name for path in tmp_path.iterdir() if path.suffix != ".vtt"}
    assert names - {LOCK} == {MANIFEST}


def test_a_file_that_cannot_be_fetched_leaves_nothing_behind(server: FileServer, destination: Path) -> None:
    server.content = None
    with pytest.raises(DownloadFailed) as caught:
        keep(SETTINGS, server.uri, destination, "e")
    assert "sekrit" not in str(caught.value)
    assert not destination.exists()


def test_a_file_that_is_there_survives_a_download_that_fails(server: FileServer, destination: Path) -> None:
    destination.parent.mkdir()
    destination.write_bytes(b"old")
    server.content = None
    with pytest.raises(DownloadFailed):
        keep(SETTINGS, server.uri, destination, "e")
    assert destination.read_bytes() == b"old"
    assert [path.name for path in destination.parent.iterdir()] == ["captions.vtt"]


def test_a_name_may_be_as_long_as_the_file_system_takes(server: FileServer, destination: Path) -> None:
    longest = destination.with_name("x" * 251 + ".vtt")
    assert keep(SETTINGS, server.uri, longest, "e").size == len(CONTENT)
    assert longest.read_bytes() == CONTENT
    assert not [path.name for path in destination.parent.iterdir() if path.name.endswith(".part")]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert existing(tmp_path) is None
    assert existing(tmp_path / "missing") is None
