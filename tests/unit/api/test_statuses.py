"""The vocabularies of statuses agree with what others say of them."""

from __future__ import annotations

from typing import get_args

from aiware_resources.api import statuses
from aiware_resources.cli import exports, jobs
from aiware_resources.cluster import ClusterStatus


def test_the_command_offers_all_statuses() -> None:
    """It has lists of its own, since it has to be there before the API is imported."""
    assert jobs.STATUSES == statuses.JOB_STATUSES
    assert exports.STATUSES == statuses.EXPORT_STATUSES


def test_a_job_rests_in_a_status_that_it_can_have() -> None:
    assert set(statuses.EDGE_STATUSES.values()) | statuses.JOB_DONE | statuses.JOB_FILTERS == {*statuses.JOB_STATUSES}
    assert {*statuses.EXPORT_STATUSES} > statuses.EXPORT_DONE


def test_a_cluster_is_pending_ready_or_failed() -> None:
    told = [*statuses.CLUSTER_PENDING, *statuses.CLUSTER_READY, *statuses.CLUSTER_FAILED]
    assert sorted(told) == sorted(get_args(ClusterStatus))
