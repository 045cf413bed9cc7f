"""The normal form is versioned: what earlier releases left is known by theirs.

Each mark and fingerprint here was made by the code of the time, and is in users' objects and states. Never change one:
if a test fails, an upgrade would run paid work again.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiware_resources.cluster import ClusterProvider
from aiware_resources.fleet import entries
from aiware_resources.job import JobProvider
from aiware_resources.reconcile import EntityProvider, ownership
from aiware_resources.reconcile.provider import plain, schema_of
from aiware_resources.temporal_data_object import TdoProvider
from tests.e2e.states.keep import STATES

WIDE = json.loads((STATES / "2026-11-29.wide.json").read_text(encoding="utf-8"))["deployment"]["resources"]
INPUTS: dict[str, Any] = {resource["urn"].rsplit("::", 1)[1]: plain(resource.get("inputs", {})) for resource in WIDE}
FIRST_MARKERS: list[tuple[str, EntityProvider, str]] = [
    ("cluster", ClusterProvider(), "8281d202c7d35a6a"),
    ("tdo", TdoProvider(), "c492d2fc17387315"),
    ("branches", JobProvider(), "cceb325f466735d9"),
    ("plain", JobProvider(), "79a13cbcc48ec8e0"),
    ("own", JobProvider(), "1dd05c07d33f4973"),
]
MARKERS = {
    "cluster": "8281d202c7d35a6a",
    "tdo": "7f4da49a5681b6f3",
    "branches": "afe01c2c5b275603",
    "plain": "52aa8061abdbf3bd",
    "own": "235c6485d82e4921",
}
FIRST_FINGERPRINTS = {"ep-1": "99cf96d3e224", "ep-2": "53e700095235", "ep-3": "0128166a832c"}
FINGERPRINTS = {"ep-1": "2.c4d7ffae7320", "ep-2": "2.44b350f86f56", "ep-3": "2.fc1037d3e9e2"}


@pytest.fixture(autouse=True)
def one_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ownership, "state_identity", lambda: "state")


@pytest.mark.parametrize(("name", "provider", "first"), FIRST_MARKERS)
def test_markers_of_every_form_stay(name: str, provider: EntityProvider, first: str) -> None:
    apart = provider.policies | provider.secrets
    marks = ownership.markers(schema_of(provider.model), INPUTS[name], apart)
    assert marks == list(dict.fromkeys([MARKERS[name], first]))
    assert ownership.marker(schema_of(provider.model), INPUTS[name], apart) == marks[0]


def test_fingerprints_of_every_form_stay() -> None:
    jobs = {key: job for key, job, _ in entries.known_jobs_of(INPUTS["fleet"])}
    assert {key: entries.first_fingerprint(job) for key, job in jobs.items()} == FIRST_FINGERPRINTS
    assert {key: entries.fingerprint(job) for key, job in jobs.items()} == FINGERPRINTS
    (fleet,) = (resource for resource in WIDE if resource["urn"].endswith("::fleet"))
    recorded = entries.recorded_entries(fleet["outputs"])
    assert {key: entry.product for key, entry in recorded.items()} == FIRST_FINGERPRINTS
