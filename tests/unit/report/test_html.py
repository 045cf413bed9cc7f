"""The HTML report: one page that needs nothing else."""

from __future__ import annotations

import base64
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import Tag

from aiware_resources.report import build, html, parse, sentence
from tests.unit.report.made import update
from tests.unit.report.pages import first, read, sources

RECORDINGS = Path(__file__).parent / "recordings"
NAMES = sorted(path.stem for path in RECORDINGS.glob("*.json"))
TDO = {"startDateTime": 1, "stopDateTime": 2}


def page(name: str) -> Tag:
    report = build(parse((RECORDINGS / f"{name}.json").read_text(encoding="utf-8")))
    found = read(html(report))
    assert first(found, "h1").text == sentence(report)
    assert len(found.select("tr.destroys")) == sum(change.destroys for change in report.changes)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_page_needs_nothing_else(name: str) -> None:
    found = page(name)
    assert found.find_all(["script", "link", "iframe", "object"]) == []
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources(found))
    style = first(found, "style").text
    assert "url(" not in style
    assert "@import" not in style


def test_a_page_is_made_for_a_phone_too() -> None:
    found = page("everything")
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
