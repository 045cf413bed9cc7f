"""Lists that are written down, patterns, sizes and ages."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pulumi
import pytest

from aiware_resources import Media, list_media, media_from
from aiware_resources.errors import SourceError
from aiware_resources.sources.items import Wanted

FEED = """<?xml version="1.0"?>
<rss version="2.0"><channel><title>Talks</title>
<item><title>Second</title><guid isPermaLink="false">talk-2</guid><pubDate>Mon, 09 Mar 2026 09:00:00 GMT</pubDate>
<enclosure url="https://pod.test/cover.jpg" length="9" type="image/jpeg"/>
<enclosure url="https://pod.test/2.mp3?from=feed" length="12" type="audio/mpeg"/></item>
<item><title>A text</title><guid>talk-x</guid></item>
<item><title>First</title><guid isPermaLink="false">talk-1</guid><pubDate>Mon, 02 Mar 2026 09:00:00 GMT</pubDate>
<enclosure url="https://pod.test/1.mp3" length="12" type="audio/mpeg"/></item>
</channel></rss>
"""


def write(folder: Path, name: str, content: str | bytes, age: float = 3600) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    then = time.time() - age
    os.utime(path, (then, then))
    return path


def refused(*arguments: object, **more: object) -> str:
    with pytest.raises(pulumi.RunError) as raised:
        media_from(*arguments, **more)  # type: ignore[arg-type]
    return str(raised.value)


def test_a_folder_is_listed_with_paths_that_mean_the_same_on_every_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "talks/b.mp4", "two", age=60 * 60)
    write(tmp_path, "talks/2026/a.MP4", "three", age=30 * 60)
    write(tmp_path, "talks/empty.mp4", "")
    write(tmp_path, "talks/notes.txt", "notes")
    monkeypatch.chdir(tmp_path)
    found = media_from("talks", "*.mp4")
    assert list(found) == ["b.mp4", "2026/a.MP4"]
    assert found["2026/a.MP4"]["file"] == "talks/2026/a.MP4"
    assert (found["b.mp4"]["name"], found["b.mp4"]["size"]) == ("b", 3)
    assert list(media_from(Path("talks"), "2026/*.mp4")) == ["2026/a.MP4"]
    assert list(media_from("talks", ["*.txt", "b.*"], min_size=4)) == ["notes.txt"]
    assert list(media_from("talks", max_size=3)) == ["b.mp4"]
    assert [key for key, _ in list_media("talks", "*.mp4")].count("empty.mp4") == 1


def test_a_file_that_may_still_be_written_is_left_for_the_next_run(tmp_path: Path) -> None:
    write(tmp_path, "whole.mp4", "x")
    write(tmp_path, "growing.mp4", "x", age=2)
    found = media_from(tmp_path, "*.mp4")
    assert (list(found), sorted(found.growing)) == (["whole.mp4"], ["growing.mp4"])
    assert found.growing_values["growing.mp4"]["file"] == str(tmp_path / "growing.mp4")
    assert media_from(tmp_path, "*.mp4", min_age=timedelta()).growing == frozenset()
    write(tmp_path, "ahead.mp4", "x", age=-3600)
    write(tmp_path, "future.mp4", "x", age=-(10**8))
    assert media_from(tmp_path, "*a*.mp4").growing == {"ahead.mp4"}
    assert list(media_from(tmp_path, "f*.mp4")) == ["future.mp4"]
    # A source with nothing but such files is not empty.
    assert media_from(tmp_path, "growing.*") == {}


def test_a_file_that_is_written_again_from_its_start_is_growing_whatever_its_size_is(tmp_path: Path) -> None:
    write(tmp_path, "empty.mp4", "")
    write(tmp_path, "again.mp4", "", age=2)
    write(tmp_path, "long.mp4", "12345", age=2)
    found = media_from(tmp_path, max_size=4)
    assert (list(found), sorted(found.growing)) == ([], ["again.mp4", "long.mp4"])
    assert "Nothing in" in refused(tmp_path, "empty.*")
    assert [key for key, _ in list_media(tmp_path, "empty.*")] == ["empty.mp4"]


def test_links_that_lead_back_up_end(tmp_path: Path) -> None:
    write(tmp_path, "a/b.mp4", "x")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    assert list(media_from(tmp_path, "*.mp4")) == ["a/b.mp4"]


def test_links_are_what_they_lead_to(tmp_path: Path) -> None:
    write(tmp_path, "elsewhere/a.mp4", "two")
    write(tmp_path, "elsewhere/growing.mp4", "x", age=2)
    folder = tmp_path / "talks"
    folder.mkdir()
    (folder / "there").symlink_to(tmp_path / "elsewhere")
    (folder / "b.mp4").symlink_to(tmp_path / "elsewhere" / "growing.mp4")
    os.utime(folder / "b.mp4", (10**9, 10**9), follow_symlinks=False)
    (folder / ".#lock").symlink_to("me@host.1")
    found = media_from(folder, "*.mp4")
    assert {key: values["size"] for key, values in found.items()} == {"there/a.mp4": 3}
    assert found.growing == {"b.mp4", "there/growing.mp4"}
    (folder / "disk").symlink_to("/nothing/is/mounted")
    assert "talks/disk is a link to something that is not there. Mount that" in refused(folder, "*.mp4")


def test_names_that_are_not_unicode_are_refused(tmp_path: Path) -> None:
    write(tmp_path, os.fsdecode(b"a\xe9.mp4"), "x")
    write(tmp_path, "a.mp4", "x")
    assert r"lists 'a\udce9.mp4', which is not Unicode. Give it another name." in refused(tmp_path, "*.mp4")
    assert list(media_from(tmp_path, "a.*")) == ["a.mp4"]


def test_arguments_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.mp4", "x")
    assert "is given none" in refused("")
    assert "is given none" in refused(tmp_path, [], allow_empty=True)
    assert "most_new is -1" in refused(tmp_path, most_new=-1)
    assert "s3:// names no bucket." in refused("s3://")
    assert "The source is not an address: Invalid IPv6 URL." in refused("https://me:sekrit@[x/")


def test_a_folder_that_may_not_be_read_is_not_an_empty_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.mp4", "x")
    closed = tmp_path / "closed"
    closed.mkdir()
    listed = os.scandir

    def scandir(path: str) -> object:
        if str(path).rstrip("/").endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert "may not be read with these credentials" in refused(tmp_path, "*.mp4")


def test_tables(tmp_path: Path) -> None:
    table = write(
        tmp_path, "talks.csv", 'key,url,title\nep-1,https://media.test/1.mp4,"One,\n two"\nep-2,s3://b/2.mov,\n'
    )
    assert media_from(table) == {
        "ep-1": {"url": "https://media.test/1.mp4", "name": "1", "title": "One,\n two"},
        "ep-2": {"url": "s3://b/2.mov", "name": "2"},
    }
    assert list(media_from(table, "*.mov")) == ["ep-2"]
    lines = write(tmp_path, "talks.jsonl", '{"key": "a", "url": "https://media.test/a.mp4", "speakers": 3}\n\n')
    assert media_from(lines)["a"]["speakers"] == 3
    write(tmp_path, "sftp.csv", "key,url\na,sftp://me@media.test/talks/a.mp4\n")
    assert media_from(tmp_path / "sftp.csv")["a"] == {"file": "sftp://me@media.test/talks/a.mp4", "name": "a"}
    write(tmp_path, "odd.jsonl", '{"key": 0, "url": "https://media.test/a.mp4", "size": "\u00b2", "weight": NaN}')
    assert media_from(tmp_path / "odd.jsonl") == {
        "0": {"url": "https://media.test/a.mp4", "name": "a", "size": "\u00b2"}
    }
    write(tmp_path, "short.csv", "key,url,title\na,b\n")
    assert media_from(tmp_path / "short.csv") == {"a": {"url": "b", "name": "b"}}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "key,url\n,https://x.test/1\n", "a.csv, line 2, has no key. Each entry needs a key"),
        ("a.csv", "name,url\na,https://x.test/1\n", "a.csv has no column key: its first line is 'name,url'."),
        ("a.csv", "key;url\na;b\n", "a.csv has no column key and no column url: its first line is 'key;url'."),
        ("a.csv", "", "a.csv has no column key and no column url"),
        ("a.csv", "key,url,url\na,b,c\n", "a.csv has several columns called url."),
        ("a.csv", 'key,url,title\na,b,"c\nd,e,f\n', "unexpected end of data"),
        ("a.csv", "key,url,title\na,b,c\nd,https://x.te", "a.csv was cut: its last line, 3, has fewer values"),
        ("a.csv", "key,url\na,https://[x\n", "a.csv, line 2, has a url that is not an address"),
        ("a.jsonl", '{"key": true, "url": "b"}', "a.jsonl, line 1, has a key that is not text: True."),
        ("a.jsonl", '{"key": "a", "url": {}}', "a.jsonl, line 1, has a url that is not text: {}."),
        ("a.jsonl", '{"key": "\\ud800", "url": "b"}', "a.jsonl lists '\\ud800', which is not Unicode."),
        ("a.xml", "<ListBucketResult/>", "It is a list of objects in a bucket"),
        ("a.csv", "key,url\na,b,c\n", "a.csv, line 2, has more values than the first line has names."),
        ("a.csv", "key,url\na,b\na,c\n", "a.csv lists a twice."),
        ("a.csv", b"key,url\na,\xff\n", "is not CSV in UTF-8"),
        ("a.jsonl", "{\n", "a.jsonl, line 1, is not JSON"),
        ("a.jsonl", "3\n", "a.jsonl, line 1, is not an object."),
        ("a.xml", "<html/>", "a.xml is not a feed: it is neither RSS nor Atom."),
        ("a.xml", "", "a.xml is not a feed: it is neither RSS nor Atom."),
        ("a.xml", FEED[:500], "a.xml is a feed that was cut: its end is missing."),
        ("a.xml", FEED.replace("</rss>", "<!-- </rss> -->"), "a.xml is a feed that was cut: its end is missing."),
        ("a.xml", FEED.replace("pod.test/1.mp3", "[1/1.mp3?sig=s3kr1t"), "gives 'https://[1/1.mp3' as an address"),
        ("a.csv", "key,url\n", "Nothing in"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    assert said in refused(write(tmp_path, name, content))


def test_a_feed_gives_the_recording_of_each_episode(tmp_path: Path) -> None:
    found = media_from(write(tmp_path, "feed.xml", FEED))
    assert list(found) == ["talk-1", "talk-2"]
    assert found["talk-2"] == {
        "url": "https://pod.test/2.mp3?from=feed",
        "name": "2",
        "size": 12,
        "modified": "2026-03-09T09:00:00.000Z",
        "title": "Second",
    }


@pytest.mark.parametrize(
    "content",
    [
        FEED.rstrip().encode() + b"<!-- made in 1 s --> <!-- cached -->\n",
        FEED.replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16"),
        b'<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:id>talk-1</a:id><a:link rel="enclosure" '
        b'href="https://pod.test/1.mp3"/></a:entry></a:feed >',
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        b'<item><enclosure url="https://pod.test/1.mp3"/></item></rdf:RDF>',
    ],
)
def test_a_feed_may_end_in_several_ways(tmp_path: Path, content: bytes) -> None:
    assert "https://pod.test/1.mp3" in {each["url"] for each in media_from(write(tmp_path, "a.xml", content)).values()}


def test_a_size_of_zero_that_is_written_down_was_not_measured(tmp_path: Path) -> None:
    found = media_from(write(tmp_path, "feed.xml", FEED.replace('length="12"', 'length="0"')))
    assert list(found) == ["talk-1", "talk-2"]
    assert "size" not in found["talk-1"]
    assert list(media_from(write(tmp_path, "a.csv", "key,url,size\na,https://media.test/a.mp4,0\n"))) == ["a"]
    line = '{"key": "a", "url": "https://media.test/a.mp4", "size": "0"}'
    assert list(media_from(write(tmp_path, "a.jsonl", line))) == ["a"]


def test_what_is_not_there_is_an_error_and_nothing_else(tmp_path: Path) -> None:
    assert "is not there, or these credentials do not show it" in refused(tmp_path / "nothing")
    write(tmp_path, "a.mp4", "x")
    assert f"Nothing in {tmp_path} matches *.mov or *.mkv." in refused(tmp_path, ["*.mov", "*.mkv"])
    assert media_from(tmp_path, "*.mov", allow_empty=True) == Media()
    assert "is a file. Name the folder" in refused(tmp_path / "a.mp4")
    assert "sftp://host/x is given with a password" in refused("sftp://me:secret@host/x")
    assert "secret" not in refused("sftp://me:secret@host/x")
    assert "nix://x cannot be read: ValueError: Protocol not known" in refused("nix://x")


@pytest.mark.parametrize(("address", "extra"), [("gs://media", "gcs"), ("az://media/x", "azure")])
def test_a_missing_package_is_named(address: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "gcsfs", None)
    monkeypatch.setitem(__import__("sys").modules, "adlfs", None)
    assert f"pip install 'aiware-pipelines[{extra}]'" in refused(address)


def test_patterns() -> None:
    wanted = Wanted(("*.mp4", "raw/*/a.WAV", "/top.mkv"))
    assert all(map(wanted.matches, ("a.mp4", "x/y/B.MP4", "raw/1/2/a.wav")))
    assert not any(map(wanted.matches, ("a.mp4.part", "x/raw/1/a.wav", "a.wav")))


def test_a_stack_gets_the_entries_of_its_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{number}.mp4" for number in range(20)]
    for name in names:
        write(tmp_path, name, "x")
    found: list[str] = []
    for stack in ("talks-0", "talks-1", "talks-2"):
        monkeypatch.setattr(pulumi, "get_stack", lambda stack=stack: stack)
        found += media_from(tmp_path, shards=2)
    # The third one is being given up: that it has nothing does not make the source empty.
    assert sorted(found) == sorted(names)
    monkeypatch.setattr(pulumi, "get_stack", lambda: "prod")
    assert "The stack prod is not one of 2 shards." in refused(tmp_path, shards=2)


def test_what_is_listed_one_by_one_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        list(list_media(tmp_path / "nothing"))
