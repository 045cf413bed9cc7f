"""Placeholders: where they may stand, and what happens to them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.output import Unknown

from aiware_resources import media_key, media_value
from aiware_resources.fleet.template import compiled

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def expand(value: Any, **values: Any) -> Any:
    return compiled(value).expand("ep-1", values)


@pytest.mark.parametrize(
    ("template", "expanded"),
    [
        (media_value("url"), "https://a"),
        (media_key(), "ep-1"),
        (media_value("seconds"), 20),
        (media_value("details"), {"n": [1]}),
        (f"{media_key()}: {media_value('url')}!", "ep-1: https://a!"),
        (f"{media_value('seconds')} s, {media_value('loud')}", "20 s, true"),
        ({"a": [1, {"b": media_value("url")}], "c": "x"}, {"a": [1, {"b": "https://a"}], "c": "x"}),
        ("${media}x${mediax}${other.url}", "ep-1x${mediax}${other.url}"),
        (media_value("odd name.x"), "y"),
    ],
)
def test_values_take_the_place_of_placeholders(template: Any, expanded: Any) -> None:
    values = {"url": "https://a", "seconds": 20, "details": {"n": [1]}, "loud": True, "odd name.x": "y"}
    assert compiled(template).expand("ep-1", values) == expanded


def test_values_are_not_expanded_again() -> None:
    assert expand(media_value("a"), a=media_value("b"), b="no") == media_value("b")
    assert expand(f"<{media_value('a')}>", a=media_value("b")) == f"<{media_value('b')}>"


def test_what_is_unknown_makes_the_text_around_it_unknown() -> None:
    unknown: Any = Unknown  # has no types
    value = unknown()
    assert expand({"a": media_value("x"), "b": f"{media_value('x')}!"}, x=value) == {"a": value, "b": value}


def test_the_names_that_are_used_are_known_with_their_places() -> None:
    template = {"tasks": [{"payload": {"url": media_value("url")}}], "name": f"{media_value('t')} {media_value('url')}"}
    assert compiled(template).uses == {"url": ("tasks", 0, "payload", "url"), "t": ("name",)}


@given(PLAIN)
def test_a_value_without_placeholders_stays_as_it_is(value: Any) -> None:
    if "${media" not in str(value):
        assert expand(value) == value


@given(st.text(), st.text(), st.text())
def test_a_text_is_filled_and_nothing_else(before: str, value: str, after: str) -> None:
    if "${media" not in before + after:
        assert expand(f"{before}{media_value('v')}{after}", v=value) == f"{before}{value}{after}"


@pytest.mark.parametrize("name", ["", "a}", "{b"])
def test_a_name_that_could_not_be_found_again_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        media_value(name)
