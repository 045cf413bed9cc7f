"""The lock: exact versions with hashes, chosen from the ranges in pyproject.toml."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.lock import DEV_LOCK, LOCK, SPEECH_LOCK, differences

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^(?P<pin>[\w.-]+==\S+)(?P<marker> ; .+?)? \\$")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", LOCK, DEV_LOCK, SPEECH_LOCK):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def changed(file: Path, pattern: str, by: str) -> None:
    text, count = re.subn(pattern, by, file.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    assert count == 1
    file.write_text(text, encoding="utf-8")


def test_the_lock_is_what_pyproject_says() -> None:
    assert list(differences(ROOT)) == [], "`make lock` brings it up to date"


@pytest.mark.parametrize(("name", "fewest"), [(LOCK, 40), (DEV_LOCK, 40), (SPEECH_LOCK, 6)])
def test_each_package_has_one_version_and_hashes(name: str, fewest: int) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    entries = [index for index, line in enumerate(lines) if not line.startswith((" ", "#"))]
    assert len(entries) > fewest
    for index in entries:
        assert PIN.match(lines[index]), lines[index]
        assert lines[index + 1].startswith("    --hash=sha256:")


def test_both_files_name_the_same_versions() -> None:
    def pins(name: str) -> set[str]:
        return {line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if PIN.match(line)}

    assert pins(LOCK) <= pins(DEV_LOCK)


def test_a_new_requirement_is_missed(folder: Path) -> None:
    changed(folder / "pyproject.toml", r"^dependencies = \[$", 'dependencies = [\n    "attrs>=20,<30",')
    assert list(differences(folder)) == [f"{name} lacks attrs<30,>=20." for name in (LOCK, DEV_LOCK)]


def test_a_new_requirement_of_the_tests_is_missed_in_their_file(folder: Path) -> None:
    changed(folder / "pyproject.toml", r"^dev = \[$", 'dev = [\n    "Pytest_Randomly",')
    assert list(differences(folder)) == [f"{DEV_LOCK} lacks Pytest_Randomly."]


def test_a_version_out_of_range_is_found(folder: Path) -> None:
    changed(folder / LOCK, r"^rich==\S+", "rich==99.0")
    (said,) = differences(folder)
    assert said.startswith(f"{LOCK} has rich 99.0, and pyproject.toml wants rich<16")


def test_a_requirement_that_is_gone_is_found(folder: Path) -> None:
    changed(folder / "pyproject.toml", r'^    "yake[^\n]*\n', "")
    said = "has yake, which pyproject.toml does not name any more."
    assert list(differences(folder)) == [f"{name} {said}" for name in (LOCK, DEV_LOCK)]
