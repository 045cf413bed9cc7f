"""`aiware:markers: false`: objects carry nothing of ours, and lost answers are looked for by content."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from aiware_resources import pipelines
from aiware_resources.job import JobProvider, JobState
from aiware_resources.reconcile.naming import api_properties
from aiware_resources.temporal_data_object import TdoProvider
from tests.support.host import Host
from tests.support.local import Local

GRAPH = pipelines.transcription("https://media.test/a.mp4")
JOB: dict[str, Any] = {
    "__owner": "project/stack/job",
    **api_properties(JobState, {"tasks": list(GRAPH.tasks), "routes": list(GRAPH.routes), "target": {}}),
}
TDO: dict[str, Any] = {
    "__owner": "project/stack/tdo",
    "startDateTime": 1574311000,
    "stopDateTime": 1574315000,
    "name": "plain",
    "details": {"a": 1},
}


@pytest.fixture(scope="module")
def host(shared_local: Local) -> Iterator[Host]:
    """A provider host without markers."""
    url = f"{shared_local.server.url}/v3/graphql"
    running = Host({"aiware:endpoint": url, "aiware:token": shared_local.token, "aiware:markers": "false"}, {})
    yield running
    running.close()


def test_nothing_of_ours_is_left_in_aiware(host: Host, local: Local) -> None:
    host.create(TdoProvider(), TDO)
    assert local.only("tdos")["details"] == {"a": 1}
    host.create(JobProvider(), JOB)
    assert local.only("jobs")["jobConfig"] is None


@pytest.mark.parametrize("action", [{"dropResponse": True}, {"refuse": True}])
def test_a_lost_answer_is_found_by_content(host: Host, local: Local, action: dict[str, Any]) -> None:
    local.fault(action, operation="createTDO")
    tdo, _ = host.create(TdoProvider(), TDO)
    assert local.only("tdos")["id"] == tdo
    local.fault(action, operation="createJob")
    job, _ = host.create(JobProvider(), {**{key: JOB[key] for key in JOB if key != "target"}, "targetId": tdo})
    assert local.only("jobs")["id"] == job


def test_an_equal_object_of_the_same_run_is_not_taken(host: Host, local: Local) -> None:
    first, _ = host.create(JobProvider(), JOB)
    local.fault({"dropResponse": True}, operation="createJob")
    second, _ = host.create(JobProvider(), JOB)
    assert {first, second} == {job["id"] for job in local.objects()["jobs"]}
    assert first != second
