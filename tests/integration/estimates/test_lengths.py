"""Measuring media, with a program in place of ffprobe that says what it was asked and what it could read."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aiware_resources.estimates import relay
from aiware_resources.estimates.lengths import measured

FFPROBE = """#!{python}
import json, os, sys, urllib.request
with open(os.environ["ASKED"], "a") as asked:
    asked.write(" ".join(sys.argv[1:]) + "\\n")
address = sys.argv[-1]
if address.startswith("file:"):
    content = open(address.removeprefix("file:"), "rb").read()
else:
    request = urllib.request.Request(address, headers={{"Range": "bytes=0-3"}})
    content = urllib.request.urlopen(request).read()
assert content
kind, _, seconds = content.decode().partition(" ")
print(json.dumps({{"streams": [{{"codec_type": kind}}], "format": {{"duration": seconds}}}}))
"""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts an `ffprobe` on PATH; returns the file that notes what it was asked."""
    program = tmp_path / "bin" / "ffprobe"
    program.parent.mkdir()
    program.write_text(FFPROBE.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    return tmp_path / "asked"


@pytest.fixture
def host() -> Iterator[tuple[str, list[str]]]:
    """Serves a recording; gives its address, and what was asked for."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(f"{self.path} {self.headers['Range']}")
            self.send_response(404 if "none" in self.path else 206)
            self.end_headers()
            self.wfile.write(b"audio 120" if "long" not in self.path else b"x" * 100)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()
    thread.join()


def test_files_of_the_project_are_measured(asked: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "media").mkdir(parents=True)
    contents = {"a b.mp4": "video 90", "bad.mp4": "audio nan", "captions.ass": "subtitle 90", "text.txt": "audio 90"}
    for name, content in contents.items():
        (project / "media" / name).write_text(content)
    (tmp_path / "outside.mp4").write_text("audio 60")
    (project / "link.mp4").symlink_to(tmp_path / "outside.mp4")
    sources = [
        "file:media/a%20b.mp4",
        "file:media/bad.mp4",
        "file:media/captions.ass",
        "file:media/text.txt",
        "file:link.mp4",
        "file:../outside.mp4",
        f"file:{tmp_path}/outside.mp4",
        "file:none.mp4",
        "s3://bucket/a.mp4",
        "-version",
    ]
    assert measured(sources, project) == {"file:media/a%20b.mp4": 1.5, "file:media/captions.ass": 0}
    assert "outside" not in asked.read_text()


def test_what_is_elsewhere_is_measured_and_ffprobe_never_told_its_address(
    asked: Path, host: tuple[str, list[str]]
) -> None:
    url, seen = host
    signed = f"{url}/a.mp4?X-Amz-Signature=sig1"
    assert measured([signed, f"{url}/none.mp4", signed], None) == {signed: 2}
    assert "/a.mp4?X-Amz-Signature=sig1 bytes=0-3" in seen
    assert "sig1" not in asked.read_text()
    assert len(asked.read_text().splitlines()) == 2


def test_no_more_is_handed_on_than_a_part(
    asked: Path, host: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "MOST", 10)
    assert measured([f"{host[0]}/long.mp4"], None) == {}


def test_nobody_else_is_served(host: tuple[str, list[str]]) -> None:
    import httpx

    with relay.Relay(5) as found, found.serving(f"{host[0]}/a.mp4") as address:
        assert httpx.get(address).text == "audio 120"
        assert httpx.get(f"{address}x").status_code == 404
    assert host[1] == ["/a.mp4 None"]


def test_without_ffprobe_nothing_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "a.mp4").write_text("audio 60")
    assert measured(["file:a.mp4"], tmp_path) == {}
