"""One payload against its engine."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.api import CatalogueEngineRecord
from aiware_resources.catalogue.payloads.payload import TaskPayload
from aiware_resources.reconcile import Path, path_text

FIELDS = [
    {"name": "template", "type": "Picklist", "options": [{"key": "A", "value": "audio"}]},
    {"name": "size.seconds", "type": "Number", "min": 1},
    {"name": "source", "type": "Text", "required": True, "info": "Where it is."},
    {"name": "format", "type": "Text", "required": True, "defaultValue": "mp3"},
]
FINE = {"template": "audio", "size": {"seconds": "20"}, "source": "x"}


def payload(task: dict[str, Any], unknown: frozenset[Path] = frozenset(), **engine: Any) -> TaskPayload:
    record = CatalogueEngineRecord.model_validate({"id": "e-1", "name": "Cutter", "fields": FIELDS, **engine})
    return TaskPayload(task, ("tasks", 2), record, unknown)


def found(task: dict[str, Any], unknown: frozenset[Path] = frozenset(), **engine: Any) -> dict[str, str]:
    problems = payload(task, unknown, **engine).problems()
    return {path_text(problem.path).removeprefix("tasks[2]."): problem.reason for problem in problems}


@pytest.mark.parametrize(
    ("given", "path", "says"),
    [
        ({**FINE, "template": "vdeo"}, "payload.template", "must be one of: audio"),
        ({**FINE, "size": {"seconds": 0}}, "payload.size.seconds", "give 1 or more"),
        ({**FINE, "size": 20}, "payload.size", "must be an object: engine Cutter looks for values in it"),
        ({"template": "audio"}, "payload.source", "is missing: engine Cutter needs it (Where it is)"),
        ({**FINE, "source": None}, "payload.source", "is missing"),
    ],
)
def test_problems(given: dict[str, Any], path: str, says: str) -> None:
    problems = found({"payload": given})
    assert list(problems) == [path]
    assert says in problems[path]


@pytest.mark.parametrize("task", [{}, {"payload": None}, {"payload": {}}])
def test_no_payload_misses_what_is_required_and_has_no_default(task: dict[str, Any]) -> None:
    assert list(found(task)) == ["payload.source"]


def test_a_payload_as_text() -> None:
    assert found({"payloadString": '{"source": "x", "size": {"seconds": 0}}'}).keys() == {"payloadString.size.seconds"}
    # That it is no JSON is not for the catalogue to say.
    assert found({"payloadString": "{"}) == {}


@pytest.mark.parametrize("value", ["text", ["list"], 5, True])
def test_a_payload_that_is_no_object_is_left_alone(value: Any) -> None:
    assert found({"payload": value}) == {}


@pytest.mark.parametrize(
    "path",
    [
        ("tasks", 2),
        ("tasks", 2, "payload"),
        ("tasks", 2, "payload", "source"),
    ],
)
def test_what_is_not_known_yet_is_not_missing(path: Path) -> None:
    assert found({}, frozenset({path})) == {}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"tempalte": "audio"}, "payload.tempalte is not known to engine Cutter: did you mean template?"),
        ({"size": {"second": 5}}, "payload.size.second is not known to engine Cutter: did you mean size.seconds?"),
        ({"sizes": {"seconds": 5}}, "payload.sizes is not known to engine Cutter: did you mean size?"),
        ({"seconds": 5}, "payload.seconds is not known to engine Cutter: did you mean size.seconds?"),
        ({"ulr": "x"}, "payload.ulr is not known to engine Cutter: did you mean url?"),
        ({"zzz": 5}, "payload.zzz is not known to engine Cutter: `aiware engines show e-1` lists what it takes"),
    ],
)
def test_unknown_keys_are_odd_and_no_problem(given: dict[str, Any], says: str) -> None:
    one = payload({"payload": {"source": "x", **given}})
    assert list(one.problems()) == []
    assert one.oddities == [f"tasks[2].{says}"]


def test_an_engine_that_lists_no_fields_takes_anything() -> None:
    one = payload({"payload": {"anything": 1}}, fields=None)
    assert (list(one.problems()), one.oddities) == ([], [])


def test_what_any_engine_takes_is_not_odd() -> None:
    one = payload({"payload": {**FINE, "url": "https://x.test", "libraryId": "l"}})
    assert (list(one.problems()), one.oddities) == ([], [])


def test_an_engine_that_works_with_a_library() -> None:
    assert found({"payload": FINE}, libraryRequired=True) == {
        "payload.libraryId": "is missing: engine Cutter works with a library"
    }
    assert found({"payload": {**FINE, "libraryId": "l"}}, libraryRequired=True) == {}
