"""A rate limit: everything is done in the end, and nothing is sent before the time that aiWARE named."""

from __future__ import annotations

import json
import math
from datetime import datetime

from tests.support.local import Local
from tests.support.project import Project

WINDOW = 10
ON_THE_WAY = 1.0
"""Seconds in which requests may still arrive that were sent before the refusal was heard of."""


def requests(local: Local) -> list[tuple[float, int]]:
    """When each request came, and the status of its answer, in the order in which they came."""
    log = json.loads(local.request_log())["requests"]
    return sorted((datetime.fromisoformat(request["time"]).timestamp(), request["status"]) for request in log)


def test_jobs_under_a_rate_limit(project: Project, local: Local) -> None:
    local.behave(jobSeconds=1, rateLimit={"requests": 20, "seconds": WINDOW})
    project.config(aiware__pollInterval="1")
    project.program(
        """
        tdo = TemporalDataObject("tdo", start_date_time=1574311000, stop_date_time=1574315000)
        for number in range(25):
            graph = pipelines.transcription("file:examples/media/city-council.mp4")
            Job(f"job-{number}", target_id=tdo.id, tasks=graph.tasks, routes=graph.routes)
        """
    )
    project.up()
    assert [job["status"] for job in local.objects()["jobs"]] == ["complete"] * 25
    assert local.mutations() == {"createTDO": 1, "createJob": 25}

    sent = requests(local)
    refused = [(came, math.ceil((came // WINDOW + 1) * WINDOW - came)) for came, status in sent if status == 429]
    early = [came for came, _ in sent for told, seconds in refused if told + ON_THE_WAY < came < told + max(1, seconds)]
    assert early == []
    # Those that were on their way when the first was refused, in the provider's four threads and the program's, and
    # then one at a time.
    assert 1 <= len(refused) <= 8 + 4
