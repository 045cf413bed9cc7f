"""The folder of a fleet's files: what is the fleet's own, and what is somebody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiware_resources.errors import DownloadFailed
from aiware_resources.fleet.files import shelf as module
from aiware_resources.fleet.files.shelf import MANIFEST, New, Shelf


@pytest.fixture(autouse=True)
def claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_claimed", {})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def put(shelf: Shelf, file: str, request: str, text: str) -> dict[str, str]:
    content = shelf.folder.parent / "content"
    content.write_text(text)
    return shelf.put([New(file, file.partition(".")[0], request, content)])


def test_a_file_is_there_as_long_as_it_is_as_it_was_written(out: Path) -> None:
    shelf = Shelf(out, "p/s/f")
    assert put(shelf, "a/b.vtt", "one", "text") == {}
    assert (out / "a/b.vtt").read_text() == "text"
    again = Shelf(out, "p/s/f")
    assert again.has("a/b.vtt", "one")
    assert not again.has("a/b.vtt", "two")
    (out / "a/b.vtt").write_text("TEXT")
    assert not again.has("a/b.vtt", "one")
    # It is the fleet's, so that it is written again.
    assert put(again, "a/b.vtt", "one", "text") == {}
    assert Shelf(out, "p/s/f").has("a/b.vtt", "one")


def test_a_file_of_somebody_else_is_never_overwritten(out: Path) -> None:
    out.mkdir()
    (out / "a.vtt").write_text("mine")
    (out / "b.vtt").symlink_to(out / "nowhere")
    shelf = Shelf(out, "p/s/f")
    assert "is not this fleet's" in put(shelf, "a.vtt", "one", "text")["a.vtt"]
    assert "is not this fleet's" in put(shelf, "b.vtt", "one", "text")["b.vtt"]
    assert (out / "a.vtt").read_text() == "mine"
    assert not shelf.has("a.vtt", "one")
    # What is the same is what was declared.
    assert put(shelf, "a.vtt", "one", "mine") == {}
    assert shelf.has("a.vtt", "one")


def test_a_folder_in_place_of_a_file_and_a_file_in_place_of_a_folder_concern_one_entry(out: Path) -> None:
    shelf = Shelf(out, "p/s/f")
    put(shelf, "a.vtt", "one", "text")
    put(shelf, "b.vtt", "one", "text")
    (out / "a.vtt").unlink()
    (out / "a.vtt").mkdir()
    assert "a.vtt is a folder: move it away" in put(shelf, "a.vtt", "two", "text")["a.vtt"]
    assert "b.vtt is a file, and not a folder" in put(shelf, "b.vtt/c.json", "two", "text")["b.vtt/c.json"]
    assert put(shelf, "c.vtt", "two", "text") == {}


def test_a_link_does_not_lead_out_of_the_folder(out: Path, tmp_path: Path) -> None:
    out.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (out / "a").symlink_to(tmp_path / "elsewhere")
    assert "link out of the folder" in put(Shelf(out, "p/s/f"), "a/b.vtt", "one", "text")["a/b.vtt"]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_after_a_kill_between_line_and_file_the_file_is_the_fleets_and_not_there(out: Path) -> None:
    put(Shelf(out, "p/s/f"), "a.vtt", "one", "text")
    line = (out / MANIFEST).read_text()
    (out / "a.vtt").unlink()
    (out / MANIFEST).write_text(line + '{"file":"b.vtt","fle')
    shelf = Shelf(out, "p/s/f")
    assert not shelf.has("a.vtt", "one")
    put(shelf, "b.vtt", "one", "text")
    assert Shelf(out, "p/s/f").has("b.vtt", "one")


def test_only_unchanged_files_of_its_own_are_removed(out: Path) -> None:
    mine, other = Shelf(out, "p/s/mine"), Shelf(out, "p/s/other")
    put(mine, "a.vtt", "one", "text")
    put(mine, "b.vtt", "one", "text")
    put(other, "c.vtt", "one", "text")
    assert "is a file of the fleet p/s/mine too" in put(other, "a.vtt", "two", "other")["a.vtt"]
    (out / "b.vtt").write_text("changed by hand")
    mine = Shelf(out, "p/s/mine")
    assert [line.file for line in mine.lines()] == ["a.vtt", "b.vtt"]
    assert mine.remove(mine.lines()) == [out / "b.vtt"]
    assert sorted(path.name for path in out.glob("*.vtt")) == ["b.vtt", "c.vtt"]
    assert Shelf(out, "p/s/mine").lines() == []


def test_folders_in_which_nothing_is_left_go_too(out: Path) -> None:
    shelf = Shelf(out, "p/s/f")
    for name in ("2026/03/a.vtt", "2026/b.vtt", "2027/c.vtt"):
        put(shelf, name, "one", "text")
    (out / "2027" / "mine.txt").write_text("not the fleet's")
    lines = {line.file: line for line in shelf.lines()}
    shelf.remove([lines["2026/03/a.vtt"], lines["2027/c.vtt"]])
    assert sorted(path.name for path in out.rglob("*") if path.is_dir()) == ["2026", "2027"]
    shelf.remove([lines["2026/b.vtt"]])
    assert [path.name for path in out.iterdir() if path.is_dir()] == ["2027"]


def test_a_file_that_another_fleet_made_of_the_same_job_is_taken_over(out: Path) -> None:
    put(Shelf(out, "p/one/f"), "a.vtt", "one", "text")
    before = Shelf(out, "p/one/f")
    assert Shelf(out, "p/two/f").has("a.vtt", "one")
    # The first one read the manifest before that.
    assert before.remove(before.lines()) == []
    assert (out / "a.vtt").exists()
    assert Shelf(out, "p/one/f").lines() == []


def test_outdated_lines_are_left_out_in_the_end(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_OUTDATED", 3)
    for number in range(6):
        put(Shelf(out, "p/s/f"), "a.vtt", str(number), "text")
    Shelf(out, "p/s/f")
    assert len((out / MANIFEST).read_text().splitlines()) < 4
    assert Shelf(out, "p/s/f").has("a.vtt", "5")


def test_a_folder_that_cannot_be_written_is_told(out: Path) -> None:
    out.write_text("a file")
    with pytest.raises(DownloadFailed, match="could not be"):
        put(Shelf(out, "p/s/f"), "a.vtt", "one", "text")
