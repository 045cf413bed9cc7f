"""The HTML report: one page that needs nothing else."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import Tag

from aiware_resources.report import build, html, parse, sentence
from aiware_resources.report.lines import lines_of
from aiware_resources.report.model import Origin
from tests.unit.report.made import update
from tests.unit.report.pages import first, read, sources

RECORDINGS = Path(__file__).parent / "recordings"
NAMES = sorted(path.stem for path in RECORDINGS.glob("*.json"))
TDO = {"startDateTime": 1, "stopDateTime": 2}


def page(name: str) -> Tag:
    report = build(parse((RECORDINGS / f"{name}.json").read_text(encoding="utf-8")))
    found = read(html(report))
    assert first(found, "h1").text == sentence(report)
    assert len(found.select("tr.destroys")) == sum(line.first.destroys for line in lines_of(report.rows))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_page_needs_nothing_else(name: str) -> None:
    found = page(name)
    assert found.find_all(["script", "link", "iframe", "object"]) == []
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources(found))
    style = first(found, "style").text
    assert "url(" not in style
    assert "@import" not in style


def test_every_recording_is_on_the_page_with_what_happens_to_it() -> None:
    found = page("recordings")
    items = [item for item in found.select("details.all > ul > li") if item.text.startswith("council-")]
    assert len(items) == 8
    assert all("media.example.com/archive" in item.text and "known once" in item.text for item in items)


def test_a_page_links_to_the_commit_and_the_run() -> None:
    made = replace(
        update("TemporalDataObject", TDO, TDO | {"name": "x"}),
        origin=Origin("0123456789abcdef", "https://host/c/0123", "run 8", "javascript:alert(1)"),
    )
    found = read(html(made))
    assert [(link.text, link["href"]) for link in found.select("a")] == [("commit 01234567", "https://host/c/0123")]
    assert "run 8" in first(found, "p.facts").text


def test_a_page_is_made_for_a_phone_and_for_dark_rooms_too() -> None:
    found = page("everything")
    assert "@media (prefers-color-scheme: dark)" in first(found, "style").text
    assert first(found, "meta[name=viewport]")["content"] == "width=device-width, initial-scale=1"
    assert "@media (max-width: 640px)" in first(found, "style").text


def test_graphs_are_pictures_with_what_changes_colored() -> None:
    found = page("replace")
    pictures = [base64.b64decode(source.partition(",")[2]).decode() for source in sources(found)]
    for picture in pictures:
        ElementTree.fromstring(picture)  # noqa: S314 - we have just drawn it
    assert any("#fff8c5" in picture for picture in pictures)


def test_names_and_values_of_users_are_no_markup() -> None:
    hostile = '<img src=x onerror=alert(1)>"&<'
    old, new = TDO | {"name": hostile}, TDO | {"name": hostile * 9}
    found = read(html(update("TemporalDataObject", old, new, name=hostile)))
    assert found.select("img") == []
    assert hostile in first(found, "tbody").text
    assert hostile * 9 in first(found, "details").text
