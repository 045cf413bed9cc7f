"""What the files of entries are called."""

from __future__ import annotations

import unicodedata

import pytest

from aiware_resources.fleet.files.names import stems


def test_a_key_that_is_a_file_name_is_the_name() -> None:
    keys = ["ep-1", "2026/May 3", "Über.mp4"]
    assert stems(keys) == {key: key for key in keys}


@pytest.mark.parametrize(
    "key", ["..", "../ep", "/etc/passwd", ".hidden", "a//b", "a\\b", "why?", "CON", "line\nend", "dot.", " ", "x" * 300]
)
def test_any_other_key_gets_a_name_of_its_own_inside_of_the_folder(key: str) -> None:
    stem = stems([key])[key]
    parts = stem.split("/")
    assert stem != key
    assert all(part and not part.startswith(".") and len(part.encode()) < 200 for part in parts), stem
    assert stem.rsplit("-", 1)[1].isalnum()


def test_names_that_some_file_system_takes_for_one_are_told_apart() -> None:
    accents = unicodedata.normalize("NFD", "é")
    found = stems(["EP-1", "ep-1", "é", accents, "ep-2", "a?", "a_"])
    assert len({name.casefold() for name in found.values()}) == 7
    assert found["ep-2"] == "ep-2"
    # The name depends on the keys, and not on their order.
    assert found == stems(["a_", "a?", "ep-2", accents, "é", "ep-1", "EP-1"])
