"""Jobs that are there already become those of a fleet's entries."""

from __future__ import annotations

from tests.contract.fleets import PROVIDER, Start, fleet, job_ids, settled
from tests.support.host import Host
from tests.support.local import Local


def test_jobs_are_taken_over_and_stay(host: Host, local: Local, start: Start) -> None:
    _, made = host.create(PROVIDER, {**fleet("ab"), "__owner": "project/stack/other"})
    there = job_ids(made)
    adopt = {"adoptJobs": {"a": there["a"], "b": "26112913_nowhere"}}
    news = fleet("abc", **adopt)
    other = start()
    assert other.check(PROVIDER, news) == {}
    id_, outs = other.create(PROVIDER, news)
    assert job_ids(outs).keys() == set("ac")
    assert job_ids(outs)["a"] == there["a"]
    assert outs["undone"]["reasons"] == {"b": "cannot be adopted: aiWARE does not show job 26112913_nowhere"}
    assert local.mutations() == {"createJob": 3}
    # Without a mapping, the entry gets a job of its own.
    after = other.update(PROVIDER, id_, outs, fleet("abc", adoptJobs={"a": there["a"]}))
    assert after["adoptedEntries"] == ["a"]
    assert settled(start(), after, fleet("abc", adoptJobs={"a": there["a"]}))
    # Neither a removed entry nor a destroy takes what was adopted.
    less = other.update(PROVIDER, id_, after, fleet("bc"))
    assert "adoptedEntries" not in less
    assert "deleteTDO" not in local.mutations()
    other.delete(PROVIDER, id_, after)
    left = {job["targetId"] for job in local.objects()["jobs"]} & {tdo["id"] for tdo in local.objects()["tdos"]}
    assert left == {text.split(" ")[1] for text in made["jobs"].values()}


def test_only_a_job_that_does_the_same_is_taken_over(host: Host, local: Local, start: Start) -> None:
    _, made = host.create(PROVIDER, {**fleet("a"), "__owner": "project/stack/other"})
    news = fleet("a", adoptJobs={"a": job_ids(made)["a"]})
    news["template"] = {**news["template"], "tasks": news["template"]["tasks"][:1], "routes": []}
    _, outs = start().create(PROVIDER, {**news, "media": {**news["media"], "b": news["media"]["a"]}})
    assert "cannot be adopted: its engines are " in outs["undone"]["reasons"]["a"]
    assert job_ids(outs).keys() == {"b"}


def test_a_mapping_names_entries_and_a_job_for_each(host: Host, local: Local) -> None:
    failures = host.check(PROVIDER, fleet("ab", adoptJobs={"a": "j1", "b": "j1", "z": "j2"}))
    assert failures == {
        "adoptJobs.b": "is the job of a too: an entry has a job of its own",
        "adoptJobs.z": "is not an entry: media has no such key",
    }
