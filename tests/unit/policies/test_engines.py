"""Which engines may be used."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources import engines
from aiware_resources.policies.engines import engine_ids, objections
from tests.unit.policies.made import UNKNOWN, declared, not_known, violations

GOOD, BAD = engines.SPEECHMATICS_ENGLISH, engines.GOOGLE_SPEECH_TO_TEXT
ALLOWED = engine_ids([GOOD])


def task(engine: Any, **more: Any) -> dict[str, Any]:
    return {"engineId": engine, **more}


def fleet(engine: Any, **media: dict[str, Any]) -> dict[str, Any]:
    return {"template": {"tasks": [task(engine)]}, "media": media or {"a": {}, "b": {}}}


USES = [
    ("Job", {"tasks": [task(GOOD), task(BAD)]}, "tasks[1].engineId"),
    ("Job", {"tasks": [task(GOOD, standbyTask=task(BAD))]}, "tasks[0].standbyTask.engineId"),
    ("SingleEngineJob", {"engineId": BAD, "uploadUrl": "https://a"}, "engineId"),
    ("JobFleet", fleet(BAD), "tasks[0].engineId of the entry a"),
    ("JobFleet", fleet("${media.engine}", a={"engine": GOOD}, b={"engine": BAD}), "tasks[0].engineId of the entry b"),
    (
        "ExportRequest",
        {"outputConfigurations": [{"engineId": GOOD}, {"engineId": BAD}]},
        "outputConfigurations[1].engineId",
    ),
]


@pytest.mark.parametrize(("kind", "properties", "where"), USES)
def test_an_engine_that_is_not_allowed_is_refused_wherever_it_is_used(
    kind: str, properties: dict[str, Any], where: str
) -> None:
    (said,) = violations(objections(declared(kind, properties), ALLOWED))
    assert said == (
        f"{kind} it: {where} is the engine {BAD} (Google Speech-to-Text), which is not allowed. Use another engine, or "
        "add this one to `engines` of the policy allowed-engines."
    )
    assert not list(objections(declared(kind, properties), engine_ids([GOOD, "google speech-to-text "])))


def test_a_value_that_is_not_known_yet_is_no_engine_that_is_allowed() -> None:
    places: list[tuple[str, dict[str, Any], str]] = [
        ("Job", {"tasks": [task(UNKNOWN)]}, "tasks[0].engineId"),
        ("Job", {"tasks": [UNKNOWN]}, "tasks[0]"),
        ("Job", {"tasks": UNKNOWN}, "tasks"),
        ("SingleEngineJob", {"engineId": UNKNOWN}, "engineId"),
        ("JobFleet", {"template": UNKNOWN, "media": {"a": {}}}, "template"),
        ("JobFleet", {"template": {"tasks": [task("${media.engine}")]}, "media": UNKNOWN}, "media"),
        ("ExportRequest", {"outputConfigurations": UNKNOWN}, "outputConfigurations"),
    ]
    for kind, properties, where in places:
        found = list(objections(declared(kind, properties), ALLOWED))
        assert not violations(found)
        assert not_known(found) == [f"{kind} it: {where} is not known yet, so `pulumi up` checks it"]


def test_what_is_said_of_a_fleet_is_short() -> None:
    many = {f"{number:04}": {"engine": f"engine-{number}"} for number in range(3000)}
    found = violations(objections(declared("JobFleet", fleet("${media.engine}", **many)), ALLOWED))
    assert len(found) == 5
    assert found[-1].endswith("(and 2,995 more like this)")


def test_resources_of_other_packages_name_no_engines() -> None:
    assert not list(objections(declared("Cluster", {"engineId": BAD, "allowedEngines": [BAD]}), ALLOWED))
