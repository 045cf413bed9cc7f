"""What an update of a fleet records and removes: jobs that it may not have, and TDOs of files that wait for jobs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

import pytest

from aiware_resources.api import Api, JobRecord
from aiware_resources.api.cloud import CLOUD
from aiware_resources.errors import ConfigurationError, FleetFailed
from aiware_resources.fleet import handover, update
from aiware_resources.fleet.entries import Entry
from aiware_resources.fleet.handover import handed_over, with_waiting
from aiware_resources.fleet.plan import Plan
from aiware_resources.fleet.submission import Submitted
from aiware_resources.fleet.update import Update
from aiware_resources.job_fleet import JobFleetProvider
from aiware_resources.settings import Settings
from aiware_resources.shards import SHARD, Shard, shard_of

K = next(key for key in map(str, range(100)) if shard_of(key, 2) == 1)
"""A key that goes to the second of two shards."""
MARKED = {"pulumiMarker": "m"}


class Server:
    """Notes which TDOs are deleted.

    Args:
        jobs: The jobs that are there.
    """

    url = "http://127.0.0.1:1/v3/graphql"
    abilities = CLOUD

    def __init__(self, *jobs: dict[str, Any]) -> None:
        self._jobs = [JobRecord.model_validate(job) for job in jobs]
        self.deleted: list[str] = []

    def me(self) -> None:
        """Tells the time of no clock."""

    def jobs_marked_since(self, when: datetime, *, target_id: str, **_: Any) -> Iterator[JobRecord]:
        return (job for job in self._jobs if job.target_id == target_id)

    def tdos(self, ids: list[str]) -> dict[str, Any]:
        return {}

    def delete_tdo(self, tdo_id: str) -> None:
        self.deleted.append(tdo_id)


def fleet(index: int, count: int, **more: Any) -> dict[str, Any]:
    shard = Shard("talks", index, count).properties()
    return {"__owner": f"project/talks-{index}/archive", SHARD: shard, "jobs": {}, **more}


def job(target_id: str, **more: Any) -> dict[str, Any]:
    return {"id": "J1", "targetId": target_id, "target": {"id": target_id}, "jobConfig": MARKED, **more}


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the other shards record."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(handover, "_fleets", lambda *_: [(9, outputs, {}) for outputs in found])
    return found


def updated(server: Server, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
    return Update(cast(Api, server), Settings(), olds, news).run(Plan())


def destroy(monkeypatch: pytest.MonkeyPatch, server: Server, outs: dict[str, Any]) -> None:
    monkeypatch.setattr(JobFleetProvider, "api", server)
    JobFleetProvider().with_settings(Settings()).remove("", outs, "delete")


@pytest.mark.parametrize(
    "there", [{"jobs": {K: Entry("J1", "T1", True, "2.a").text()}}, {"uploads": {K: "T1"}}], ids=["job", "upload"]
)
def test_a_tdo_that_another_shard_records_is_that_ones(
    others: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, there: dict[str, Any]
) -> None:
    others.append(there)
    server = Server()
    facts = updated(server, fleet(0, 1, uploads={K: "T1", "gone": "T2"}), fleet(0, 2))
    assert (server.deleted, facts["uploads"], facts["undone"]) == (["T2"], None, None)
    server = Server()
    destroy(monkeypatch, server, fleet(1, 2, uploads={K: "T1", "gone": "T2"}))
    assert server.deleted == ["T2"]


def test_a_tdo_with_a_job_that_is_not_recorded_yet_stays(
    others: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(job("T1"))
    facts = updated(server, fleet(0, 1, uploads={K: "T1"}), fleet(0, 2))
    assert (server.deleted, facts["uploads"]) == ([], {K: "T1"})
    assert "job J1, which no state records, works on TDO T1" in facts["undone"]["reasons"][K]
    with pytest.raises(FleetFailed, match="J1"):
        destroy(monkeypatch, server, fleet(0, 1, uploads={K: "T1"}))
    assert server.deleted == []


@pytest.mark.parametrize(
    ("jobs", "index"),
    [([], 0), ([job("T2")], 0), ([job("T1", jobConfig=None)], 0), ([job("T1", target=None)], 0), ([job("T1")], 1)],
    ids=["none", "elsewhere", "of nobody", "without its TDO", "of this shard's entry"],
)
def test_any_other_surplus_is_removed(others: list[dict[str, Any]], jobs: list[dict[str, Any]], index: int) -> None:
    server = Server(*jobs)
    facts = updated(server, fleet(index, 2, uploads={K: "T1"}), fleet(index, 2))
    assert (server.deleted, facts["uploads"], facts["undone"]) == (["T1"], None, None)


def test_without_the_states_of_others_nothing_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(_: Any) -> frozenset[str]:
        raise ConfigurationError("The state of talks-1 cannot be read.")

    monkeypatch.setattr(update, "recorded_tdos", unreadable)
    server = Server()
    facts = updated(server, fleet(0, 2, uploads={K: "T1"}), fleet(0, 2))
    assert (server.deleted, facts["uploads"]) == ([], {K: "T1"})
    assert "cannot be read" in facts["undone"]["reasons"][K]


def test_the_tdo_of_a_job_of_its_own_stays() -> None:
    """A failed job was to run again on its file, was refused, and is not to run again any more."""
    server = Server()
    olds = {"__owner": "p/s/f", "jobs": {"a": Entry("J1", "T1", True, "2.a").text()}, "uploads": {"a": "T1"}}
    assert updated(server, olds, {"__owner": "p/s/f"})["uploads"] is None
    assert server.deleted == []


def test_what_waits_for_another_shard_keeps_its_tdo(others: list[dict[str, Any]]) -> None:
    text = Entry("J1", "T1", True, "2.a").text()
    recorded = fleet(0, 1, jobs={K: text}, uploads={K: "T1", "gone": "T2"})
    over = handed_over(recorded, fleet(0, 2))
    assert over.olds["uploads"] == {"gone": "T2"}
    assert with_waiting({"jobs": {}, "uploads": None}, over, recorded)["uploads"] == {K: "T1"}


def test_what_was_refused_on_a_tdo_that_may_be_of_others_leaves_the_job_before_it_the_fleets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = Submitted(reasons={"a": "refused"}, uncertain={"a"})
    monkeypatch.setattr(Update, "_submitted", lambda *_: refused)
    olds = {"__owner": "p/s/f", "jobs": {"a": Entry("J1", "T1", True, "2.a").text()}}
    assert updated(Server(), olds, {"__owner": "p/s/f"})["adoptedEntries"] is None
    refused.entries["a"] = Entry("J2", "T2", False, "2.a")
    assert updated(Server(), olds, {"__owner": "p/s/f"})["adoptedEntries"] == ["a"]
