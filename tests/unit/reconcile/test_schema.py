"""Checking properties, known and unknown, and their normal form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field

from aiware_resources.cluster import ClusterState
from aiware_resources.job import JobState
from aiware_resources.reconcile import ApiModel, ByteSize, Identifier, Path, Schema, path_text
from aiware_resources.temporal_data_object import TdoState


class Part(ApiModel):
    name: str
    size: ByteSize | None = None


class Thing(ApiModel):
    some_name: str
    number: int = 3
    parts: list[Part] = Field(default_factory=list)
    one: Part | None = None
    either: Part | Identifier | None = None
    data: dict[str, Any] | None = None


THING = Schema(Thing)


def problems(props: dict[str, Any], *unknown: Path, schema: Schema = THING) -> dict[str, str]:
    _, found = schema.validate(props, frozenset(unknown))
    return {path_text(problem.path): problem.reason for problem in found}


def test_what_is_fine_comes_back_as_values() -> None:
    values, found = THING.validate({"someName": "a", "parts": [{"name": "p", "size": "1kb"}]}, frozenset())
    assert found == []
    assert values == {"someName": "a", "parts": [Part.model_validate({"name": "p", "size": 1024})]}


@pytest.mark.parametrize(
    ("props", "path", "reason"),
    [
        ({}, "someName", "is missing"),
        ({"some_name": "a", "someName": "a"}, "some_name", "is not known here: did you mean someName?"),
        ({"someName": "a", "zzz": 1}, "zzz", "is not known here: check its spelling"),
        ({"someName": "a", "number": "many"}, "number", "must be a whole number"),
        ({"someName": "a", "parts": [{"name": "p"}, {}]}, "parts[1].name", "is missing"),
        ({"someName": "a", "parts": [{"name": "p", "color": 1}]}, "parts[0].color", "is not known here"),
        ({"someName": "a", "parts": [{"name": "p", "size": "big"}]}, "parts[0].size", "is not a size: give bytes"),
        ({"someName": "a", "one": {"size": 1}}, "one.name", "is missing"),
    ],
)
def test_a_problem_says_where_and_what(props: dict[str, Any], path: str, reason: str) -> None:
    found = problems(props)
    assert list(found) == [path]
    assert found[path].startswith(reason)


def test_a_choice_is_told() -> None:
    found = problems({"name": "c", "allowedEngines": ["all"], "type": "RTX"}, schema=Schema(ClusterState))
    assert found["type"] == "must be 'ami', 'RT' or 'OnPrem'"


def test_all_problems_are_told_at_once() -> None:
    assert set(problems({"number": [], "parts": [{}], "zzz": 1})) == {"someName", "number", "parts[0].name", "zzz"}


def test_the_path_of_a_union_names_no_member() -> None:
    assert set(problems({"someName": "a", "either": {"color": 1}})) == {"either", "either.name", "either.color"}


@pytest.mark.parametrize(
    ("props", "unknown"),
    [
        ({}, ("someName",)),
        ({"someName": "a", "parts": [{}]}, ("parts", 0, "name")),
        ({"someName": "a", "parts": [None]}, ("parts", 0)),
        ({"someName": "a", "one": {}}, ("one", "name")),
    ],
)
def test_what_is_unknown_is_not_missing(props: dict[str, Any], unknown: Path) -> None:
    assert problems(props, unknown) == {}
    assert problems(props) != {}


def test_an_unknown_part_hides_no_problem_beside_it() -> None:
    props = {"someName": "a", "parts": [{"size": "big"}, {}]}
    assert set(problems(props, ("parts", 0, "name"))) == {"parts[0].size", "parts[1].name"}


def test_the_engines_own_keys_and_nulls_are_passed_over() -> None:
    assert problems({"someName": "a", "__owner": "x", "__provider": "y", "number": None}) == {}


def test_normal_form_fills_in_defaults_and_leaves_out_nothing() -> None:
    assert THING.normal({"someName": "a", "number": None}) == {"someName": "a", "number": 3, "parts": []}
    part = {"name": "p", "size": "1kb"}
    assert THING.normal({"someName": "a", "parts": [part]})["parts"] == [{"name": "p", "size": 1024}]


def test_an_odd_live_value_stays_comparable() -> None:
    assert THING.normal({"someName": "a", "number": "many"})["number"] == "many"
    assert "zzz" not in THING.normal({"someName": "a", "zzz": 1})


UNHURRIED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Busy machines are slow; that is nothing to fail for."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("schema", [THING, Schema(ClusterState), Schema(JobState), Schema(TdoState)])
@UNHURRIED
@given(data=st.data())
def test_normal_form_is_stable_whatever_the_values(schema: Schema, data: st.DataObject) -> None:
    props = data.draw(st.dictionaries(st.sampled_from(sorted(schema.properties)), JSON, max_size=5))
    normal = schema.normal(props)
    assert schema.normal(normal) == normal


@pytest.mark.parametrize("schema", [THING, Schema(ClusterState), Schema(JobState), Schema(TdoState)])
@UNHURRIED
@given(data=st.data())
def test_checking_never_crashes_and_points_into_the_properties(schema: Schema, data: st.DataObject) -> None:
    props = data.draw(st.dictionaries(st.sampled_from(sorted(schema.properties)) | st.text(max_size=5), JSON))
    _, found = schema.validate(props, frozenset())
    for problem in found:
        assert problem.reason
        assert problem.path[0] in props or problem.reason == "is missing"
