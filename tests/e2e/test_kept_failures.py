"""What an update leaves behind is told, and is not called drift: kept failures, and objects that wait for deletion."""

from __future__ import annotations

import json

from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
tdo = TemporalDataObject("tdo", name="t", start_date_time=0, stop_date_time=60)
Job("job", target={{"name": "own"}}, dag=pipelines.transcription("file:examples/media/{file}.mp4"), timeout=600)
"""
KEPT = """
Job("bad", target={{"name": "bad"}}, dag=pipelines.transcription("file:nowhere.mp4"), on_failure="{policy}"{more})
"""


def test_what_waits_for_its_deletion_is_no_drift(project: Project, local: Local) -> None:
    project.program(PROGRAM.format(file="interview"))
    project.up()
    old = local.only("jobs")["targetId"]
    project.program(PROGRAM.format(file="nowhere"))
    project.up(fails=True)
    report = project.told("preview", "--fail-on", "drift")
    assert report["drift"] == []
    # That its TDO goes with it is told all the same.
    (deleted,) = (each for each in report["changes"] if each["action"] == "delete")
    assert (deleted["name"], deleted["destroys"]) == ("job", True)
    assert any(old in note for note in deleted["notes"])
    project.program(PROGRAM.format(file="interview").replace("600", "700"))
    project.up()
    assert old not in {each["id"] for each in local.objects()["tdos"]}


def test_a_kept_failure_is_told_by_preview_and_drift(project: Project, local: Local) -> None:
    project.program(KEPT.format(policy="retry", more=""))
    project.up(fails=True)
    retried = local.calls().get("retryJob", 0)
    project.program(KEPT.format(policy="keep", more=""))
    project.up(fails=True)
    assert local.calls().get("retryJob", 0) == retried
    assert "url_not_found" in json.dumps(project.state()["Job bad"]["outputs"]["failure"])
    report = project.told("preview")
    assert report["summary"] == "Nothing changes. 1 failure is kept, so the update FAILS"
    assert report["keptFailures"] == ["bad"]
    (details,) = report["keptFailureDetails"]
    assert details["failsUpdate"] is True
    assert "url_not_found" in details["reason"]
    project.up(fails=True)
    drift = project.aiware("drift")
    assert drift.returncode == 0, drift.stdout
    assert "Job bad" in drift.stdout
    assert "has failed, and on_failure keeps it" in drift.stdout

    project.program(KEPT.format(policy="keep", more=", allow_failure=True"))
    project.up()
    report = project.told("preview")
    assert report["summary"] == "Nothing changes. 1 failure is kept"
    assert report["drift"] == []
    assert [each["failsUpdate"] for each in project.told("drift")["keptFailures"]] == [False]
