"""An archive in a bucket: what is new runs, what is gone goes, and nobody sees a signed link."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.support.buckets import Bucket, bucket
from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
from aiware_resources import JobFleet, JobTemplate, media_from, media_key, media_value

fleet = JobFleet(
    "archive",
    template=JobTemplate(
        dag=pipelines.transcription(media_value("url")),
        target={"name": f"{media_value('name')}, {media_key()}"},
    ),
    media=media_from("s3://media/talks", "*.mp4", most_new=4),
)
pulumi.export("counts", fleet.counts)
"""


@pytest.fixture
def media(project: Project) -> Iterator[Bucket]:
    with bucket("media") as made:
        project.environment |= made.environment
        yield made


def talks(*numbers: int) -> dict[str, bytes]:
    return {f"talks/{number}.mp4": b"x" for number in numbers}


def jobs(project: Project) -> dict[str, str]:
    recorded: dict[str, str] = project.state()["JobFleet archive"]["outputs"]["jobs"]
    return {key: text.split(" ")[0] for key, text in recorded.items()}


def links(local: Local) -> list[str]:
    """Where the jobs in aiWARE read their recordings."""
    query = "{ jobs(limit: 100) { records { tasks { records { payload } } } } }"
    tasks = (task for job in local.graphql(query)["jobs"]["records"] for task in job["tasks"]["records"])
    return [task["payload"]["url"] for task in tasks if "url" in (task["payload"] or {})]


def test_what_is_new_in_a_bucket_runs(project: Project, local: Local, media: Bucket) -> None:
    project.program(PROGRAM)
    media.put(talks(1, 2, 3) | {"talks/notes.txt": b"x", "other/9.mp4": b"x"})
    project.up()
    first = jobs(project)
    assert first.keys() == {"1.mp4", "2.mp4", "3.mp4"}
    assert project.preview() == {}

    # aiWARE can read what only the run has credentials for, and nothing else tells of these links.
    there = links(local)
    assert sorted(httpx.get(link).status_code for link in there) == [200, 200, 200]
    assert all("X-Amz-Signature" in link for link in there)
    assert "s3://media/talks/1.mp4" in json.dumps(project.resources())
    assert "Amz" not in json.dumps(project.resources())

    # Of many new ones, the oldest come first; what is there stays.
    media.put(talks(4, 5, 6, 7, 8, 9))
    told = project.up().output
    assert "fleet archive: submits 4.mp4, 5.mp4, 6.mp4, 7.mp4 (4)" in told
    assert "fleet archive: leaves for later updates 8.mp4, 9.mp4 (2)" in told
    project.up()
    assert local.mutations() == {"createJob": 9}
    assert jobs(project).items() >= first.items()

    media.delete("talks/1.mp4")
    assert "fleet archive: removes 1.mp4" in project.up().output
    assert local.mutations() == {"createJob": 9, "deleteTDO": 1}

    # Nothing is removed because the archive cannot be seen.
    media.delete(*(f"talks/{number}.mp4" for number in range(2, 10)))
    assert "Nothing in s3://media/talks matches *.mp4." in project.up(fails=True).output
    project.environment |= {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1"}
    failed = project.up(fails=True).output
    assert "s3://media/talks cannot be read: EndpointConnectionError" in failed
    assert "Traceback" not in failed
    assert len(jobs(project)) == 8
    assert local.mutations() == {"createJob": 9, "deleteTDO": 1}
