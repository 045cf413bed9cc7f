"""What suits a custom field, and what is said of what does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiware_resources.api import EngineFieldRecord
from aiware_resources.catalogue.payloads.fields import objections


def field(type_: str, name: str = "field", **more: Any) -> EngineFieldRecord:
    return EngineFieldRecord.model_validate({"name": name, "type": type_, **more})


LANGUAGES = [{"key": "English", "value": "en"}, {"key": "French", "value": "fr"}]
SWITCH = [{"key": "No", "value": "false"}, {"key": "Yes", "value": "true"}]
SIZE = field("Number", min=1, max=3600, step=1)
SENSITIVITY = field("Number", min=0, max=1, step=0.05)
FIVES = field("Number", min=1, step=5)
LANGUAGE = field("Picklist", options=LANGUAGES)
LANGUAGES_TOO = field("MultiPicklist", options=LANGUAGES)


@pytest.mark.parametrize(
    ("described", "value"),
    [
        (SIZE, 20),
        (SIZE, "20"),
        (SIZE, 1),
        (SIZE, "3600"),
        (SENSITIVITY, 0.15),
        (SENSITIVITY, "0.3"),
        (SENSITIVITY, 1),
        (FIVES, 6),
        (FIVES, 10),
        (field("Number"), -7.25),
        (field("Number", step=0.1), 1.7e308),
        (LANGUAGE, "en"),
        (field("Picklist", options=[{"key": "Five", "value": "5"}]), 5),
        (field("Picklist", options=SWITCH), True),
        (field("Picklist", options=SWITCH), "false"),
        (field("Picklist"), "anything"),
        (LANGUAGES_TOO, []),
        (LANGUAGES_TOO, ["fr", "en"]),
        (field("Text"), ""),
        (field("Text"), {"an": "object"}),
        (field("SchemaSelection"), "9c2f"),
        (field("Hologram"), object()),
    ],
)
def test_what_suits(described: EngineFieldRecord, value: Any) -> None:
    assert list(objections(described, value)) == []


@pytest.mark.parametrize(
    ("described", "value", "says"),
    [
        (SIZE, 0, "must be a number from 1 to 3600, but is 0: give 1 or more"),
        (SIZE, "3601", 'must be a number from 1 to 3600, but is "3601": give 3600 or less'),
        (SIZE, "twenty", 'must be a number from 1 to 3600, but is "twenty"'),
        (SIZE, 1.5, "must go in steps of 1, but is 1.5: give 1 or 2"),
        (SIZE, True, "must be a number from 1 to 3600, but is true"),
        (SIZE, "nan", 'but is "nan"'),
        (SIZE, 10**400, "must be a number from 1 to 3600"),
        (SIZE, [20], "but is a list"),
        (SENSITIVITY, 0.12, "must go in steps of 0.05, but is 0.12: give 0.1 or 0.15"),
        (FIVES, 8, "must go in steps of 5, but is 8: give 6 or 11"),
        (field("Number", max=9), 10, "must be a number of at most 9, but is 10"),
        (field("Number", min=2), 1, "must be a number of at least 2, but is 1"),
        (field("Number"), "x" * 90, f'must be a number, but is "{"x" * 37}..."'),
        (LANGUAGE, "de", 'must be one of: en, fr; it is "de"'),
        (LANGUAGE, "english", "did you mean en?"),
        (LANGUAGE, "fr-", "did you mean fr?"),
        (LANGUAGE, ["en"], "must be one of: en, fr; it is a list"),
        (LANGUAGES_TOO, "en", "must be a list with any of: en, fr"),
        (field("Text"), 5, "must be text, but is a number: write it in quotes"),
        (field("Text"), False, "must be text, but is true or false"),
        (field("Text"), ["a"], "must be text, but is a list"),
        (
            field("Picklist", options=[{"key": None, "value": f"v{n}"} for n in range(20)]),
            "x",
            "v10, v11 and 8 more; it is",
        ),
    ],
)
def test_what_does_not(described: EngineFieldRecord, value: Any, says: str) -> None:
    ((path, reason),) = objections(described, value)
    assert path == ()
    assert says in reason


def test_each_wrong_item_of_a_list_has_its_place() -> None:
    found = dict(objections(LANGUAGES_TOO, ["en", "eng", None, {}]))
    assert list(found) == [(1,), (3,)]
    assert "did you mean en?" in found[(1,)]


def test_what_may_be_a_secret_is_not_quoted() -> None:
    ((_, reason),) = objections(field("Picklist", name="apiKey", options=LANGUAGES), "sekrit")
    assert "sekrit" not in reason


@given(st.integers(1, 3600))
def test_every_step_suits(number: int) -> None:
    assert list(objections(SIZE, number)) == list(objections(SIZE, str(number))) == []


@given(st.integers(0, 20))
def test_fractions_of_steps_suit_in_spite_of_rounding(steps: int) -> None:
    assert list(objections(SENSITIVITY, steps * 0.05)) == []


@given(
    st.one_of(
        st.none(), st.booleans(), st.floats(), st.text(), st.lists(st.integers()), st.dictionaries(st.text(), st.text())
    )
)
def test_nothing_breaks_it(value: Any) -> None:
    for described in (SIZE, SENSITIVITY, LANGUAGE, LANGUAGES_TOO, field("Text"), field("Number", step=0.1)):
        assert all(reason for _, reason in objections(described, value))
