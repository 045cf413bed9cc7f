"""A rate limit: everything is done in the end, and nothing is sent before the time that aiWARE named."""

from __future__ import annotations

from datetime import datetime

from tests.support.local import Local
from tests.support.project import Project

REFUSALS = 3
SECONDS = 8
ON_THE_WAY = 4 + 4
"""Requests that may still arrive after a refusal: those of the provider host's threads and of the program's."""


def requests(local: Local) -> list[tuple[float, int]]:
    """When each request came, and the status of its answer, in the order in which they came."""
    return sorted((datetime.fromisoformat(each["time"]).timestamp(), each["status"]) for each in local.requests())


def test_jobs_under_a_rate_limit(project: Project, local: Local) -> None:
    """Where the limit lies is counted in requests, so that it is met however slow the machine is."""
    local.behave(jobSeconds=1)
    local.fault({"status": 429, "retryAfter": SECONDS}, after=15, times=REFUSALS)
    project.program(
        """
        tdo = TemporalDataObject("tdo", start_date_time=1574311000, stop_date_time=1574315000)
        for number in range(25):
            graph = pipelines.transcription("file:examples/media/interview.mp4")
            Job(f"job-{number}", target_id=tdo.id, tasks=graph.tasks, routes=graph.routes)
        """
    )
    project.up()
    assert [job["status"] for job in local.objects()["jobs"]] == ["complete"] * 25
    assert local.mutations() == {"createTDO": 1, "createJob": 25}

    sent = requests(local)
    refused = [came for came, status in sent if status == 429]
    assert len(refused) == REFUSALS
    early = {came for came, _ in sent for told in refused if told < came < told + SECONDS}
    # What was on its way when the first was refused; then one request at a time asks whether the limit still holds.
    assert len(early) <= ON_THE_WAY
    # What is known of the limit is shared in the project's own folder for such things.
    assert list((project.folder / "runtime").rglob("*.json"))
