"""A constructor refuses what its list of arguments does not have, and asks for what the list requires."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources import Cluster, Job, JobFleet, JobTemplate, SingleEngineJob
from aiware_resources.reconcile.naming import arguments_in
from tools.docs.entities import entities

ENTITIES = entities()


@pytest.mark.parametrize(
    ("make", "given", "said"),
    [
        (Cluster, {"nmae": "a"}, r"Cluster\(\) got an unexpected keyword argument 'nmae': did you mean name\?"),
        (Cluster, {"name": "a"}, r"Cluster\(\) is missing required keyword arguments: 'allowed_engines'"),
        (SingleEngineJob, {"target_id": "1"}, "missing required keyword arguments: 'engine_id'"),
        (JobFleet, {"clusterId": "1"}, r"argument 'clusterId': did you mean cluster_id\?"),
        (Job, {"zzz": 1}, r"Job\(\) got an unexpected keyword argument 'zzz': check its spelling\.$"),
    ],
)
def test_what_is_written_wrong_is_refused(make: Any, given: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        make("thing", **given)


def test_the_template_of_a_fleet_takes_the_list_of_a_job() -> None:
    make: Any = JobTemplate
    with pytest.raises(
        TypeError, match=r"JobTemplate\(\) got an unexpected keyword argument 'task': did you mean tasks\?"
    ):
        make(task=[])


@pytest.mark.parametrize("entity", ENTITIES, ids=[entity.name for entity in ENTITIES])
def test_a_list_has_what_the_desired_state_has(entity: Any) -> None:
    beside = {"dag"} if entity.name == "Job" else set()
    assert arguments_in(entity.resource.args).keys() == entity.provider.model.model_fields.keys() | beside
