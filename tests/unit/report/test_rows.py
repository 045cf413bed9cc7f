"""Rows: the objects of one recording together, and why its jobs run again."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources import engines
from aiware_resources.report import Report
from aiware_resources.report.lines import lines_of
from aiware_resources.report.model import Row
from tests.unit.report.made import UNKNOWN, report, state, step, urn

GRAPH: list[dict[str, Any]] = [
    {"engineId": engines.WEBSTREAM_ADAPTER, "payload": {"url": "https://host/a/one.mp4"}},
    {"engineId": engines.CHUNK, "payload": {"customFFMPEGProperties": {"chunkSizeInSeconds": "20"}}},
    {"engineId": engines.SPEECHMATICS_ENGLISH},
    {"engineId": engines.OUTPUT_WRITER},
]
TDO = {"startDateTime": 1, "stopDateTime": 2}
VTT = [{"engineId": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]}]


def graph(url: str = "https://host/a/one.mp4", **payload: Any) -> list[dict[str, Any]]:
    return [{"engineId": engines.WEBSTREAM_ADAPTER, "payload": {"url": url, **payload}}, *GRAPH[1:]]


def new_recording(name: str = "one", **job: Any) -> list[dict[str, Any]]:
    """A TDO, a job and an export, all new, which know of each other by dependencies only."""
    of_tdo = {"targetId": [urn("TemporalDataObject", name)]}
    of_job = {"tdoData": [urn("Job", name)]}
    export = {"tdoData": [{"tdoId": UNKNOWN}], "outputConfigurations": VTT}
    tasks = job.pop("tasks", GRAPH)
    job_state = state("Job", {"targetId": UNKNOWN, "tasks": tasks, **job}, propertyDependencies=of_tdo)
    return [
        step("create", "ExportRequest", f"{name}-vtt", new=state("ExportRequest", export, propertyDependencies=of_job)),
        step("create", "Job", name, new=job_state),
        step("create", "TemporalDataObject", name, new=state("TemporalDataObject", TDO)),
    ]


def only(made: Report) -> Row:
    (row,) = made.rows
    return row


def job_update(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Row:
    before, after = state("Job", {"tasks": old, "targetId": "7"}, "j"), state("Job", {"tasks": new, "targetId": "7"})
    return only(report(step("replace", "Job", "one", before, after)))


def test_a_new_recording_is_one_row_with_its_address_causes_first() -> None:
    row = only(report(*new_recording()))
    assert (row.name, row.noun, row.address, row.says) == (
        "one",
        "recording",
        "https://host/a/one.mp4",
        ("transcribe", "vtt"),
    )
    assert [each.type for each in row.changes] == ["TemporalDataObject", "Job", "ExportRequest"]


def test_known_ids_tell_that_objects_belong_together() -> None:
    tdo = step("delete", "TemporalDataObject", "t", state("TemporalDataObject", TDO, "7"))
    job = step("delete", "Job", "j", state("Job", {"targetId": "7", "tasks": GRAPH}, "j1", __complete=True))
    data = {"tdoData": [{"tdoId": "7"}], "outputConfigurations": VTT}
    export = step("delete", "ExportRequest", "e", state("ExportRequest", data, "e1"))
    row = only(report(export, job, tdo))
    assert row.says == ("TDO is DELETED with its content", "job is only forgotten", "vtt is only forgotten")
    assert row.destroys


def test_jobs_on_a_tdo_of_another_stack_are_one_recording() -> None:
    steps = [step("create", "Job", name, new=state("Job", {"targetId": "7", "tasks": GRAPH[1:]})) for name in "ab"]
    row = only(report(*steps))
    assert (row.address, row.says, len(row.runs)) == ("TDO 7", ("transcribe (2 times)",), 2)


def test_an_export_of_several_recordings_is_a_row_of_its_own() -> None:
    data = {"tdoData": [{"tdoId": "1"}, {"tdoId": "2"}], "outputConfigurations": VTT}
    jobs = [step("create", "Job", id_, new=state("Job", {"targetId": id_, "tasks": GRAPH})) for id_ in "12"]
    made = report(*jobs, step("create", "ExportRequest", "all", new=state("ExportRequest", data)))
    assert [(row.noun, row.name) for row in made.rows] == [("recording", "1"), ("recording", "2"), ("export", "all")]


def test_objects_of_one_component_of_ours_belong_together_without_dependencies() -> None:
    parent = "urn:pulumi:dev::studio::aiware:index:Transcription::one"
    steps = new_recording()
    for each in steps:
        each["newState"] |= {"propertyDependencies": {}, "parent": parent}
    assert len(report(*steps).rows) == 1
    for each in steps:
        each["newState"]["parent"] = parent.replace("aiware:index:Transcription", "studio:index:Everything")
    assert len(report(*steps).rows) == 3


def test_unchanged_objects_tell_the_address() -> None:
    tdo = state("TemporalDataObject", TDO | {"name": "old"}, "7")
    changed = step("update", "TemporalDataObject", "t", tdo, state("TemporalDataObject", TDO | {"name": "new"}))
    job = state("Job", {"targetId": "7", "tasks": GRAPH}, "j1")
    row = only(report(changed, step("same", "Job", "j", job, job)))
    assert (row.address, row.says) == ("https://host/a/one.mp4", ("TDO changes in place",))
    assert [(each.words, each.is_cause) for each in row.because] == [("name", False)]


@pytest.mark.parametrize(
    ("new", "words", "values"),
    [
        (graph("https://host/b.mp4"), "another address", ("https://host/a/one.mp4", "https://host/b.mp4")),
        ([*GRAPH[:2], {"engineId": engines.GOOGLE_SPEECH_TO_TEXT}, GRAPH[3]], "another engine", None),
        (
            [GRAPH[0], {**GRAPH[1], "payload": {"customFFMPEGProperties": {"chunkSizeInSeconds": "30"}}}, *GRAPH[2:]],
            "chunkSizeInSeconds of Chunk",
            ("20", "30"),
        ),
        (GRAPH[1:], "other tasks", None),
    ],
)
def test_why_a_job_runs_again(new: list[dict[str, Any]], words: str, values: tuple[str, str] | None) -> None:
    row = job_update(GRAPH, new)
    (reason,) = row.because
    assert reason.words == words
    assert reason.is_cause
    assert reason.change is not None
    assert values is None or (reason.change.old, reason.change.new) == values
    assert row.says[-1].endswith(" again")


def test_engines_are_told_by_name() -> None:
    (reason,) = job_update(GRAPH, [*GRAPH[:2], {"engineId": engines.GOOGLE_SPEECH_TO_TEXT}, GRAPH[3]]).because
    assert reason.change is not None
    assert (reason.change.old, reason.change.new) == ("Speechmatics Transcription", "Google Speech-to-Text")


def test_a_failed_job_says_why_it_failed() -> None:
    failed = {"status": "failed", "reason": "bad_data", "message": "no sound"}
    job = {"targetId": "7", "tasks": GRAPH}
    row = only(report(step("update", "Job", "j", state("Job", job, "1", failure=failed), state("Job", job))))
    assert [each.words for each in row.because] == ["it failed: bad_data: no sound"]


def test_no_row_tells_a_signature() -> None:
    signed = "https://user:pw@bucket.s3.amazonaws.com/a.mp4?X-Amz-Signature=sig1"
    made = report(*new_recording(tasks=graph(signed)))
    assert only(made).address == "https://[secret]@bucket.s3.amazonaws.com/a.mp4"
    assert "sig1" not in repr(made)
    assert only(report(*new_recording(tasks=graph("https://host/a?id=7")))).address == "https://host/a?id=7"


def test_equal_changes_are_one_line() -> None:
    made = report(*(each for name in ("one", "two", "three") for each in new_recording(name)))
    (line,) = lines_of(made.rows)
    assert (line.title, line.says) == ("3 recordings", "transcribe, vtt")
    assert [row.name for row in line.rows] == ["one", "three", "two"]


def test_values_that_differ_are_left_out_of_a_common_line() -> None:
    def moved(name: str) -> dict[str, Any]:
        old, new = (state("Job", {"tasks": graph(f"https://{h}/{name}"), "targetId": name}, name) for h in "ab")
        return step("replace", "Job", name, old, new)

    (line,) = lines_of(report(moved("x"), moved("y")).rows)
    assert [(each.words, each.change) for each in line.because] == [("another address", None)]


def test_other_engines_are_other_lines() -> None:
    other = [*GRAPH[:2], {"engineId": engines.GOOGLE_SPEECH_TO_TEXT}, GRAPH[3]]
    assert len(lines_of(report(*new_recording("a"), *new_recording("b", tasks=other)).rows)) == 2


def test_what_is_lost_comes_first_then_what_recordings_run_on() -> None:
    cluster = step("create", "Cluster", "z", new=state("Cluster", {"name": "z", "allowedEngines": ["all"]}))
    lost = step("delete", "TemporalDataObject", "lost", state("TemporalDataObject", TDO, "9"))
    assert [row.name for row in report(*new_recording(), cluster, lost).rows] == ["lost", "z", "one"]


def test_an_object_of_another_package_is_called_by_its_type() -> None:
    bucket = {"type": "aws:s3/bucket:Bucket", "custom": True, "inputs": {"acl": "private"}}
    made = report({"op": "create", "urn": "urn:pulumi:dev::studio::aws:s3/bucket:Bucket::archive", "newState": bucket})
    assert [(row.noun, row.name, row.says) for row in made.rows] == [("Bucket", "archive", ("is created",))]
