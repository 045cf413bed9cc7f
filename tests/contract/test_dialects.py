"""The client and the providers against servers that write their answers in other ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from aiware_resources.cluster import ClusterProvider
from aiware_resources.errors import ApiError
from aiware_resources.export_request import ExportProvider
from aiware_resources.fleet.condition import FleetCondition
from aiware_resources.fleet.entries import recorded_entries
from aiware_resources.fleet.reading import OPEN
from aiware_resources.fleet.unfinished import Unfinished
from aiware_resources.job import JobProvider
from aiware_resources.job_fleet import JobFleetProvider
from aiware_resources.temporal_data_object import TdoProvider
from aiware_resources.waiting import Done, Pending
from aiware_resources.waiting.conditions import COMPLETE, JobCondition
from tests.contract import test_both_apis, test_cluster, test_job, test_tdo
from tests.contract.apis import KINDS, Ground
from tests.contract.fleets import fleet
from tests.contract.test_export import export
from tests.support.host import Host
from tests.support.local import Local

NOT_PROMISED = [
    "createdDateTime",
    "modifiedDateTime",
    "queuedDateTime",
    "startedDateTime",
    "completedDateTime",
    "count",
    "offset",
    "limit",
    "organizationId",
    "requestorId",
    "categoryType",
    "targetStatus",
]
"""What no part of the client may need."""

DIALECTS: dict[str, dict[str, Any]] = {
    "ids as numbers": {"ids": "number"},
    "times in milliseconds": {"times": "milliseconds"},
    "times with offsets": {"times": "offset"},
    "null where there is nothing": {"empty": "null"},
    "absent where there is nothing": {"empty": "absent"},
    "fields that are not promised are null": {"empty": "null", "without": NOT_PROMISED},
    "fields that are not promised are absent": {"empty": "absent", "without": NOT_PROMISED},
    "extra fields": {"extraFields": True},
    "small pages": {"pageSize": 2},
}
WITHOUT_STATUS = {"without": ["status", "jobStatus"]}
"""No job has a status then, in either API."""
NEEDS_TIMES = {"job_details", "jobs_created_since"}
"""Checks that look at times, which some dialects do not tell."""


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest, local: Local) -> Iterator[dict[str, Any]]:
    """A dialect that the local aiWARE speaks."""
    chosen = DIALECTS[request.param]
    local.behave(dialect=chosen)
    yield chosen
    local.behave(dialect={})


@pytest.mark.parametrize("kind", KINDS)
def test_every_call_of_both_apis(local: Local, dialect: dict[str, Any], kind: Any) -> None:
    for name, check in test_both_apis.CHECKS.items():
        if name in NEEDS_TIMES and "without" in dialect:
            continue
        local.reset()
        local.behave(jobSeconds=0, exportSeconds=0, dialect=dialect)
        ground = Ground(kind, local)
        try:
            check(ground)
        except Exception as error:
            error.add_note(f"in the check {name}")
            raise
        finally:
            ground.close()


def test_what_is_declared_is_no_drift(host: Host, local: Local, dialect: dict[str, Any]) -> None:
    declared: dict[Any, dict[str, Any]] = {
        ClusterProvider(): test_cluster.FULL,
        TdoProvider(): test_tdo.FULL,
        JobProvider(): test_job.JOB,
    }
    for provider, props in declared.items():
        id_, outs = host.create(provider, props)
        read = host.read(provider, id_, outs)
        assert host.diff(provider, id_, read.outs, props) == (False, [], False)
        host.update(provider, id_, read.outs, props)
        if isinstance(provider, TdoProvider):
            local.behave(exportSeconds=60)
            request = export(id_)
            export_id, export_outs = host.create(ExportProvider(), request)
            assert host.diff(
                ExportProvider(), export_id, host.read(ExportProvider(), export_id, export_outs).outs, request
            ) == (
                False,
                [],
                False,
            )
        host.delete(provider, id_, read.outs)
        assert host.read(provider, id_, outs).id == "" or isinstance(provider, JobProvider)
    objects = local.objects()
    assert (objects["clusters"], objects["tdos"]) == ([], [])


def test_a_job_whose_status_is_missing_is_never_complete(host: Host, local: Local) -> None:
    local.behave(dialect=WITHOUT_STATUS)
    ground = Ground("cloud", local)
    job, fleet_of_two = JobCondition(), fleet("ab")
    id_, outs = host.create(JobProvider(), test_job.JOB)
    fleet_id, fleet_outs = host.create(JobFleetProvider(), fleet_of_two)
    jobs = FleetCondition("fleet", recorded_entries(fleet_outs), Unfinished())
    assert {each["status"] for each in local.objects()["jobs"]} == {"complete"}
    seen = job.judge(id_, job.read(ground.api(), [id_], {})[id_])
    assert seen == Pending("without a status, 0 of 5 tasks done", "pending")
    assert COMPLETE not in host.read(JobProvider(), id_, outs).outs
    seen_of_fleet = jobs.judge("fleet", jobs.read(ground.api(), ["fleet"], {})["fleet"])
    assert seen_of_fleet == Pending("0 of 2 jobs complete, 2 without a status", "running")
    read = host.read(JobFleetProvider(), fleet_id, fleet_outs)
    assert read.outs[OPEN] == ["a", "b"]
    # Nothing is done about it either.
    assert host.diff(JobFleetProvider(), fleet_id, read.outs, fleet_of_two) == (False, [], False)
    local.behave(dialect={})
    assert isinstance(job.judge(id_, job.read(ground.api(), [id_], {})[id_]), Done)
    assert isinstance(jobs.judge("fleet", jobs.read(ground.api(), ["fleet"], {})["fleet"]), Done)
    ground.close()


def test_a_job_of_edge_whose_status_is_missing_cannot_be_read(local: Local) -> None:
    local.behave(dialect=WITHOUT_STATUS)
    ground, unread = Ground("edge", local), dict[str, ApiError]()
    api = ground.api()
    made = api.create_job(ground.input())
    assert JobCondition().read(api, [made.id], unread) == {}
    assert "does not fit the specification in: jobstatus" in str(unread[made.id])
    ground.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("action", [{"dropResponse": True}, {"malformed": True}])
def test_a_job_whose_answer_was_lost_is_found(
    local: Local, dialect: dict[str, Any], kind: Any, action: dict[str, Any]
) -> None:
    ground = Ground(kind, local)
    host = Host(ground.with_token, {})
    # others, so that a list goes on beyond its first page
    others = [host.create(JobProvider(), ground.job(owner=f"project/stack/other {number}"))[0] for number in range(3)]
    ground.fault(action, "create")
    id_, outs = host.create(JobProvider(), ground.job())
    assert id_ not in others
    assert ground.calls("create") == 4
    assert host.read(JobProvider(), id_, outs).id == id_
    assert "Traceback" not in host.close()
