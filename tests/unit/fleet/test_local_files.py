"""Files of this machine in a fleet: when they are read, and when they run a job again."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fsspec
import pytest
from pulumi.output import Unknown

from aiware_resources import JobTemplate, media_value, pipelines
from aiware_resources.api import LocalFile
from aiware_resources.api.edge.abilities import EDGE
from aiware_resources.fleet import local_files
from aiware_resources.fleet.admission import admitted, declared
from aiware_resources.fleet.checking import problems
from aiware_resources.fleet.entries import Entry, job_of, template_of
from aiware_resources.fleet.local_files import Content, with_contents
from aiware_resources.fleet.plan import plan
from aiware_resources.settings import Settings
from aiware_resources.sources import Media, RemoteFile

UNKNOWN: Any = Unknown  # has no types
TEMPLATE = JobTemplate(dag=pipelines.translation(media_value("url")), target={}).properties
PRODUCT = "2.82a1f4864548"
"""What the job of any file produces with this template: it must never change."""


def fleet(folder: Path, olds: dict[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    """A fleet with the entry ``a``, as `check` passes it on."""
    news = {"__owner": "p/s/f", "__folder": str(folder), "template": TEMPLATE, "media": {"a": values}}
    return with_contents(olds or {}, news, lambda: template_of(news), "p/s/f")


def recorded(news: dict[str, Any], md5: str | None) -> dict[str, Any]:
    """What an update records of it."""
    (wanted,) = plan({}, news).added
    assert wanted.file is not None
    content = Content(wanted.file.content.size, wanted.file.content.modified, md5)
    return {"jobs": {"a": Entry("job", "1", True, wanted.product, content).text()}}


def test_what_is_recorded_of_an_entry_is_read_as_it_was_written() -> None:
    text = "26112413_x 460907869 2.8dd5c89eeca7 1048576.1764463036123456789.d41d8cd98f00b204e9800998ecf8427e"
    assert Entry.parse(text).text() == text
    assert Entry.parse(text.rpartition(" ")[0]).content is None


def test_the_product_of_a_file_does_not_depend_on_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.txt").write_text("x")
    found = [plan({}, fleet(tmp_path, file=name)).added[0] for name in ("a.txt", "b.txt")]
    assert {each.product for each in found} == {PRODUCT}
    assert found[0].job["tasks"][0]["payload"]["url"] == "file:a.txt"


def test_a_file_is_read_only_where_its_time_alone_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one")
    first = fleet(tmp_path, file="a.txt")
    olds = recorded(first, local_files.md5_of(path, Content.of(path)))
    read: list[Path] = []
    reading = local_files.md5_of

    def counted(path: Path, content: Content) -> str | None:
        read.append(path)
        return reading(path, content)

    monkeypatch.setattr(local_files, "md5_of", counted)
    assert not plan(olds, fleet(tmp_path, first, file="a.txt"))
    assert read == []
    os.utime(path, (1, 1))
    touched = fleet(tmp_path, first, file="a.txt")
    found = plan(olds, touched)
    assert not found
    assert not found.is_renewal_due
    assert found.renewed["a"].content == Content.parse(touched["media"]["a"]["__file"])
    assert read == [path]
    # What was read is in the inputs.
    assert not plan(olds, fleet(tmp_path, touched, file="a.txt"))
    assert read == [path]
    path.write_text("two")
    assert [each.key for each in plan(olds, fleet(tmp_path, touched, file="a.txt")).changed] == ["a"]
    path.write_text("three")
    assert [each.key for each in plan(olds, fleet(tmp_path, touched, file="a.txt")).changed] == ["a"]
    assert read == [path, path]


def test_the_same_time_of_another_content_runs_the_job_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one")
    os.utime(path, (1, 1))
    first = fleet(tmp_path, file="a.txt")
    olds = recorded(first, local_files.md5_of(path, Content.of(path)))
    os.utime(path, (2, 2))
    second = fleet(tmp_path, first, file="a.txt")
    path.write_text("two")
    local_files._read.clear()
    os.utime(path, (1, 1))
    assert [each.key for each in plan(olds, fleet(tmp_path, second, file="a.txt")).changed] == ["a"]


def test_another_shard_may_have_another_time_for_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one")
    olds = recorded(fleet(tmp_path, file="a.txt"), local_files.md5_of(path, Content.of(path)))
    os.utime(path, (1, 1))
    assert not plan(olds, fleet(tmp_path, file="a.txt"))


def test_a_file_in_place_of_an_address_runs_the_job_again(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    of_file, at_url = fleet(tmp_path, file="a.txt"), fleet(tmp_path, url="https://m.test/a")
    (wanted,) = plan({}, at_url).added
    assert plan({"jobs": {"a": Entry("job", "1", True, wanted.product).text()}}, of_file).changed
    assert plan(recorded(of_file, None), at_url).changed


def test_a_value_that_the_template_uses_is_no_file_to_upload(tmp_path: Path) -> None:
    template = JobTemplate(dag=pipelines.translation(media_value("file")), target={}).properties
    news: dict[str, Any] = {"template": template, "media": {"a": {"file": "https://m.test/a"}}}
    assert with_contents({}, news, lambda: template_of(news), "p/s/f") == news
    assert "assets" not in job_of(news, "a")["target"]
    assert problems(Settings(validate_engines=False), {}, news) == []


def test_what_is_not_known_yet_may_be_a_file(tmp_path: Path) -> None:
    news = fleet(tmp_path, file=UNKNOWN())
    assert plan({}, news).undecided == ["a"]
    assert problems(Settings(validate_engines=False), {}, news) == []


@pytest.mark.parametrize("more", [{}, {"url": "https://m.test/a"}, {"file": 7}], ids=["path", "address", "number"])
@pytest.mark.parametrize("target", [{"targetId": "1"}, {"target": {"name": "a"}}, {}], ids=lambda each: "".join(each))
def test_what_is_not_known_yet_of_a_template_may_use_the_value(
    tmp_path: Path, more: dict[str, Any], target: dict[str, Any]
) -> None:
    template = {"tasks": [{"engineId": "e", "payload": {"url": UNKNOWN()}}], **target}
    media = {"a": {"file": "a.mp4", **more}}
    news: dict[str, Any] = {"__owner": "p/s/f", "__folder": str(tmp_path), "template": template, "media": media}
    edge = Settings(api="edge", endpoint="http://127.0.0.1:1", validate_engines=False)
    for there in (False, True):
        checked = with_contents({}, news, lambda: template_of(news), "p/s/f")
        assert problems(Settings(validate_engines=False), {}, checked) == []
        assert target or problems(edge, {}, checked) == []
        found = plan({}, checked)
        assert (found.undecided, found.added) == (["a"], [])
        (tmp_path / "a.mp4").write_text(f"media {there}")
    # Once it is known, it decides.
    known = {**news, "template": {**template, "tasks": [{"engineId": "e", "payload": {"url": media_value("file")}}]}}
    assert with_contents({}, known, lambda: template_of(known), "p/s/f")["media"] == media


def test_edge_stores_no_media(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    settings = Settings(api="edge", endpoint="http://127.0.0.1:1", validate_engines=False)
    reasons = [each.reason for each in problems(settings, {}, fleet(tmp_path, file="a.txt"))]
    assert EDGE.no_files in reasons


def test_a_file_that_is_written_again_counts_as_it_was_uploaded(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    olds = fleet(tmp_path, file="a.txt")
    (tmp_path / "a.txt").write_text("more")
    entries, hidden = declared(Media(growing=["a"]), frozenset({"url"}))
    news = admitted(olds, {**olds, "media": entries, **hidden}, "f")
    assert with_contents(olds, news, lambda: template_of(news), "p/s/f")["media"] == olds["media"]


def test_a_file_in_another_storage_is_one_that_is_uploaded(tmp_path: Path) -> None:
    """What it is, is known without reading it; and a password in its address would be in the state."""
    with fsspec.filesystem("memory").open("/talks/a.txt", "wb") as file:
        file.write(b"Hola")
    news = fleet(tmp_path, file="memory://talks/a.txt")
    (wanted,) = plan({}, news).added
    assert wanted.file is not None
    assert (wanted.product, wanted.file.content.size, str(wanted.file.path)) == (PRODUCT, 4, "memory://talks/a.txt")
    assert next(iter(job_of(news, "a")["tasks"]))["payload"]["url"] == "memory://talks/a.txt"
    olds = recorded(news, local_files.md5_of(wanted.file.path, wanted.file.content))
    assert not plan(olds, fleet(tmp_path, news, file="memory://talks/a.txt"), news)
    for address, said in (("memory://none.txt", "is not there"), ("memory://me:sekrit@talks/a.txt", "with a password")):
        (problem,) = problems(Settings(), {}, fleet(tmp_path, file=address))
        assert said in problem.reason
        assert "sekrit" not in problem.reason


def test_a_connection_that_is_lost_is_an_error_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    place, files = RemoteFile("memory://lost/a.txt"), fsspec.filesystem("memory")
    with files.open("/lost/a.txt", "wb") as file:
        file.write(b"Hola")
    assert LocalFile.read(place).size == 4
    with place.open() as reading:
        assert (reading.seek(-2, 2), reading.read(), reading.tell()) == (2, b"la", 4)

    def fail(*_: Any) -> bytes:
        raise EOFError

    lost: Any = SimpleNamespace(read=fail, close=fail, seek=lambda *_: 0, tell=lambda: 0)
    monkeypatch.setattr(type(files), "open", lambda *_: lost)
    with pytest.raises(OSError, match=r"memory://lost/a\.txt cannot be read: EOFError: no reason was given"):
        LocalFile.read(place)
    with LocalFile(place, 4, "", "").part("a.txt", None).open() as sent:
        assert (sent.tell(), sent.seek(0, 2), sent.seek(0)) == (0, 4, 0)
        with pytest.raises(OSError, match="cannot be read: EOFError"):
            sent.read(2)


def test_a_listing_tells_how_files_elsewhere_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteFile, "stat", lambda _: pytest.fail("asked for it once more"))
    values = {"file": "sftp://me@media.test/a.txt", "size": 4, "modified": "1970-01-01T00:00:07.500Z"}
    entries, hidden = declared(Media({"a": values}.items()), frozenset({"url"}))
    news = {"__owner": "p/s/f", "template": TEMPLATE, "media": entries, **hidden}
    found = with_contents({}, news, lambda: template_of(news), "p/s/f")
    assert found["media"] == {"a": {"file": "sftp://me@media.test/a.txt", "__file": "4.7000000000.-"}}
    assert found.keys() == {"__owner", "template", "media"}


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    (problem,) = problems(Settings(), {}, fleet(tmp_path, file="a.txt"))
    assert problem.reason.startswith("cannot be read (a.txt)")
