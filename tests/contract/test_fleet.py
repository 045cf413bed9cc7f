"""Fleets through the real provider host: entry by entry."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from aiware_resources import JobTemplate, engines, media_value, pipelines
from aiware_resources.fleet.packing import packed, unpacked
from aiware_resources.job_fleet import JobFleetProvider
from tests.contract.fleets import FAILING, Start, expect_only, fleet, job_ids, settled, told
from tests.support.host import UNKNOWN_VALUE, Host, HostError
from tests.support.local import Local

PROVIDER = JobFleetProvider()


def test_a_fleet_round_trips(host: Host, local: Local) -> None:
    news = fleet("abc")
    assert host.check(PROVIDER, news) == {}
    id_, outs = host.create(PROVIDER, news)
    expect_only(local, outs)
    # A job without a name is called as its key; that is not recorded.
    assert {job["name"] for job in local.objects()["jobs"]} == {"a", "b", "c"}
    names = {tdo["name"] for tdo in local.objects()["tdos"]}
    assert names == {"Title a", "Title b", "Title c"}
    assert "media" not in outs
    read = host.read(PROVIDER, id_, outs)
    assert told(read.outs) == told(outs)
    assert settled(host, outs, news)
    host.delete(PROVIDER, id_, outs)
    assert local.objects()["tdos"] == []
    host.delete(PROVIDER, id_, outs)


def test_thousands_of_entries_are_given_and_recorded_as_texts(host: Host, local: Local) -> None:
    few, news = fleet("abc"), packed(fleet("abc"))
    checked = host.checked(PROVIDER, news)
    assert checked["media"] == news["media"]
    id_, outs = host.create(PROVIDER, checked)
    expect_only(local, unpacked(outs))
    assert isinstance(outs["jobs"], str)
    assert host.read(PROVIDER, id_, outs).outs["jobs"] == outs["jobs"]
    assert settled(host, outs, news)
    # The form alone changes nothing, whichever comes first.
    assert settled(host, outs, few)
    assert settled(host, unpacked(outs), news)
    after = host.update(PROVIDER, id_, unpacked(outs), packed(fleet("bcd")))
    assert json.loads(after["jobs"]).keys() == set("bcd")
    assert host.update(PROVIDER, id_, after, fleet("bcd"))["jobs"] == json.loads(after["jobs"])
    assert local.mutations() == {"createJob": 4, "deleteTDO": 1}
    host.delete(PROVIDER, id_, after)
    assert local.objects()["tdos"] == []


def test_a_mistake_in_one_of_thousands_of_entries_is_named(host: Host) -> None:
    news = fleet("abc")
    del news["media"]["b"]["url"]
    assert host.check(PROVIDER, packed(news)).keys() == {"media.b.url"}


def test_an_update_submits_what_is_new_and_lets_go_of_what_is_not_declared(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, fleet("abc"))
    before = job_ids(outs)
    news = fleet("bcd")
    news["media"]["c"]["url"] = "https://media.test/other"
    assert host.diff(PROVIDER, id_, outs, news) == (True, [], False)
    after = host.update(PROVIDER, id_, outs, news)
    assert local.mutations() == {"createJob": 5, "deleteTDO": 2}
    assert job_ids(after).keys() == set("bcd")
    assert job_ids(after)["b"] == before["b"]
    assert job_ids(after)["c"] != before["c"]
    targets = {text.split(" ")[1] for text in after["jobs"].values()}
    assert targets == {tdo["id"] for tdo in local.objects()["tdos"]}
    assert settled(host, after, news)


@pytest.mark.parametrize(
    ("change", "changes"),
    [
        ({"clusterId": "rt-2"}, True),
        ({"onFailure": "keep", "timeout": 1, "wait": False, "allowFailure": True}, True),
        ({"onDestroy": "retain", "onDestroyTarget": "cleanup", "cleanupOptions": ["storage"]}, True),
        ({"concurrency": 2}, True),
        ({"concurrency": 8, "onFailure": "retry"}, False),
    ],
)
def test_where_and_how_jobs_run_is_recorded_without_a_call(
    host: Host, local: Local, change: dict[str, Any], changes: bool
) -> None:
    id_, outs = host.create(PROVIDER, fleet("a"))
    before = local.http_requests()
    assert host.diff(PROVIDER, id_, outs, fleet("a", **change)) == (changes, [], False)
    after = host.update(PROVIDER, id_, outs, fleet("a", **change))
    assert local.http_requests() == before
    assert after == {**outs, **change}


def test_a_failure_is_recorded_and_retried_in_place(host: Host, local: Local) -> None:
    local.behave(engines=FAILING)
    news = fleet("ab", concurrency=1)
    id_, outs = host.create(PROVIDER, news)
    read = host.read(PROVIDER, id_, outs)
    assert told(read.outs) == {**told(outs), "failures": {"a": "failed: invalid_data: noise"}}
    assert host.diff(PROVIDER, id_, read.outs, news) == (True, [], False)
    assert host.diff(PROVIDER, id_, read.outs, {**news, "onFailure": "keep"})[1] == []
    local.fault({"dropResponse": True}, operation="retryJob")
    after = host.update(PROVIDER, id_, read.outs, news)
    assert local.mutations() == {"createJob": 2, "retryJob": 1}
    assert told(after) == told(outs)
    assert settled(host, after, news)


def test_failed_jobs_are_replaced_where_the_program_says_so(host: Host, local: Local) -> None:
    local.behave(engines=FAILING)
    news = fleet("ab", concurrency=1, onFailure="replace")
    id_, outs = host.create(PROVIDER, news)
    after = host.update(PROVIDER, id_, host.read(PROVIDER, id_, outs).outs, news)
    assert local.mutations() == {"createJob": 3, "deleteTDO": 1}
    assert job_ids(after)["a"] != job_ids(outs)["a"]
    assert job_ids(after)["b"] == job_ids(outs)["b"]
    assert settled(host, after, news)


def test_a_failed_job_that_cannot_be_retried_runs_again(host: Host, local: Local) -> None:
    cluster, other = (
        local.graphql(
            'mutation { createCluster(input: {name: "c", allowedEngines: ["all"], dockerCredentials: {}}) { id } }'
        )["createCluster"]["id"]
        for _ in range(2)
    )
    local.behave(engines=FAILING)
    id_, outs = host.create(PROVIDER, fleet("a", clusterId=cluster))
    moved = host.update(PROVIDER, id_, host.read(PROVIDER, id_, outs).outs, fleet("a", clusterId=other))
    assert local.mutations()["createJob"] == 2
    local.behave(jobSeconds=60)
    id_, outs = host.create(PROVIDER, fleet("b"))
    local.graphql("mutation($id: ID!) { cancelJob(id: $id) { id } }", id=job_ids(outs)["b"])
    read = host.read(PROVIDER, id_, outs)
    assert read.outs["failures"] == {"b": "cancelled"}
    again = host.update(PROVIDER, id_, read.outs, fleet("b"))
    assert job_ids(again)["b"] != job_ids(outs)["b"]
    assert "retryJob" not in local.mutations()
    assert moved["clusterId"] == other


def test_what_vanished_is_submitted_again_and_what_was_purged_counts_as_done(host: Host, local: Local) -> None:
    news = fleet("abc")
    id_, outs = host.create(PROVIDER, news)
    local.graphql("mutation($id: ID!) { deleteTDO(id: $id) { id } }", id=outs["jobs"]["a"].split(" ")[1])
    purged = {**outs["jobs"], "b": outs["jobs"]["b"].replace(job_ids(outs)["b"], "24112609_gonegonego")}
    read = host.read(PROVIDER, id_, {**outs, "jobs": purged, "__open": ["a", "c"]})
    assert read.outs["jobs"] == {key: purged[key] for key in "bc"}
    assert read.outs["__open"] == []
    after = host.update(PROVIDER, id_, read.outs, news)
    assert local.mutations()["createJob"] == 4
    assert after["jobs"].keys() == set("abc")
    assert settled(host, after, news)


def test_a_job_that_was_not_seen_complete_is_neither_done_nor_run_again_at_once(host: Host, local: Local) -> None:
    news = fleet("ab")
    id_, outs = host.create(PROVIDER, news)
    jobs = {**outs["jobs"], "b": outs["jobs"]["b"].replace(job_ids(outs)["b"], "24112609_gonegonego")}
    read = host.read(PROVIDER, id_, {**outs, "jobs": jobs})
    assert (read.outs["jobs"], read.outs["__open"], [*read.outs["__missing"]]) == (jobs, ["b"], ["b"])
    assert host.diff(PROVIDER, id_, read.outs, news)[0] is False
    # What else the fleet does, it is remembered since when the job is missing.
    more = host.update(PROVIDER, id_, read.outs, fleet("abc"))
    assert more["__missing"] == read.outs["__missing"]
    # It is looked for again, and only then it is gone.
    later = host.read(PROVIDER, id_, {**read.outs, "__missing": {"b": "2026-01-01T00:00:00+00:00"}})
    assert (later.outs["jobs"].keys(), "__missing" in later.outs) == ({"a"}, False)
    assert host.update(PROVIDER, id_, later.outs, news)["jobs"].keys() == {"a", "b"}


def test_jobs_that_are_not_shown_just_after_their_creation_are_not_gone(
    start: Callable[..., Host], local: Local
) -> None:
    host = start(notFoundGrace="60")
    local.fault({"lag": 0.5}, times=10_000)
    id_, outs = host.create(PROVIDER, fleet("abc"))
    assert host.read(PROVIDER, id_, outs).outs["jobs"] == outs["jobs"]
    local.clear_faults()
    assert local.mutations()["createJob"] == 3


def test_a_job_that_cannot_be_read_keeps_nothing_from_the_others(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, fleet("abc"))
    local.fault({"unreadable": [job_ids(outs)["b"]]}, times=10_000)
    read = host.read(PROVIDER, id_, outs)
    local.clear_faults()
    assert read.outs["jobs"] == outs["jobs"]
    assert read.outs["__open"] == ["b"]


def test_jobs_may_work_on_tdos_that_are_there(host: Host, local: Local) -> None:
    tdo = local.graphql(
        'mutation { createTDO(input: {startDateTime: "2026-01-01T00:00:00Z", stopDateTime: "2026-01-01T01:00:00Z"}) '
        "{ id } }"
    )["createTDO"]["id"]
    template = JobTemplate(dag=pipelines.translation("https://media.test/a"), target_id=media_value("tdo")).properties
    news = {"__owner": "p/s/fleet", "template": template, "media": {"a": {"tdo": tdo}}}
    id_, outs = host.create(PROVIDER, news)
    assert outs["jobs"]["a"].split(" ")[1] == f"={tdo}"
    assert settled(host, outs, news)
    host.delete(PROVIDER, id_, outs)
    assert [each["id"] for each in local.objects()["tdos"]] == [tdo]


@pytest.mark.parametrize(
    ("policies", "status", "tdos"),
    [
        ({}, "cancelled", 0),
        ({"onDestroyTarget": "retain"}, "cancelled", 2),
        ({"onDestroyTarget": "cleanup"}, "cancelled", 2),
        ({"onDestroy": "retain"}, "running", 2),
        ({"onDestroy": "retain", "onDestroyTarget": "delete"}, None, 0),
    ],
)
def test_destroy_does_what_the_policies_say(
    host: Host, local: Local, policies: dict[str, Any], status: str | None, tdos: int
) -> None:
    local.behave(jobSeconds=60)
    id_, outs = host.create(PROVIDER, fleet("ab", **policies))
    local.fault({"dropResponse": True}, operation="cancelJob")
    local.fault({"dropResponse": True}, operation="deleteTDO")
    host.delete(PROVIDER, id_, outs)
    statuses = {"running" if each["status"] in {"pending", "queued"} else each["status"] for each in jobs(local)}
    assert len(local.objects()["tdos"]) == tdos
    assert status is None or statuses == {status}
    assert local.mutations().get("cleanupTDO", 0) == (2 if policies.get("onDestroyTarget") == "cleanup" else 0)


def jobs(local: Local) -> list[dict[str, Any]]:
    return local.objects()["jobs"]


def test_what_is_complete_is_known_to_be_so(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, fleet("ab"))
    assert outs["__open"] == ["a", "b"]
    read = host.read(PROVIDER, id_, outs)
    assert read.outs["__open"] == []
    assert host.update(PROVIDER, id_, read.outs, fleet("abc"))["__open"] == ["c"]
    assert host.update(PROVIDER, id_, outs, fleet("a"))["__open"] == ["a"]


def test_a_fleet_may_become_empty(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, fleet("ab"))
    assert host.check(PROVIDER, fleet("")) == {}
    after = host.update(PROVIDER, id_, outs, fleet(""))
    assert after["jobs"] == {}
    assert local.objects()["tdos"] == []
    assert settled(host, after, fleet(""))


# --- check ----------------------------------------------------------------------------------------------------------


def edited(edit: Callable[[dict[str, Any]], object], keys: str = "abc") -> dict[str, Any]:
    changed = copy.deepcopy(fleet(keys))
    edit(changed)
    return changed


@pytest.mark.parametrize(
    ("edit", "path", "says"),
    [
        (lambda f: f["media"]["b"].pop("url"), "media.b.url", "is missing: template.tasks[0].payload.url uses it"),
        (lambda f: [each.pop("url") for each in f["media"].values()], "media.a.url", "(all 3 entries)"),
        (lambda f: f["media"]["b"].update(titel="x"), "media.b.titel", "did you mean title?"),
        (lambda f: f["media"].update(d=3), "media.d", "must be an object"),
        (lambda f: f["media"].update({" ": f["media"]["a"]}), "media. ", "cannot be a key"),
        (
            lambda f: f["template"].update(tasks=[], routes=[]) or [each.pop("url") for each in f["media"].values()],
            "template.tasks",
            "at least one task (all 3 entries)",
        ),
        (lambda f: f["template"].update(targetID="1"), "template.targetID", "did you mean targetId?"),
        (lambda f: f["template"].update(clusterId="1"), "template.clusterId", "argument of the fleet"),
        (lambda f: f["template"].pop("target") and f["media"].clear(), "", ""),
        (lambda f: f["template"].update(targetId="1"), "template.targetId", "not both (all 3 entries)"),
        (lambda f: f["template"]["tasks"][0].update(color=1), "template.tasks[0].color", "is not known"),
        (
            lambda f: f["template"]["tasks"][0].update(engineId="${media.title}"),
            "template.tasks[0].engineId",
            'aiWARE has no engine "Title',
        ),
        (lambda f: f.update(clusterId="rt-nope"), "clusterId", 'no cluster "rt-nope" that this token can see'),
        (lambda f: f.update(clusterId="${media.where}"), "media.a.where", "is missing: clusterId uses it"),
        (lambda f: f.update(concurrency=65), "concurrency", "less than or equal to 64"),
        (lambda f: f.update(onFailure="pray"), "onFailure", "'replace'"),
        (lambda f: f.update(onDestroy="delete"), "onDestroy", "no call to delete a job"),
        (lambda f: f.pop("media"), "media", "is missing"),
    ],
)
def test_bad_input(host: Host, edit: Callable[[dict[str, Any]], object], path: str, says: str) -> None:
    problems = host.check(PROVIDER, edited(edit))
    assert path in problems or (path == "" and problems == {})
    assert says in problems.get(path, "")


def test_the_entries_with_a_mistake_are_named(host: Host) -> None:
    def edit(props: dict[str, Any]) -> None:
        props["template"]["target"] = {"startDateTime": "${media.from}", "stopDateTime": 1_700_000_000}
        for number, (key, values) in enumerate(props["media"].items()):
            props["media"][key] = {"url": values["url"], "from": 1_600_000_000 + number * 50_000_000}

    problems = host.check(PROVIDER, edited(edit, "abcdefg"))
    assert list(problems) == ["template.target.stopDateTime"]
    props = edited(edit, "abcdefg")
    props["media"]["a"]["from"] = "soon"
    assert "(entry a)" in host.check(PROVIDER, props)["template.target.startDateTime"]


def test_payloads_are_held_against_the_catalogue_for_what_is_new(host: Host) -> None:
    graph = pipelines.transcription(media_value("url"))
    template = JobTemplate(dag=graph, target={}).properties
    template["tasks"][2]["payload"]["customFFMPEGProperties"]["chunkSizeInSeconds"] = media_value("seconds")
    media = {key: {"url": "https://media.test/a", "seconds": seconds} for key, seconds in (("a", "20"), ("b", "x"))}
    news = {"__owner": "p/s/fleet", "template": template, "media": media}
    path = "template.tasks[2].payload.customFFMPEGProperties.chunkSizeInSeconds"
    problems = host.check(PROVIDER, news)
    assert list(problems) == [path]
    assert problems[path].endswith("(entry b)")
    assert host.check(PROVIDER, news, olds=news) == {}
    assert engines.CHUNK in {task["engineId"] for task in template["tasks"]}


def test_everything_may_be_unknown(host: Host) -> None:
    assert host.check(PROVIDER, dict.fromkeys(("template", "media", "clusterId"), UNKNOWN_VALUE)) == {}
    assert host.check(PROVIDER, edited(lambda f: f["media"].update(b=UNKNOWN_VALUE))) == {}
    assert host.check(PROVIDER, edited(lambda f: f["media"]["b"].update(url=UNKNOWN_VALUE))) == {}
    assert host.check(PROVIDER, edited(lambda f: f["template"].update(target=UNKNOWN_VALUE))) == {}
    assert host.check(PROVIDER, edited(lambda f: f["template"].update(tasks=UNKNOWN_VALUE))) == {}


def test_nothing_is_submitted_when_aiware_takes_nothing(host: Host, local: Local) -> None:
    local.fault({"graphqlError": "invalid_input"}, operation="createJob", times=3)
    with pytest.raises(HostError, match="did not take all"):
        host.create(PROVIDER, fleet("abc"))
    assert jobs(local) == []


def test_equal_fleets_do_not_take_each_others_jobs(start: Start, local: Local) -> None:
    start().create(PROVIDER, fleet("ab"))
    other = {**fleet("ab"), "__owner": "project/stack/other"}
    start().create(PROVIDER, other)
    assert len(jobs(local)) == 4


def test_a_job_that_is_started_again_in_place_is_another_run(host: Host, local: Local) -> None:
    local.behave(engines=FAILING)
    id_, outs = host.create(PROVIDER, fleet("ab"))
    read = host.read(PROVIDER, id_, outs)
    (failed,) = read.outs["failures"]
    assert "__reruns" not in outs
    updated = host.update(PROVIDER, id_, read.outs, fleet("ab"))
    assert updated["__reruns"] == {failed: 1}
    assert job_ids(updated) == job_ids(outs)
    # It stays so, until its entry goes.
    (other,) = {"a", "b"} - {failed}
    assert host.update(PROVIDER, id_, updated, fleet(["a", "b", "c"]))["__reruns"] == {failed: 1}
    assert "__reruns" not in host.update(PROVIDER, id_, updated, fleet(other))
