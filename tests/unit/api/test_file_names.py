"""Names of files that somebody else has chosen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aiware_resources.api.file_names import LONGEST, clean_name, name_problem, place_problem, same_name


@pytest.mark.parametrize(
    "name", ["a\x00b", "a\nb", "a\rb", "\x1b[2Ja", "a\x85b", "a\u202eb", "\u2066a", "a\u200f", "a\u2028b", "a\ud800"]
)
def test_what_misleads_is_told_and_can_be_cleaned(name: str) -> None:
    assert "mark that changes the direction" in (name_problem(name) or "")
    assert "mark that changes the direction" in (place_problem(Path(name)) or "")
    clean = clean_name(name)
    assert clean is not None
    assert name_problem(clean) is None


@pytest.mark.parametrize("name", ["captions.vtt", "a/b/c.vtt", "Übung.vtt", "日本語.srt", "👩‍👩‍👧.txt", "עברית.vtt"])
def test_what_people_write_is_fine(name: str) -> None:
    assert name_problem(name) is None
    assert place_problem(Path(name)) is None
    assert clean_name(name) == name.rpartition("/")[2]


@pytest.mark.parametrize("name", [None, "", ".", "..", "/", "a/..", "\\", " ", "..."])
def test_what_is_not_a_name_at_all(name: str | None) -> None:
    assert clean_name(name) is None


@pytest.mark.parametrize(("name", "clean"), [("../../etc/passwd", "passwd"), ("c:\\x\\a.vtt", "a.vtt"), (" a ", "a")])
def test_folders_are_left_out(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@pytest.mark.parametrize("name", ["x" * 300 + ".vtt", "ü" * 200 + ".vtt", "x." + "y" * 400, "👩" * 100])
def test_a_name_that_is_too_long_is_cut(name: str, tmp_path: Path) -> None:
    assert "bytes, and 255 are the most" in (name_problem(name) or "")
    clean = clean_name(name)
    assert clean is not None
    assert len(clean.encode()) <= LONGEST
    assert clean.endswith(".vtt") == name.endswith(".vtt")
    (tmp_path / clean).touch()


def test_a_name_as_long_as_the_file_system_takes_is_fine(tmp_path: Path) -> None:
    most = os.pathconf(tmp_path, "PC_NAME_MAX")
    assert place_problem(tmp_path / "not there yet" / ("x" * most)) is None
    reason = place_problem(tmp_path / ("x" * (most + 1)) / "a.vtt")
    assert reason == f"has a part of {most + 1} bytes, and the file system takes {most} at the most"


def test_too_many_folders_are_told() -> None:
    assert name_problem("a/" * 64 + "b") is None
    assert "lies in 2000 folders, and 64 are the most" in (name_problem("a/" * 2000 + "b") or "")


def test_two_spellings_of_a_name_are_the_same() -> None:
    assert same_name("\u00dcbung.VTT") == same_name("u\u0308bung.vtt")
    assert same_name("a") != same_name("b")
