"""The pictures of the documentation are those that the tool makes, small, and shown somewhere."""

from __future__ import annotations

import re
from pathlib import Path

from tools.pictures import ALL, PICTURES

ROOT = Path(__file__).resolve().parents[2]
MOST = 100_000
"""Bytes of a picture."""


def test_pictures_are_those_that_are_made() -> None:
    assert {file.name for file in PICTURES.iterdir()} == {f"{each.name}.png" for each in ALL}
    assert [file.name for file in PICTURES.iterdir() if file.stat().st_size > MOST] == []


def test_each_is_shown_with_words_for_those_who_cannot_see_it() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = [found for page in pages for found in re.findall(r"!\[(.*?)\]\(\S*?([\w-]+)\.png\)", page.read_text())]
    assert {name for _, name in shown} == {each.name for each in ALL}
    assert [name for words, name in shown if len(words.split()) < 5] == []
