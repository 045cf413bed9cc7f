"""Policies: what may be said of how an object is treated, and that none of it ever reaches aiWARE or re-runs a job."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.reconcile import Schema
from aiware_resources.reconcile.policies import Adoptable, Awaited
from tools.docs.entities import Entity, entities

SAID: dict[str, Any] = {
    "adopt": "the-id",
    "onDestroy": "retain",
    "onDestroyTarget": "retain",
    "cleanupOptions": ["storage"],
    "onFailure": "keep",
    "allowFailure": True,
    "wait": False,
    "timeout": 60,
    "downloadTo": "file",
    "resultsTo": "folder",
}


@pytest.mark.parametrize("entity", entities(), ids=lambda entity: entity.name)
def test_a_policy_is_recorded_without_replacing(entity: Entity) -> None:
    schema = Schema(entity.provider.model)
    policies = schema.properties & SAID.keys()
    assert policies
    assert policies <= entity.provider.policies
    assert not policies & entity.provider.replaces
    for policy in policies - {"adopt"}:
        found = entity.provider().diff("the-id", {}, {policy: SAID[policy]})
        assert (found.changes, found.replaces) == (True, []), policy


@pytest.mark.parametrize("timeout", [0, -1, "soon"])
def test_a_time_out_is_longer_than_nothing(timeout: Any) -> None:
    (problem,) = Schema(Awaited).validate({"timeout": timeout}, frozenset())[1]
    assert problem.path == ("timeout",)
    assert problem.reason.startswith("must be")


@pytest.mark.parametrize(("adopt", "is_fine"), [("431011721", True), (431011721, True), ("", False), (" ", False)])
def test_adopt_names_an_object(adopt: Any, is_fine: bool) -> None:
    values, problems = Schema(Adoptable).validate({"adopt": adopt}, frozenset())
    assert (values == {"adopt": str(adopt)}) is is_fine
    assert (problems == []) is is_fine
