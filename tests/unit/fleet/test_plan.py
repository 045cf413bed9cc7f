"""What an update does, entry by entry."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.output import Unknown

from aiware_resources import JobTemplate, media_value, pipelines
from aiware_resources.fleet import plan as plans
from aiware_resources.fleet.entries import Entry, fingerprint, first_fingerprint, jobs_of
from aiware_resources.fleet.plan import named, plan
from aiware_resources.job_fleet import JobFleetProvider

UNKNOWN: Any = Unknown  # has no types
TEMPLATE = JobTemplate(dag=pipelines.translation(media_value("url")), target={}).properties


def fleet(*keys: str, **more: Any) -> dict[str, Any]:
    return {"template": TEMPLATE, "media": {key: {"url": f"https://m.test/{key}"} for key in keys}, **more}


def recorded(*keys: str, **more: Any) -> dict[str, Any]:
    jobs = {
        key: Entry(f"job-{key}", "1", owns_target=True, product=fingerprint(job)).text()
        for key, job in jobs_of(fleet(*keys))
    }
    return {"template": TEMPLATE, "jobs": jobs, **more}


def test_nothing_happens_to_what_stays() -> None:
    assert not plan(recorded("a", "b"), fleet("a", "b"))


def test_each_entry_is_treated_by_itself() -> None:
    news = fleet("a", "b", "d", "e")
    news["media"]["b"]["url"] = "https://m.test/other"
    found = plan(recorded("a", "b", "c", "e", failures={"e": "failed"}), news)
    assert [each.key for each in found.added] == ["d"]
    assert [(each.key, each.replaced and each.replaced.job_id) for each in found.changed] == [("b", "job-b")]
    assert [each.key for each in found.failed] == ["e"]
    assert list(found.removed) == ["c"]
    assert found.summary() == "submits d; resubmits b; runs again e; removes c"


def test_what_is_written_as_before_needs_no_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [f"k{number}" for number in range(50)]
    olds, before = recorded(*keys, failures={"k7": "failed"}), fleet(*keys)
    found_out: list[Any] = []

    def noted(job: Any) -> str:
        found_out.append(job)
        return fingerprint(job)

    monkeypatch.setattr(plans, "fingerprint", noted)
    news = fleet(*keys, "new")
    news["media"]["k9"]["url"] = "https://m.test/other"
    assert plan(olds, news, before).summary() == "submits new; resubmits k9; runs again k7"
    assert len(found_out) == 2


def test_a_refresh_finds_out_no_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "fingerprint", lambda _: pytest.fail("it was found out"))
    owner = {"__owner": "project/stack/fleet"}
    keys = [f"k{number}" for number in range(50)]
    changes = JobFleetProvider().diff("id", {**recorded(*keys), **owner}, {**fleet(*keys), **owner}).changes
    assert changes is False


def test_what_an_earlier_run_could_not_do_is_still_to_be_done() -> None:
    """Its inputs are recorded, and the job of the entry is an earlier one."""
    news = fleet("a")
    news["media"]["a"]["url"] = "https://m.test/other"
    undone = {"count": 1, "reasons": {"a": "refused"}}
    assert plan(recorded("a", undone=undone), news, news).summary() == "resubmits a"


def test_a_number_is_not_the_word_for_it() -> None:
    template = JobTemplate(dag=pipelines.transcription("u", payload={"n": media_value("n")}), target={}).properties
    (one, true) = ({"template": template, "media": {"a": {"n": value}}} for value in (1, True))
    ((_, job),) = jobs_of(one)
    olds = {"jobs": {"a": Entry("j", "1", owns_target=True, product=fingerprint(job)).text()}}
    assert plan(olds, true, one).summary() == "resubmits a"


def test_failures_that_are_kept_are_left_alone() -> None:
    assert not plan(recorded("a", failures={"a": "failed"}), fleet("a", onFailure="keep"))


def test_a_failed_entry_that_changes_is_resubmitted_only() -> None:
    news = fleet("a")
    news["media"]["a"]["url"] = "https://m.test/other"
    found = plan(recorded("a", failures={"a": "failed"}), news)
    assert ([each.key for each in found.changed], found.failed) == (["a"], [])


def test_another_cluster_runs_nothing_again() -> None:
    assert not plan(recorded("a"), fleet("a", clusterId="rt-2"))
    assert not plan(recorded("a"), fleet("a", clusterId=UNKNOWN()))


def test_names_of_values_are_no_difference() -> None:
    template = JobTemplate(dag=pipelines.translation(media_value("address")), target={}).properties
    news = {"template": template, "media": {"a": {"address": "https://m.test/a"}}}
    assert not plan(recorded("a"), news)


@pytest.mark.parametrize("key", ["template", "media"])
def test_nothing_can_be_told_of_what_is_unknown(key: str) -> None:
    found = plan(recorded("a"), fleet("a") | {key: UNKNOWN()})
    assert found
    assert "not known yet" in found.summary()


def test_entries_with_unknown_values_are_named() -> None:
    news = fleet("a", "b")
    news["media"]["b"]["url"] = UNKNOWN()
    found = plan(recorded("a", "b"), news)
    assert found.summary() == "may resubmit: b, whose values are not known yet"
    news["media"]["b"] = UNKNOWN()
    assert plan(recorded("a", "b"), news).undecided == ["b"]


@pytest.mark.parametrize(
    ("keys", "text"),
    [(["a"], "a"), (["a", "b"], "a, b (2)"), (list("abcdefg"), "a, b, c, d, e, ... (7)")],
)
def test_many_keys_are_cut_short(keys: list[str], text: str) -> None:
    assert named(keys) == text


def test_a_key_does_nothing_to_a_terminal() -> None:
    said = named(["a\nb", "\x1b[2J", "\u202egpm.4pm", "ä 1"])
    assert said == "a\\nb, \\x1b[2J, \\u202egpm.4pm, ä 1 (4)"


ADDRESS = "https://bucket.s3.amazonaws.com/{key}?X-Amz-Date={n}&X-Amz-Signature={n}"


def signed(n: int, *keys: str, reverse: bool = False) -> dict[str, Any]:
    """A fleet whose links were signed for the n-th time."""
    made = fleet(*keys)
    made["media"] = {key: {"url": ADDRESS.format(key=key, n=n)} for key in keys}
    tasks, routes = made["template"]["tasks"], made["template"]["routes"]
    turned = {"tasks": tasks[::-1], "routes": routes[::-1]} if reverse else {}
    return {**made, "template": {**made["template"], **turned}}


def recorded_by(fingerprint_of: Any, declared: dict[str, Any], **more: Any) -> dict[str, Any]:
    entries = {
        key: Entry(f"job-{key}", "1", owns_target=True, product=fingerprint_of(job)) for key, job in jobs_of(declared)
    }
    return {"template": TEMPLATE, "jobs": {key: entry.text() for key, entry in entries.items()}, **more}


def test_another_signature_or_order_runs_nothing_again() -> None:
    found = plan(recorded_by(fingerprint, signed(1, "a")), signed(2, "a", reverse=True))
    assert (bool(found), found.renewed, found.is_renewal_due) == (False, {}, False)


def test_what_an_earlier_release_recorded_stays_as_it_is() -> None:
    found = plan(recorded_by(first_fingerprint, signed(1, "a")), signed(1, "a"))
    assert (bool(found), found.is_renewal_due) == (False, False)
    assert found.renewed["a"].product == fingerprint(dict(jobs_of(signed(1, "a")))["a"])


def test_what_an_earlier_release_recorded_is_known_by_the_recorded_inputs() -> None:
    """Declared otherwise now: its earlier fingerprint is recorded again, before nobody can tell any more."""
    olds = recorded_by(first_fingerprint, signed(1, "a", "b", "c"), failures={"c": "failed"})
    news = signed(2, "a", "b", "c", reverse=True)
    news["media"]["b"]["url"] = "https://m.test/other"
    found = plan(olds, news, signed(1, "a", "b", "c"))
    assert ([each.key for each in found.changed], [each.key for each in found.failed]) == (["b"], ["c"])
    assert (list(found.renewed), found.is_renewal_due) == (["a", "c"], True)
    assert plan(recorded_by(first_fingerprint, signed(1, "a")), signed(2, "a"), signed(1, "a")).summary() == ""


def test_recorded_inputs_that_are_not_those_of_the_fingerprint_tell_nothing() -> None:
    olds = recorded_by(first_fingerprint, signed(1, "a"))
    assert [each.key for each in plan(olds, signed(3, "a"), signed(2, "a")).changed] == ["a"]
    assert [each.key for each in plan(olds, signed(3, "a"), {}).changed] == ["a"]
