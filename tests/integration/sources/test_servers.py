"""Sources on servers: buckets, indexes of web servers, SFTP."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import httpx
import pulumi
import pytest

from aiware_resources import list_media, media_from
from aiware_resources.api import LocalFile
from aiware_resources.sources import RemoteFile, signed, storage
from aiware_resources.sources import web as servers
from tests.support.buckets import Bucket, bucket
from tests.support.sftp import PASSWORD, _Opened, sftp
from tests.unit.sources.test_written import FEED, write


@pytest.fixture(scope="module")
def s3() -> Iterator[Bucket]:
    with bucket("media") as made:
        yield made


@pytest.fixture
def media(s3: Bucket, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    storage._opened.clear()
    yield s3
    storage._opened.clear()


def test_a_bucket_is_listed_page_by_page(media: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    media.put(
        {f"talks/{number}/a b.mp4": b"x" * number for number in range(1, 6)} | {"talks/": b"", "talks2/c.mp4": b"x"}
    )
    monkeypatch.setattr(storage, "_PAGE", 2)
    found = media_from("s3://media/talks", "*.mp4")
    assert list(found) == [f"{number}/a b.mp4" for number in range(1, 6)]
    assert found["3/a b.mp4"]["url"] == "s3://media/talks/3/a b.mp4"
    assert found["3/a b.mp4"]["size"] == 3
    assert len(list(list_media("s3://media"))) == 6
    with pytest.raises(pulumi.RunError, match="s3://nothing is not there, or these credentials do not show it"):
        media_from("s3://nothing")


def test_slashes_are_a_part_of_the_names_of_objects(media: Bucket) -> None:
    media.put({name: name.encode() for name in ("slashes/a.mp4", "slashes//a.mp4", "/slashes.mp4")})
    found = media_from("s3://media/slashes")
    assert found.keys() == {"a.mp4", "/a.mp4"}
    first = media_from("s3://media", "slashes.mp4")["/slashes.mp4"]["url"]
    for url in (found["/a.mp4"]["url"], first):
        assert httpx.get(signed({"url": url})["url"]).text == url.removeprefix("s3://media/")


def test_a_table_may_be_in_a_bucket(media: Bucket) -> None:
    media.put({"lists/talks.csv": b"key,url\nep-1,s3://media/talks/1.mp4\n"})
    assert media_from("s3://media/lists/talks.csv")["ep-1"]["url"] == "s3://media/talks/1.mp4"


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder, and answers what an address is to be answered."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[str]] = []

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name in http.server
        """Says nothing."""

    def do_GET(self) -> None:
        """Ends an answer with the connection, if its address says so."""
        if "endless" not in self.path:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        end = b"" if "cut" in self.path else b"</HTML>"
        self.wfile.write(b'<html><a href="a.mp4">a</a>' + end)
        self.close_connection = True

    def do_HEAD(self) -> None:
        """Answers with the code that a file is named after, if it is named after one."""
        code = Path(self.path).stem
        if code == "busy" and self.path not in self.asked:
            self.asked.append(self.path)
            code = "503"
        if not code.isdigit():
            super().do_HEAD()
        elif code == "0":
            self.close_connection = True
        else:
            self.send_response(int(code))
            self.send_header("Content-Length", "0")
            self.end_headers()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_index_is_followed_into_its_folders(web: str, tmp_path: Path) -> None:
    write(tmp_path, "talks/b c.mp4", "two")
    write(tmp_path, "talks/2026/a.mp4", "three")
    write(tmp_path, "talks/2026/notes.txt", "x")
    write(tmp_path, "other.mp4", "x")
    found = media_from(f"{web}/talks", "*.mp4")
    assert found.keys() == {"b c.mp4", "2026/a.mp4"}
    assert found["b c.mp4"]["url"] == f"{web}/talks/b%20c.mp4"
    assert (found["b c.mp4"]["size"], found["2026/a.mp4"]["size"]) == (3, 5)
    write(tmp_path, "talks.2026/c.mp4", "four")
    assert media_from(f"{web}/talks.2026", "*.mp4")["c.mp4"]["url"] == f"{web}/talks.2026/c.mp4"
    write(tmp_path, "talks/new.mp4", "x", age=1)
    assert media_from(f"{web}/talks/", "*.mp4").growing == {"new.mp4"}


def test_a_server_need_not_tell_of_files_without_sending_them(web: str, tmp_path: Path) -> None:
    for name in ("404.mp4", "405.mp4", "410.mp4", "501.mp4", "a.mp4"):
        write(tmp_path, name, "two")
    found = media_from(f"{web}/", "*.mp4")
    assert {key: values.get("size") for key, values in found.items()} == {"405.mp4": None, "501.mp4": None, "a.mp4": 3}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("403.mp4", "it answers HTTP 403. Check that it may be read without a login."),
        ("429.mp4", "it answers HTTP 429. Run it again later."),
        ("503.mp4", "it answers HTTP 503. Run it again later."),
        ("0.mp4", "Server disconnected"),
    ],
)
def test_a_file_that_a_server_does_not_tell_of_is_not_a_file_of_no_bytes(
    web: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.setattr(servers, "_MOST_RETRIES", 0)
    write(tmp_path, "a.mp4", "two")
    write(tmp_path, name, "two")
    with pytest.raises(pulumi.RunError, match=f"{name} cannot be read: .*{said}"):
        media_from(f"{web}/", "*.mp4")


def test_a_server_that_is_busy_is_asked_again(web: str, tmp_path: Path) -> None:
    write(tmp_path, "busy.mp4", "two")
    Handler.asked.clear()
    assert media_from(f"{web}/", "*.mp4")["busy.mp4"]["size"] == 3
    assert Handler.asked == ["/busy.mp4"]


def test_what_a_server_answers_tells_what_it_is(web: str, tmp_path: Path) -> None:
    write(tmp_path, "feed.xml", FEED)
    write(tmp_path, "list.csv", "key,url\na,https://media.test/a.mp4\n")
    index = [{"name": "a.mp4", "type": "file", "size": 3, "mtime": "Mon, 02 Mar 2026 09:00:00 GMT"}]
    write(tmp_path, "files.json", json.dumps(index))
    assert media_from(f"{web}/feed.xml").keys() == {"talk-1", "talk-2"}
    assert media_from(f"{web}/list.csv?version=2").keys() == {"a"}
    assert media_from(f"{web}/files.json") == {
        "a.mp4": {"url": f"{web}/a.mp4", "name": "a", "size": 3, "modified": "2026-03-02T09:00:00.000Z"}
    }


def test_names_in_the_json_of_a_folder_are_not_addresses(web: str, tmp_path: Path) -> None:
    names = ("c#d.mp4", "e?f.mp4", "%41.mp4", "g:h.mp4", "\u00fc b.mp4", "sub/i.mp4")
    for name in names:
        write(tmp_path, f"talks/{name}", "two")
    sub = {"name": "sub", "type": "directory"}
    write(tmp_path, "talks/sub/index.html", '<a href="i.mp4">i</a><a href="https://[nowhere">nothing</a>')
    listed = [{"name": name, "size": "odd" if name == "c#d.mp4" else -1} for name in names[:-1]]
    write(tmp_path, "talks/all.json", json.dumps([*listed, sub]))
    found = media_from(f"{web}/talks/all.json", "*.mp4")
    assert found.keys() == set(names)
    assert {values["size"] for values in found.values()} == {3}
    assert found["e?f.mp4"]["url"] == f"{web}/talks/e%3Ff.mp4"


def test_addresses_in_a_feed_are_from_where_it_is(web: str, tmp_path: Path) -> None:
    item = '<item><enclosure url="{}" type="audio/mpeg"/></item>'
    items = "".join(map(item.format, ("1.mp3", "/2.mp3", "https://pod.test/3.mp3?token=sekrit")))
    write(tmp_path, "pod/feed.xml", f'<rss version="2.0"><channel>{items}</channel></rss>')
    found = media_from(f"{web}/pod/feed.xml")
    # What opens an address may be different every time.
    assert found.keys() == {"1.mp3", "/2.mp3", "https://pod.test/3.mp3"}
    assert found["1.mp3"]["url"] == f"{web}/pod/1.mp3"
    assert found["/2.mp3"]["url"] == f"{web}/2.mp3"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("page.csv", "page.csv is a page, and not a list. Check the address, and that it may be read without a login."),
        ("nothing/", "nothing/ cannot be read: it answers HTTP 404. Check the address."),
        ("bad.json", "bad.json is not JSON"),
        ("other.json", "other.json is not an index"),
    ],
)
def test_what_is_not_an_index_is_an_error(
    web: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, said: str
) -> None:
    write(tmp_path, "bad.json", "[")
    write(tmp_path, "other.json", "{}")
    write(tmp_path, "page.csv", "<!DOCTYPE html><title>Login</title>")
    monkeypatch.setitem(Handler.extensions_map, ".csv", "text/html")
    with pytest.raises(pulumi.RunError, match=said):
        media_from(f"{web}/{path}")


def test_a_page_that_was_cut_is_an_error(web: str, tmp_path: Path) -> None:
    write(tmp_path, "endless/a.mp4", "two")
    write(tmp_path, "endless-cut/a.mp4", "two")
    assert media_from(f"{web}/endless/", "*.mp4").keys() == {"a.mp4"}
    with pytest.raises(pulumi.RunError, match="endless-cut/ is a page that was cut: its end is missing"):
        media_from(f"{web}/endless-cut/", "*.mp4")


def test_a_server_that_is_not_there_is_an_error() -> None:
    with pytest.raises(pulumi.RunError, match=r"http://127\.0\.0\.1:1/ cannot be read"):
        media_from("http://127.0.0.1:1/?token=secret")


def _check_upload(folder: Path, file: RemoteFile) -> None:
    """A file of a server is read as one of this machine is, and once more when it is sent."""
    assert file.stat() == (5, int((folder / "talks/2026/a.mp4").stat().st_mtime) * 10**9)
    read = LocalFile.read(file)
    assert (read.size, read.sha256) == (5, hashlib.sha256(b"three").hexdigest())
    with read.part("a.mp4", None).open() as sent:
        assert sent.seek(0, 2) == 5
        sent.seek(0)
        assert sent.read(2) + sent.read() == b"three"


def test_a_folder_of_an_sftp_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "talks/2026/a.mp4", "three")
    write(tmp_path, "talks/b.mp4", "x")
    write(tmp_path, "talks/notes.txt", "x")
    with sftp(tmp_path) as port:
        # As FSSPEC_SFTP_PASSWORD does.
        monkeypatch.setitem(fsspec.config.conf, "sftp", {"password": PASSWORD})
        address = f"sftp://me@127.0.0.1:{port}/talks"
        found = media_from(address, "*.mp4")
        assert found.keys() == {"2026/a.mp4", "b.mp4"}
        assert found["2026/a.mp4"]["file"] == f"{address}/2026/a.mp4"
        assert found["2026/a.mp4"]["size"] == 5
        file = RemoteFile(f"{address}/2026/a.mp4")
        _check_upload(tmp_path, file)
        said, goes_on = r"a\.mp4 cannot be read: TimeoutError", threading.Event()
        with monkeypatch.context() as patch:
            patch.setattr(storage, "_PATIENCE", 0.1)
            patch.setattr(_Opened, "read", lambda *_: goes_on.wait() and b"")
            storage._opened.clear()
            with pytest.raises(OSError, match=said):
                LocalFile.read(file)
        goes_on.set()
        for name, said in (("nothing.mp4", "is not there"), ("2026", "is a folder: name a file")):
            with pytest.raises(OSError, match=said):
                RemoteFile(f"{address}/{name}").stat()
        with pytest.raises(OSError, match="is given with a password"):
            RemoteFile("sftp://me:sekrit@127.0.0.1/a.mp4").stat()
        with pytest.raises(pulumi.RunError, match="is not there"):
            media_from(f"{address}/nothing")
        storage._opened.clear()
        monkeypatch.setitem(fsspec.config.conf, "sftp", {"password": "another"})
        with pytest.raises(pulumi.RunError, match="cannot be read: AuthenticationException"):
            media_from(f"sftp://you@127.0.0.1:{port}/talks")
    storage._opened.clear()
