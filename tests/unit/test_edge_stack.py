"""The stack `edge`: the shipped program on aiWARE Edge."""

from __future__ import annotations

from pathlib import Path

from aiware_resources.api.edge import EDGE
from tests.unit.stacks.test_stacks import config_of, declared_in

ROOT = Path(__file__).resolve().parents[2]


def test_the_stack_declares_what_edge_has() -> None:
    config = config_of("edge")
    assert (config["aiware:api"], config["aiware:endpoint"]) == ("edge", "local")
    declared = declared_in(ROOT, "edge")
    assert {each.kind.rpartition(":")[2] for each in declared} == {"Job"}
    for job, document in zip(declared, config["aiware-pipelines:documents"], strict=True):
        assert list(EDGE.objections(job.properties)) == []
        assert job.properties["tasks"][0]["payload"] == {"url": document["url"]}
        assert job.properties["resultsTo"] == f"out/edge/{document['name']}"
