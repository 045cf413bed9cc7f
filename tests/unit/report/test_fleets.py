"""Fleets in a report: by number and by key."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.fleet import adopting
from aiware_resources.fleet.entries import fingerprint, first_fingerprint, jobs_of, recorded_entries
from aiware_resources.report import Report, sentence
from tests.unit.report.made import UNKNOWN, report, state, step

TEMPLATE: dict[str, Any] = {
    "tasks": [{"engineId": "e", "payload": {"url": "${media.url}"}}],
    "target": {"name": "${media}"},
}


def media(*keys: str, url: str = "https://host/a") -> dict[str, Any]:
    return {key: {"url": url} for key in keys}


def fleet(entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"template": TEMPLATE, "media": entries, **more}


def recorded(properties: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """A fleet as its state has it: the media in the inputs only, a short text for each job in the outputs."""
    jobs = {
        key: f"26112413_{number} {460 + number} {fingerprint(job)}"
        for number, (key, job) in enumerate(jobs_of(properties))
    }
    old = state("JobFleet", properties, "studio/dev/fleet", jobs=jobs, **facts)
    old["outputs"].pop("media")
    return old


def updated(old: dict[str, Any], new: dict[str, Any], **facts: Any) -> Report:
    return report(step("update", "JobFleet", "fleet", recorded(old, **facts), state("JobFleet", new)))


def test_entries_that_come_change_and_go() -> None:
    made = updated(fleet(media("a", "b", "c")), fleet({**media("b", "d"), "c": {"url": "https://host/c"}}))
    assert sentence(made) == (
        "2 TDOs will be DELETED with their content, 2 jobs will run, 1 job will be cancelled unless it is finished"
    )
    (change,) = made.changes
    assert change.notes == ("Submits d; resubmits c; removes a.",)
    assert [each.path for each in change.properties] == ["media[a]", "media[c]", "media[d]"]
    assert made.jobs_to_run == 2


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ({"onDestroyTarget": "cleanup"}, "1 TDO will be CLEANED UP, 1 job will be cancelled unless it is finished"),
        ({"onDestroyTarget": "retain"}, "1 job will be cancelled unless it is finished"),
        ({"onDestroy": "retain"}, "1 job is only forgotten"),
        ({"onDestroy": "delete", "onDestroyTarget": "retain"}, "1 job will be DELETED"),
    ],
)
def test_what_becomes_of_a_removed_entry(policy: dict[str, str], said: str) -> None:
    assert sentence(updated(fleet(media("a", "b"), **policy), fleet(media("b"), **policy))) == said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"__open": []}, "2 jobs are only forgotten"),
        ({"__open": ["b"]}, "1 job will be cancelled unless it is finished, 1 job is only forgotten"),
        ({"__open": ["b"], "failures": {"b": "failed: bad_data"}}, "2 jobs are only forgotten"),
        ({"failures": {"b": "x"}}, "1 job will be cancelled unless it is finished, 1 job is only forgotten"),
    ],
)
def test_no_job_that_has_ended_is_said_to_be_cancelled(facts: dict[str, Any], said: str) -> None:
    properties = fleet(media("a", "b"), onDestroyTarget="retain")
    assert sentence(report(step("delete", "JobFleet", "fleet", recorded(properties, **facts)))) == said
    kept = fleet(media("c"), onDestroyTarget="retain", onFailure="keep")
    assert said in sentence(updated(properties, kept, **facts))


def test_failed_entries_run_again() -> None:
    same = fleet(media("a", "b"))
    made = updated(same, same, failures={"b": "failed: bad_data"})
    assert sentence(made) == "1 job will run"
    assert made.changes[0].notes == ("Runs again b.",)
    kept = fleet(media("a", "b"), onFailure="keep")
    assert updated(kept, kept, failures={"b": "failed: bad_data"}).jobs_to_run == 0


def test_a_file_of_other_content_is_told_by_its_size_and_time() -> None:
    old, new = ({"a": {"file": "a.txt", "__file": f"{size}.1000000000.-"}} for size in (3, 4_000))
    made = updated(fleet(old), fleet(new))
    assert sentence(made) == "1 TDO will be DELETED with its content, 1 job will run"
    (change,) = made.changes[0].properties
    assert change.old == {"file": "a.txt", "content": "3 bytes, written 1970-01-01T00:00:01.000Z"}
    assert change.new == {"file": "a.txt", "content": "4,000 bytes, written 1970-01-01T00:00:01.000Z"}


def test_where_a_fleet_runs_runs_nothing() -> None:
    made = updated(fleet(media("a"), clusterId="1"), fleet(media("a"), clusterId="2"))
    assert sentence(made) == "1 job fleet changes on record only"
    assert made.changes[0].properties[0].note == "takes effect when it runs next"


def test_a_fleet_that_goes() -> None:
    made = report(step("delete", "JobFleet", "fleet", recorded(fleet(media("a", "b")))))
    assert sentence(made) == (
        "2 TDOs will be DELETED with their content, 2 jobs will be cancelled unless they are finished"
    )
    assert made.changes[0].notes == ("The 2 TDOs that its jobs made are DELETED with their content.",)


def test_jobs_that_are_deleted_with_their_outputs_are_counted_and_said() -> None:
    """As on aiWARE Edge, where jobs have no TDO."""
    policy = {"onDestroy": "delete", "onDestroyTarget": "retain"}
    made = report(step("delete", "JobFleet", "fleet", recorded(fleet(media("a", "b"), **policy), __open=[])))
    assert sentence(made) == "2 jobs will be DELETED"
    assert made.changes[0].says == "its jobs are DELETED with their outputs"
    assert all(row.destroys and row.says == ("its job is DELETED with its outputs",) for row in made.rows)
    again = updated(fleet(media("a"), **policy), fleet(media("a", url="https://host/b"), **policy))
    assert sentence(again) == "1 job will be DELETED, 1 job will run"
    (row,) = again.rows
    assert (row.destroys, row.says[0]) == (True, "its earlier job is DELETED with its outputs")


def test_what_a_fleet_does_may_not_be_known_yet() -> None:
    made = report(step("create", "JobFleet", "fleet", new=state("JobFleet", fleet({}) | {"media": UNKNOWN})))
    assert made.jobs_to_run == 0
    assert "is not known yet" in made.changes[0].notes[0]
    assert made.changes[0].not_known[0].path == "media"


def test_of_many_entries_the_first_are_shown() -> None:
    keys = [f"ep-{number:05}" for number in range(1_500)]
    made = updated(fleet(media("a")), fleet(media("a", *keys)))
    (change,) = made.changes
    assert made.jobs_to_run == 1_500
    assert len(change.properties) == 11
    assert change.properties[-1].new == "1,490 entries more"


def test_the_graph_of_a_fleet_is_that_of_its_template() -> None:
    changed = fleet(media("a")) | {"template": TEMPLATE | {"tasks": [{"engineId": "f"}]}}
    (graph,) = updated(fleet(media("a")), changed).graphs
    assert (graph.drawing.boxes, graph.drawing.marks) == (("f", "e"), ("added", "removed"))
    (graph,) = report(step("create", "JobFleet", "fleet", new=state("JobFleet", fleet(media("a"))))).graphs
    assert graph.is_new


def test_links_that_are_signed_again_are_told_after_what_really_changes() -> None:
    def signed(n: int, **more: str) -> dict[str, Any]:
        link = "https://bucket.s3.amazonaws.com/a?X-Amz-Date={n}&X-Amz-Signature=sig{n}"
        return {key: {"url": link.format(n=n)} for key in "ab"} | {key: {"url": url} for key, url in more.items()}

    made = updated(fleet(signed(1, c="https://host/c")), fleet(signed(2, c="https://host/d")))
    (change,) = made.changes
    assert (change.notes, made.jobs_to_run) == (("Resubmits c.",), 1)
    assert [(each.path, each.note) for each in change.properties] == [
        ("media[c]", ""),
        ("media[a]", "only the signature differs"),
        ("media[b]", "only the signature differs"),
    ]
    assert "sig2" not in repr(made)


def test_an_earlier_releases_fleet_is_known_by_its_recorded_inputs() -> None:
    link = "https://bucket.s3.amazonaws.com/a?X-Amz-Date={n}&X-Amz-Signature={n}"
    before = fleet(media("a", url=link.format(n=1)))
    old = recorded(before)
    old["outputs"]["jobs"] = {"a": f"26_x 460 {first_fingerprint(dict(jobs_of(before))['a'])}"}
    new = state("JobFleet", fleet(media("a", url=link.format(n=2))))
    made = report(step("update", "JobFleet", "fleet", old, new))
    assert sentence(made) == "1 job fleet changes on record only"


def test_each_entry_is_a_recording_with_its_address_and_what_happens_to_it() -> None:
    old = fleet({**media("a", "b", "c", url="https://host/a"), "x": {"url": "https://host/x"}})
    new = fleet(
        {**media("b", "d", url="https://host/a"), "c": {"url": "https://host/c"}, "e": {"url": "https://host/e"}}
    )
    made = updated(old, {**new, "adoptJobs": {"e": "26110101_a"}, "exports": [{"extension": "vtt"}]}, __open=["x"])
    told = {row.name: (row.noun, row.fleet, row.action, row.address, row.says) for row in made.rows}
    lost, earlier = "its TDO is DELETED with its content", "the TDO of its earlier run is DELETED with its content"
    assert told == {
        "a": ("recording", "fleet", "delete", "https://host/a", (lost, "its job is only forgotten")),
        "x": (
            "recording",
            "fleet",
            "delete",
            "https://host/x",
            (lost, "its job is cancelled if it is unfinished, and forgotten"),
        ),
        "c": ("recording", "fleet", "replace", "https://host/c", (earlier, "run e again", "vtt again")),
        "d": ("recording", "fleet", "create", "https://host/a", ("run e", "vtt")),
        "e": ("recording", "fleet", "adopt", "https://host/e", ("takes over a job", "vtt")),
    }
    assert [row.destroys for row in made.rows] == sorted((row.destroys for row in made.rows), reverse=True)
    (why,) = next(row for row in made.rows if row.name == "c").because
    assert (why.words, why.change and why.change.new) == ("its url", "https://host/c")


def test_why_entries_run_again() -> None:
    same = fleet(media("a", "b"))
    failed = updated(same, same, failures={"b": "failed: bad_data"}).rows
    assert [(row.name, [each.words for each in row.because]) for row in failed] == [("b", ["it failed: bad_data"])]
    tasks = [{**TEMPLATE["tasks"][0], "engineId": "f"}]
    changed = updated(same, same | {"template": TEMPLATE | {"tasks": tasks}}).rows
    assert [[each.words for each in row.because] for row in changed] == [["another engine"]] * 2


def test_adopted_jobs_stay_when_their_entries_go() -> None:
    old = recorded(fleet(media("a", "b")), adoptedEntries=["a"])
    job = old["outputs"]["jobs"]["a"].split(" ")
    old["outputs"]["jobs"]["a"] = f"{job[0]} ={job[1]} {job[2]}"
    (row,) = report(step("update", "JobFleet", "fleet", old, state("JobFleet", fleet(media("b"))))).rows
    assert (row.name, row.says, row.destroys) == ("a", ("its job is only forgotten",), False)


@pytest.mark.parametrize("place", ["template", "media"])
def test_a_secret_that_may_have_changed_is_not_taken_for_the_same(place: str) -> None:
    """Pulumi writes `[secret]` on both sides, and the jobs of the state are those of the value then."""

    def secret(value: str) -> dict[str, Any]:
        payload = {"url": "${media.url}", "key": value if place == "template" else "${media.word}"}
        entries = {key: {"url": "u", **({"word": value} if place == "media" else {})} for key in "ab"}
        return fleet(entries, template={**TEMPLATE, "tasks": [{"engineId": "e", "payload": payload}]})

    old = state("JobFleet", secret("[secret]"), jobs=recorded(secret("one"))["outputs"]["jobs"])
    made = report(step("update", "JobFleet", "fleet", old, state("JobFleet", secret("[secret]"))))
    assert (made.jobs_to_run, len(made.rows)) == (2, 2)
    (change,) = made.changes
    assert change.notes == ("Resubmits a, b (2).", f"A secret in {place} changes.")
    more = secret("[secret]") | {"media": {**secret("[secret]")["media"], "c": {"url": "c", "word": "w"}}}
    (change,) = report(step("update", "JobFleet", "fleet", old, state("JobFleet", more))).changes
    assert change.notes[-1] == f"Whether secrets in it change ({place}) is not shown."


@pytest.mark.parametrize("key", ["template", "media"])
def test_what_a_fleet_does_whose_whole_declaration_is_secret_is_not_known(key: str) -> None:
    old = recorded(fleet(media("a")))
    old["inputs"][key] = "[secret]"
    made = report(step("update", "JobFleet", "fleet", old, state("JobFleet", fleet(media("a")) | {key: "[secret]"})))
    assert made.rows[0].is_undecided
    assert made.changes[0].notes[0].startswith("What it does is not known yet")


def test_the_entries_are_read_as_often_for_many_removed_ones_as_for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[Any] = []

    def counted(props: Any) -> Any:
        reads.append(props)
        return recorded_entries(props)

    monkeypatch.setattr(adopting, "recorded_entries", counted)
    made = report(step("delete", "JobFleet", "fleet", recorded(fleet(media(*"abcdefghij")))))
    assert (len(made.rows), len(reads)) == (10, 1)


def test_entries_of_secret_media_go_without_an_address() -> None:
    old = recorded(fleet(media("secret")))
    old["inputs"]["media"] = "[secret]"
    (row,) = report(step("delete", "JobFleet", "fleet", old)).rows
    assert (row.name, row.address) == ("secret", "")
