"""Names of files that somebody else has chosen."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

import pytest

from aiware_resources.api.file_names import (
    LONGEST,
    clean_name,
    name_problem,
    not_on_windows,
    place_problem,
    portable_name,
    same_name,
)


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


@pytest.mark.parametrize(
    ("name", "portable"),
    [
        ("CON", "_CON"),
        ("nul.vtt", "_nul.vtt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("LPT\u00b9", "_LPT\u00b9"),
        ("AUX .txt", "_AUX .txt"),
        ("conin$", "_conin$"),
        ("con:x", "con_x"),
        ("NUL.", "_NUL"),
        ("Interview.", "Interview"),
        ("Interview ", "Interview"),
        ('What? Why: "a|b" <c>*.vtt', "What_ Why_ _a_b_ _c__.vtt"),
        ("...", "_"),
        (" ", "_"),
    ],
)
def test_what_windows_does_not_take_is_changed_everywhere(name: str, portable: str) -> None:
    assert portable_name(name) == portable == portable_name(portable)
    if portable != "_":
        assert clean_name(name) == portable


@pytest.mark.parametrize(
    "name", ["captions.vtt", "CONTRACT.vtt", "console", "COM10", "a.nul", ".hidden", "a..b", " a", "日本語.srt", "null"]
)
def test_what_every_platform_takes_stays_as_it_is(name: str) -> None:
    assert portable_name(name) == name


def test_a_name_that_is_cut_ends_as_a_name_may() -> None:
    assert clean_name("x" * 254 + ". " + "y" * 50) == "x" * 254


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        (r"C:\out\captions.vtt", None),
        (r"..\out\captions.vtt", None),
        (r"\\server\share\out", None),
        (r"C:\out\con\a.vtt", "con"),
        (r"out.\a.vtt", "out."),
        (r"out\What?.vtt", "What?.vtt"),
        (r"out\talk.mp4:stream", "talk.mp4:stream"),
    ],
)
def test_the_place_that_a_program_names_is_refused_where_windows_does_not_take_it(
    path: str, refused: str | None
) -> None:
    assert not_on_windows(PureWindowsPath(path)) == refused


def test_elsewhere_a_program_may_name_such_a_place() -> None:
    assert place_problem(Path("out/What?.vtt")) is None
