"""Fleets whose submission is disturbed: no job is lost, and none runs twice."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

import pytest

from aiware_resources.job_fleet import JobFleetProvider
from tests.contract.fleets import FAILING, Start, expect_only, fleet, job_ids, settled
from tests.support.host import Host, HostError
from tests.support.local import Local

PROVIDER = JobFleetProvider()


@pytest.mark.parametrize("action", [{"dropResponse": True}, {"refuse": True}, {"status": 502}, {"malformed": True}])
def test_lost_answers_make_no_second_job(host: Host, local: Local, action: dict[str, Any]) -> None:
    local.fault(action, operation="createJob", times=3, after=1)
    _, outs = host.create(PROVIDER, fleet("abcdefgh", concurrency=4))
    expect_only(local, outs)
    assert settled(host, outs, fleet("abcdefgh", concurrency=4))


def test_a_list_that_lags_some_seconds_doubles_no_job(host: Host, local: Local) -> None:
    local.behave(dialect={"listLag": 0.25})
    local.fault({"dropResponse": True}, operation="createJob", after=1)
    _, outs = host.create(PROVIDER, fleet("abc"))
    expect_only(local, outs)


def test_a_lost_answer_takes_no_job_that_was_there_before(start: Start, local: Local) -> None:
    first = start()
    id_, outs = first.create(PROVIDER, fleet("ab"))
    first.delete(PROVIDER, id_, outs)
    local.fault({"refuse": True}, operation="createJob")
    local.fault({"dropResponse": True}, operation="createJob")
    _, again = start().create(PROVIDER, fleet("ab"))
    assert not {*job_ids(again).values()} & {*job_ids(outs).values()}
    assert len(local.objects()["jobs"]) == 4


def test_without_markers_lost_answers_are_found_by_content(start: Start, local: Local) -> None:
    host = start(markers="false")
    local.fault({"dropResponse": True}, operation="createJob", times=2, after=1)
    _, outs = host.create(PROVIDER, fleet("abcdef"))
    expect_only(local, outs)
    assert {job["jobConfig"] for job in local.objects()["jobs"]} == {None}


def test_what_a_killed_run_submitted_is_taken(start: Start, local: Local) -> None:
    """The engine that was to record it is gone, and the next one has another provider process."""
    first = job_ids(start().create(PROVIDER, fleet("abc"))[1])
    host = start()
    id_, outs = host.create(PROVIDER, fleet("abcd"))
    expect_only(local, outs)
    assert {key: job_ids(outs)[key] for key in "abc"} == first
    # The same of an update: nothing of it was recorded.
    start().update(PROVIDER, id_, outs, fleet("abcdef"))
    host = start()
    after = host.update(PROVIDER, id_, outs, fleet("abcdefg"))
    expect_only(local, after)
    assert local.mutations() == {"createJob": 7}
    assert settled(host, after, fleet("abcdefg"))


def test_what_a_killed_run_left_is_taken_though_it_failed_and_not_when_it_was_deleted(
    start: Start, local: Local
) -> None:
    local.behave(engines=FAILING)
    first = start()
    id_, outs = first.create(PROVIDER, fleet("ab", concurrency=1))
    second = start()
    _, taken = second.create(PROVIDER, fleet("ab"))
    assert job_ids(taken) == job_ids(outs)
    after = second.update(PROVIDER, id_, second.read(PROVIDER, id_, taken).outs, fleet("ab"))
    assert local.mutations() == {"createJob": 2, "retryJob": 1}
    second.delete(PROVIDER, id_, after)
    third = start()
    assert set(job_ids(third.create(PROVIDER, fleet("ab"))[1]).values()).isdisjoint(job_ids(after).values())


def test_what_a_destroy_left_is_not_taken_for_a_killed_runs(start: Start, local: Local) -> None:
    first = start()
    id_, outs = first.create(PROVIDER, fleet("ab", onDestroyTarget="retain"))
    assert {len(tdo["details"]) for tdo in local.objects()["tdos"]} == {2}
    first.delete(PROVIDER, id_, outs)
    assert [tdo["details"] for tdo in local.objects()["tdos"]] == [{}, {}]
    again = start().create(PROVIDER, fleet("ab"))[1]
    assert set(job_ids(again).values()).isdisjoint(job_ids(outs).values())


def test_a_replacement_of_the_fleet_takes_none_of_its_jobs(host: Host, local: Local) -> None:
    """``pulumi up --replace``: the new fleet is made while the old one is recorded, and then the old one is deleted."""
    id_, outs = host.create(PROVIDER, fleet("ab"))
    _, again = host.create(PROVIDER, fleet("ab"))
    host.delete(PROVIDER, id_, outs)
    assert {tdo["id"] for tdo in local.objects()["tdos"]} == {text.split(" ")[1] for text in again["jobs"].values()}


def test_entries_that_are_refused_do_not_keep_back_the_others(host: Host, local: Local) -> None:
    news = fleet("abcde", concurrency=1)
    local.fault({"graphqlError": "invalid_input"}, operation="createJob", times=2, after=1)
    id_, outs = host.create(PROVIDER, news)
    assert job_ids(outs).keys() == set("ade")
    assert outs["undone"]["count"] == 2
    assert outs["undone"]["reasons"].keys() == set("bc")
    assert all("createJob" in reason for reason in outs["undone"]["reasons"].values())
    read = host.read(PROVIDER, id_, outs)
    assert host.diff(PROVIDER, id_, read.outs, news) == (True, [], False)
    after = host.update(PROVIDER, id_, read.outs, news)
    assert local.mutations() == {"createJob": 5}
    expect_only(local, after)
    assert settled(host, after, news)


def test_submitting_ends_when_there_is_no_hope(host: Host, local: Local) -> None:
    news = fleet([f"k{number:03}" for number in range(60)], concurrency=2)
    local.fault({"graphqlError": "not_allowed"}, operation="createJob", times=1000, after=5)
    id_, outs = host.create(PROVIDER, news)
    assert len(outs["jobs"]) == 5
    assert local.calls()["createJob"] <= 5 + 2
    assert outs["undone"]["count"] == 55
    assert len(outs["undone"]["reasons"]) == 50
    assert "not tried any more" in outs["undone"]["reasons"]["k045"]
    local.clear_faults()
    after = host.update(PROVIDER, id_, host.read(PROVIDER, id_, outs).outs, news)
    expect_only(local, after)
    assert len(after["jobs"]) == 60


def test_a_job_whose_fate_is_unknown_is_found_by_the_next_run(start: Start, local: Local) -> None:
    """Its answer is lost and aiWARE cannot be asked about it, while later ones are accepted."""
    host = start(maxRetries="0")
    news = fleet("abcd", concurrency=1)
    local.fault({"dropResponse": True}, operation="createJob")
    # The first look is the one for what an interrupted run has left.
    local.fault({"status": 502}, operation="jobs", after=1)
    id_, outs = host.create(PROVIDER, news)
    assert job_ids(outs).keys() == set("bcd")
    assert "newest" not in outs
    after = start().update(PROVIDER, id_, outs, news)
    assert local.calls()["createJob"] == 4
    expect_only(local, after)


def test_nothing_is_lost_when_aiware_goes_away_before_the_end(start: Start, local: Local) -> None:
    host = start(maxRetries="0")
    id_, outs = host.create(PROVIDER, fleet("abc"))
    local.fault({"status": 502}, operation="job")
    after = host.update(PROVIDER, id_, outs, fleet("bcd"))
    assert job_ids(after).keys() == set("abcd")
    assert after["undone"]["reasons"].keys() == {"a"}


def test_what_cannot_be_let_go_of_is_kept_for_the_next_run(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, fleet("abc"))
    news = fleet("bc")
    news["media"]["c"]["url"] = "https://media.test/other"
    local.fault({"graphqlError": "not_allowed"}, operation="deleteTDO", times=2)
    after = host.update(PROVIDER, id_, outs, news)
    assert job_ids(after).keys() == set("abc")
    assert after["left"] == [outs["jobs"]["c"]]
    assert after["undone"]["count"] == 2
    assert host.diff(PROVIDER, id_, after, news) == (True, [], False)
    again = host.update(PROVIDER, id_, after, news)
    assert again.keys() & {"left", "undone"} == set()
    assert {tdo["id"] for tdo in local.objects()["tdos"]} == {text.split(" ")[1] for text in again["jobs"].values()}
    local.fault({"graphqlError": "not_allowed"}, operation="deleteTDO")
    with pytest.raises(HostError, match="did not take all"):
        host.delete(PROVIDER, id_, again)
    host.delete(PROVIDER, id_, again)
    assert local.objects()["tdos"] == []


def test_a_provider_whose_engine_is_gone_submits_nothing_more(start: Start, local: Local) -> None:
    """It would go on for minutes otherwise, beside the next run, which submits the same."""
    host = start()
    news = fleet([f"k{number:03}" for number in range(200)], concurrency=1)
    local.fault({"delaySeconds": 0.05}, operation="createJob", times=1000)

    def create() -> None:
        with contextlib.suppress(HostError):
            host.create(PROVIDER, news)

    creating = threading.Thread(target=create)
    creating.start()
    deadline = time.monotonic() + 30
    while local.calls().get("createJob", 0) < 5:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    host.lose_engine()
    creating.join(30)
    submitted = local.calls()["createJob"]
    assert 5 <= submitted < 100
    local.clear_faults()
    _, outs = start().create(PROVIDER, news)
    expect_only(local, outs)
    assert local.calls()["createJob"] == 200
