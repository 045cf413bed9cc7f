"""Which entries of a listing a fleet takes."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.output import Unknown

from aiware_resources import media_value
from aiware_resources.fleet.admission import ADMISSION, admitted, declared
from aiware_resources.fleet.checking import problems
from aiware_resources.settings import Settings
from aiware_resources.sources import Media

NAMES = frozenset({"url"})
UNKNOWN: Any = Unknown  # has no types


def entry(version: int = 1) -> dict[str, Any]:
    return {"url": f"https://media.test/{version}", "size": version}


def asked(media: Media, before: dict[str, Any] | None = None) -> dict[str, Any]:
    entries, hidden = declared(media, NAMES)
    news = admitted({"media": before} if before is not None else {}, {"media": entries, **hidden}, "archive")
    assert ADMISSION not in news
    found: dict[str, Any] = news["media"]
    return found


def test_values_that_the_template_does_not_use_are_left_out() -> None:
    assert declared(Media({"a": entry()}.items()), NAMES) == ({"a": {"url": "https://media.test/1"}}, {})
    assert declared(Media({"a": entry()}.items()), None)[0] == {"a": entry()}


@pytest.mark.parametrize("part", ["known", UNKNOWN()], ids=["known", "not known"])
def test_what_a_template_uses_may_turn_out_later(part: Any) -> None:
    """The program has an output of another resource in its template, which it cannot look into."""
    template = {"tasks": [{"engineId": "e", "payload": {"url": media_value("url"), "library": part}}], "target": {}}
    entries, hidden = declared(Media({"a": entry()}.items(), growing=["b"]), None)
    olds = {"media": {"b": {"file": "b.mp4", "__file": "1.1.-"}}}
    news = admitted(olds, {"__owner": "p/s/f", "template": template, "media": entries, **hidden}, "archive")
    assert news["media"] == {"a": {"url": "https://media.test/1"} if part == "known" else entry(), **olds["media"]}
    assert problems(Settings(validate_engines=False), olds, news) == []


def test_a_column_of_a_table_may_be_called_file() -> None:
    of_table, of_folder = {**entry(), "file": "a.mp4"}, {"file": "a.mp4", "size": 1}
    entries, _ = declared(Media({"a": of_table, "b": of_folder}.items()), NAMES)
    assert entries == {"a": {"url": "https://media.test/1"}, "b": {"file": "a.mp4"}}


def test_the_oldest_new_ones_come_first_and_known_ones_never_fall_out(caplog: pytest.LogCaptureFixture) -> None:
    media = Media({key: entry() for key in ("d", "c", "b", "a")}.items(), most_new=1)
    assert asked(media).keys() == {"d"}
    assert "fleet archive: leaves for later updates c, b, a (3)" in caplog.text
    assert asked(media, {"a": entry(), "gone": entry()}).keys() == {"a", "d"}
    assert asked(media, {key: entry() for key in "abcd"}).keys() == set("abcd")


def test_a_file_that_is_written_again_stays_as_it_is_recorded() -> None:
    media = Media({"a": entry()}.items(), growing=["b", "new"])
    assert asked(media, {"b": {"url": "recorded"}}) == {"a": {"url": "https://media.test/1"}, "b": {"url": "recorded"}}


def test_what_is_not_listed_passes_as_it_is() -> None:
    news = {"media": {"a": entry()}}
    assert admitted({}, news, "archive") == news
