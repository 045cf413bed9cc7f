"""What each of aiWARE's APIs can do, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiware_resources.api.abilities import EACH, Abilities, Refusal
from aiware_resources.api.cloud import CLOUD
from aiware_resources.api.edge import EDGE
from aiware_resources.dag import Route, Task
from aiware_resources.job import JobState
from aiware_resources.reconcile.provider import schema_of
from aiware_resources.temporal_data_object import TdoProvider
from tests.support.markdown import table
from tools.docs.entities import entities

PAGE = Path(__file__).resolve().parents[3] / "docs" / "edge.md"


def test_objections_name_each_place() -> None:
    abilities = Abilities(
        "an API",
        refusals=(
            Refusal(("name",), "no names"),
            Refusal(("tasks", EACH, "kind"), "no kinds", lambda value: value != "plain"),
        ),
    )
    job = {"name": "n", "tasks": [{"kind": "plain"}, None, {"kind": "odd"}, {}]}
    assert list(abilities.objections(job)) == [(("name",), "no names"), (("tasks", 2, "kind"), "no kinds")]


@pytest.mark.parametrize("job", [{}, {"name": ""}, {"name": None}, {"name": 0}, {"tasks": "unknown"}, {"tasks": {}}])
def test_what_asks_for_nothing_is_no_objection(job: dict[str, object]) -> None:
    abilities = Abilities("an API", refusals=(Refusal(("name",), "no"), Refusal(("tasks", EACH, "kind"), "no")))
    assert list(abilities.objections(job)) == []


@pytest.mark.parametrize("abilities", [CLOUD, EDGE], ids=lambda abilities: abilities.name)
def test_what_is_refused_is_a_property_of_a_job(abilities: Abilities) -> None:
    """One that is misspelled would never be refused."""
    parts = {"tasks": Task, "routes": Route}
    for refusal in abilities.refusals:
        head, *rest = (part for part in refusal.path if part != EACH)
        assert head in schema_of(JobState).properties
        assert all(name in schema_of(parts[head]).properties for name in rest), refusal.path


@pytest.mark.parametrize("abilities", [CLOUD, EDGE], ids=lambda abilities: abilities.name)
def test_what_is_lacking_is_an_entity(abilities: Abilities) -> None:
    kinds = {entity.provider.kind for entity in entities()}
    assert set(abilities.lacking) <= kinds
    assert "job" not in abilities.lacking
    assert all(sentence.startswith(abilities.name) for sentence in abilities.lacking.values())


def test_edge_has_jobs_alone() -> None:
    assert {entity.provider.kind for entity in entities()} - set(EDGE.lacking) == {"job", "job fleet"}


@pytest.mark.parametrize("abilities", [CLOUD, EDGE], ids=lambda abilities: abilities.name)
def test_an_api_without_tdos_lacks_their_entity(abilities: Abilities) -> None:
    assert abilities.has_tdos == (TdoProvider.kind not in abilities.lacking)


def test_the_page_tells_every_argument_that_edge_does_not_take() -> None:
    told = [argument.strip("`") for argument, _ in table(PAGE, "Arguments that Edge does not take")]
    assert told == [".".join(refusal.path) for refusal in EDGE.refusals]
