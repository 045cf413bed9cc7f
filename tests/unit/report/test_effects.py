"""What happens to objects, in the right words."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.report import Report, sentence
from tests.unit.report.made import report, state, step

TDO = {"name": "n", "startDateTime": 1, "stopDateTime": 2}
JOB = {"target": {"name": "n"}, "tasks": [{"engineId": "e"}]}
CLUSTER = {"name": "c", "allowedEngines": ["all"], "dockerCredentials": "[secret]"}


def deleted(kind: str, properties: dict[str, Any], **facts: Any) -> Report:
    return report(step("delete", kind, "it", state(kind, properties, "7", **facts)))


@pytest.mark.parametrize(
    ("kind", "properties", "facts", "said"),
    [
        ("TemporalDataObject", TDO, {}, "1 TDO will be DELETED with its content"),
        ("TemporalDataObject", TDO | {"onDestroy": "cleanup"}, {}, "1 TDO will be CLEANED UP"),
        ("TemporalDataObject", TDO | {"onDestroy": "retain"}, {}, "1 TDO is only forgotten"),
        ("TemporalDataObject", TDO, {"adopted": True}, "1 TDO is only forgotten"),
        (
            "TemporalDataObject",
            TDO | {"onDestroy": "delete"},
            {"adopted": True},
            "1 TDO will be DELETED with its content",
        ),
        ("TemporalDataObject", TDO, {"retainOnDelete": True}, "1 TDO is only forgotten"),
        ("Cluster", CLUSTER, {}, "1 cluster will be DELETED"),
        ("Cluster", CLUSTER | {"onDestroy": "retain"}, {}, "1 cluster is only forgotten"),
        ("Cluster", CLUSTER | {"adopt": True}, {}, "1 cluster is only forgotten"),
        ("Job", JOB, {}, "1 job will be cancelled unless it is finished"),
        ("Job", JOB, {"__complete": True}, "1 job is only forgotten"),
        ("Job", JOB, {"failure": {"status": "failed"}}, "1 job is only forgotten"),
        ("Job", JOB | {"onDestroy": "delete"}, {"__complete": True}, "1 job will be DELETED"),
        (
            "Job",
            JOB,
            {"__complete": True, "targetTdoId": "3"},
            "1 TDO will be DELETED with its content, 1 job is only forgotten",
        ),
        (
            "Job",
            JOB,
            {"targetTdoId": "9"},
            "1 TDO will be DELETED with its content, 1 job will be cancelled unless it is finished",
        ),
        (
            "Job",
            JOB | {"onDestroyTarget": "cleanup"},
            {"targetTdoId": "9"},
            "1 TDO will be CLEANED UP, 1 job will be cancelled unless it is finished",
        ),
        ("Job", JOB | {"onDestroy": "retain"}, {"targetTdoId": "9"}, "1 job is only forgotten"),
        ("ExportRequest", {"tdoData": []}, {}, "1 export is only forgotten"),
    ],
)
def test_giving_up(kind: str, properties: dict[str, Any], facts: dict[str, Any], said: str) -> None:
    made = deleted(kind, properties, **facts)
    assert sentence(made) == said
    assert made.changes[0].destroys == ("DELETED" in said or "CLEANED" in said)


def test_a_job_that_is_deleted_loses_its_outputs() -> None:
    """As on aiWARE Edge, where jobs have no TDO."""
    policy = {"tasks": JOB["tasks"], "onDestroy": "delete"}
    made = deleted("Job", policy, __complete=True)
    assert made.changes[0].says == "is DELETED with its outputs"
    assert [(row.says, row.destroys) for row in made.rows] == [(("job is DELETED with its outputs",), True)]
    new = state("Job", policy | {"tasks": [{"engineId": "f"}]})
    again = report(step("replace", "Job", "it", state("Job", policy, "7"), new))
    assert sentence(again) == "1 job will be DELETED, 1 job will run"
    assert again.changes[0].notes == ("The earlier job is DELETED with its outputs.",)
    (row,) = again.rows
    assert (row.destroys, row.says[0]) == (True, "its earlier job is DELETED with its outputs")


def test_the_words_say_what_a_cleanup_removes() -> None:
    (change,) = deleted("TemporalDataObject", TDO | {"onDestroy": "cleanup"}).changes
    assert change.says == "is CLEANED UP: it stays, without storage, searchIndex"


def test_a_job_that_runs_again_gives_up_the_tdo_that_it_made() -> None:
    old = state("Job", JOB, "7", targetTdoId="9")
    new = state("Job", JOB | {"tasks": [{"engineId": "f"}]})
    made = report(step("replace", "Job", "it", old, new))
    assert sentence(made) == "1 TDO will be DELETED with its content, 1 job will run"
    assert made.changes[0].notes == ("The TDO that it made, 9, is DELETED with its content.",)


@pytest.mark.parametrize(("policy", "runs"), [("retry", 1), ("keep", 0)])
def test_a_failed_job(policy: str, runs: int) -> None:
    old = state("Job", JOB, "7", failure={"status": "failed", "reason": "bad_data", "message": "noise"})
    new = state("Job", JOB | {"onFailure": policy})
    made = report(step("update", "Job", "it", old, new))
    assert made.jobs_to_run == runs
    if runs:
        assert made.changes[0].notes == ("In aiWARE it is failed (bad_data: noise).",)


def test_a_cluster_that_keeps_its_name_goes_first() -> None:
    old, new = (state("Cluster", CLUSTER | {"memorySize": size}, "1") for size in ("1gb", "2gb"))
    (change,) = report(step("replace", "Cluster", "it", old, new)).changes
    assert change.says == "is replaced by another; the old one is DELETED first"


def test_many_are_counted() -> None:
    steps = [
        step("delete", "TemporalDataObject", f"t{number}", state("TemporalDataObject", TDO, str(number)))
        for number in range(1200)
    ]
    assert sentence(report(*steps)) == "1,200 TDOs will be DELETED with their content"


def test_the_example_of_the_documents() -> None:
    made = report(
        step("create", "Job", "a", new=state("Job", JOB)),
        step("create", "Job", "b", new=state("Job", JOB)),
        step("delete", "TemporalDataObject", "t", state("TemporalDataObject", TDO, "1")),
        step("update", "Cluster", "c", state("Cluster", CLUSTER, "1"), state("Cluster", CLUSTER | {"tags": ["x"]})),
    )
    assert sentence(made) == "1 TDO will be DELETED with its content, 2 jobs will run, 1 cluster changes"


def test_of_links_that_are_signed_again_only_the_signature_differs() -> None:
    def job(n: int) -> dict[str, Any]:
        link = f"https://bucket.s3.amazonaws.com/a?X-Amz-Date={n}&X-Amz-Signature=sig{n}"
        return JOB | {"tasks": [{"engineId": "e", "payload": {"url": link}}], "clusterId": str(n)}

    (change,) = report(step("update", "Job", "it", state("Job", job(1), "7"), state("Job", job(2)))).changes
    assert change.notes == ("Of tasks[0].payload.url only the signature differs.",)
    assert [each.path for each in change.properties] == ["clusterId"]
    assert "sig2" not in repr(change)


def test_a_resource_that_moves_to_another_aiware() -> None:
    old, new = state("TemporalDataObject", TDO, "7"), state("TemporalDataObject", TDO | {"__connection": "news"})
    made = report(step("replace", "TemporalDataObject", "it", old, new) | {"replaceReasons": ["__connection"]})
    assert made.changes[0].notes == ("It moves to the aiWARE of another provider.",)
    assert "1 TDO will be DELETED with its content" in sentence(made)
