"""Calls about engines: what is sent, pages, and what is made of the answers."""

from __future__ import annotations

import pytest

from aiware_resources import errors
from tests.unit.api.conftest import Script

ENGINE = {
    "id": "e-1",
    "name": "Chunk",
    "mode": "Stream",
    "state": "active",
    "category": {"id": "c-1", "name": "Utility", "categoryType": "utility", "type": {"name": "Aggregator"}},
    "fields": [
        {"name": "size", "type": "Number", "min": 1, "max": 9.5, "step": 0.5, "required": True, "options": None},
        {"name": "kind", "type": "Picklist", "options": [{"key": "Audio", "value": "audio"}], "defaultValues": None},
        None,
    ],
    "supportedInputFormats": None,
}


def page(field: str, ids: list[str], limit: int = 30) -> dict[str, object]:
    records = [{**ENGINE, "id": id_} for id_ in ids]
    return {field: {"limit": limit, "count": len(records), "records": records}}


def test_many_engines_in_one_request(script: Script) -> None:
    script.play(script.answer(page("engines", ["e-2", "e-1"])))
    found = script.api().engines(["e-1", "none", "e-2", "e-1"])
    assert list(found) == ["e-1", "e-2"]
    variables = {"ids": ["e-1", "none", "e-2"], "limit": 30}
    # A page may hold fewer than it was asked for: one is missing, or comes later.
    assert [body["variables"] for body in script.bodies] == [{**variables, "offset": n} for n in (0, 2, 4)]
    engine = found["e-1"]
    assert (engine.mode, engine.supported_input_formats) == ("Stream", [])
    assert engine.category is not None
    assert engine.category.type is not None
    assert engine.category.type.name == "Aggregator"
    size, kind = engine.fields
    assert (size.min, size.max, size.step, size.required, size.options) == (1, 9.5, 0.5, True, [])
    assert [(option.key, option.value) for option in kind.options] == [("Audio", "audio")]


def test_more_ids_than_fit_on_a_page(script: Script) -> None:
    ids = [f"e-{number}" for number in range(31)]
    script.play(script.answer(page("engines", ids[:30])), script.answer(page("engines", ids[30:])))
    assert list(script.api().engines(ids)) == ids
    assert [body["variables"]["ids"] for body in script.bodies] == [ids[:30], ids[30:]]


def test_pages_are_followed(script: Script) -> None:
    first, second = [f"e-{number}" for number in range(30)], ["e-29", "e-30"]
    script.play(script.answer(page("engines", first)), script.answer(page("engines", second)))
    found = list(script.api().find_engines(category="Utility", name="ch", of_type="Aggregator"))
    assert [engine.id for engine in found] == [*first, "e-30"]
    assert [body["variables"]["offset"] for body in script.bodies] == [0, 30, 32, 34]
    assert script.bodies[0]["variables"] == {
        "category": "Utility",
        "name": "ch",
        "filter": {"type": ["Aggregator"]},
        "offset": 0,
        "limit": 30,
    }


def test_categories(script: Script) -> None:
    record = {"id": "c-1", "name": "Transcription", "categoryType": "transcript", "totalEngines": 3, "type": None}
    script.play(script.answer({"engineCategories": {"limit": 30, "count": None, "records": [record]}}))
    (category,) = script.api().engine_categories("Cognition")
    assert (category.name, category.total_engines, category.type) == ("Transcription", 3, None)
    assert script.bodies[0]["variables"]["type"] == "Cognition"


def test_all_clusters_without_the_deleted_ones(script: Script) -> None:
    records = [
        {"id": "rt-1", "status": "active"},
        {"id": "rt-2", "status": "active", "deletedDateTime": "2026-11-24T09:51:42.000Z"},
    ]
    script.play(script.answer({"clusters": {"limit": 30, "count": 2, "records": records}}))
    assert [cluster.id for cluster in script.api().all_clusters()] == ["rt-1"]


def test_an_engine_without_an_id_is_no_answer(script: Script) -> None:
    script.play(script.answer({"engines": {"limit": 30, "count": 1, "records": [{"name": "x"}]}}))
    with pytest.raises(errors.ServerFailure, match="does not fit the schema in: id"):
        script.api().engines(["e-1"])
