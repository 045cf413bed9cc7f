"""Headers of one's own: which are taken, and what is said of the others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiware_resources.errors import ConfigurationError
from aiware_resources.settings import Settings
from aiware_resources.settings.headers import OURS

LOCAL = {"aiware:endpoint": "local"}
SECRET = "sekrit-7f3a"


def headers_of(given: Any, environ: dict[str, str] | None = None) -> dict[str, str]:
    settings = Settings.from_mapping({"aiware:headers": given} if given else {}, environ or {})
    return {name: value.get_secret_value() for name, value in settings.headers}


def problem(given: Any) -> str:
    with pytest.raises(ConfigurationError) as caught:
        headers_of(given)
    return str(caught.value)


def test_they_are_an_object_or_its_json_text() -> None:
    wanted = {"X-Application-Id": "7f3a", "X-Number": "12"}
    assert headers_of({"X-Application-Id": "7f3a", "X-Number": 12}) == wanted
    assert headers_of(json.dumps(wanted)) == wanted
    assert headers_of(None) == headers_of("{}") == {}


def test_the_environment_has_them_as_json_and_the_stack_wins() -> None:
    environ = {"AIWARE_HEADERS": '{"X-A": "environment"}'}
    assert headers_of(None, environ) == {"X-A": "environment"}
    assert headers_of({"X-B": "stack"}, environ) == {"X-B": "stack"}
    own = {"aiware:endpoint": "https://aiware.example/v3/graphql", "aiware:token": "t"}
    assert [name for name, _ in Settings.from_mapping(own, environ).headers] == ["X-A"]
    # What is meant for another aiWARE is not for the local one.
    assert Settings.from_mapping(LOCAL, environ).headers == ()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("X-A: b", "aiware:headers must be an object of names and values"),
        ('["X-A"]', "must be an object of names and values"),
        ('"X-A"', "must be an object of names and values"),
        ({"X A": SECRET}, "has 'X A', which cannot be the name of a header"),
        ({"": SECRET}, "has '', which cannot be the name of a header"),
        ({"X-Ä": SECRET}, "which cannot be the name of a header"),
        ({"X-A\r\nHost": SECRET}, "which cannot be the name of a header"),
        ({"authorization": SECRET}, "has authorization, which is not yours to set"),
        ({"Content-Type": SECRET}, "has Content-Type, which is not yours to set"),
        ({"HOST": SECRET}, "has HOST, which is not yours to set"),
        ({"X-Correlation-Id": SECRET}, "has X-Correlation-Id, which is not yours to set"),
        ('{"X-A": "b", "x-a": "c"}', "has x-a twice"),
        ('{"X-A": "b", "X-A": "c"}', "has X-A twice"),
        ({"X-A": f"{SECRET}\r\nHost: x"}, "must have visible ASCII characters for X-A"),
        ({"X-A": f"{SECRET}\n"}, "must have visible ASCII characters for X-A"),
        ({"X-A": f" {SECRET}"}, "must have visible ASCII characters for X-A"),
        ({"X-A": f"{SECRET}\x00"}, "must have visible ASCII characters for X-A"),
        ({"X-A": f"{SECRET}ß"}, "must have visible ASCII characters for X-A"),
        ({"X-A": ""}, "must have visible ASCII characters for X-A"),
        ({"X-A": [SECRET]}, "must have a text for X-A"),
        ({"X-A": None}, "must have a text for X-A"),
        ({"X-A": True}, "must have a text for X-A"),
    ],
)
def test_what_cannot_be_sent_is_refused_without_quoting_a_value(given: Any, says: str) -> None:
    said = problem(given)
    assert says in said
    assert SECRET not in said


def test_what_the_library_sets_is_refused_however_it_is_written() -> None:
    for name in OURS:
        assert "not yours to set" in problem({name.title(): "x"})


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8)))
def test_any_object_is_taken_or_refused_with_a_sentence(given: dict[str, str]) -> None:
    settings, problems = Settings.validated({"headers": ("aiware:headers", given)})
    assert all(said.startswith("aiware:headers ") for said in problems.values())
    assert len(settings.headers) == (0 if problems else len(given))


def test_values_are_never_shown_and_settings_stay_a_key() -> None:
    settings = Settings.from_mapping({"aiware:headers": {"X-A": SECRET}}, {})
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    again = Settings.from_mapping({"aiware:headers": {"X-A": SECRET}}, {})
    assert {settings: 1}[again] == 1
    assert Settings.model_validate(dict(settings)).headers == settings.headers
