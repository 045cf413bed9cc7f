"""A state in PostgreSQL, which shards of an archive share."""

from __future__ import annotations

import json

from tests.support.local import Local
from tests.support.postgres import PASSWORD, postgres
from tests.support.project import Project

PROGRAM = """
from aiware_resources import JobFleet, JobTemplate, media_from, media_key, media_value

fleet = JobFleet(
    "archive",
    template=JobTemplate(dag=pipelines.transcription(media_value("url")), target={"name": media_key()}),
    media=media_from("talks.csv", shards=1),
)
"""


def test_a_database_keeps_the_state_and_nobody_sees_its_password(project: Project, local: Local) -> None:
    project.program(PROGRAM)
    rows = (f"talk-{number},https://media.test/{number}.mp4" for number in range(3))
    (project.folder / "talks.csv").write_text("\n".join(["key,url", *rows]))
    with postgres() as address:
        project.environment |= {"PULUMI_BACKEND_URL": address, "PULUMI_STACK": "talks-0"}
        told = project.pulumi("stack", "init", "talks-0").output
        project.config(aiware__endpoint="local")
        (project.folder / "stacks" / "Pulumi.local.yaml").rename(project.folder / "stacks" / "Pulumi.talks-0.yaml")
        told += project.up("--logtostderr", "--stack", "talks-0").output
        report = project.aiware("report", "--shards", "talks", "--json")
        told += report.stdout + report.stderr + project.aiware("doctor").stdout
        told += project.pulumi("stack", "export").output
    (fleet,) = json.loads(report.stdout)["fleets"]
    assert (fleet["name"], fleet["jobs"]) == ("archive (talks-0)", 3)
    assert local.mutations() == {"createJob": 3}
    assert PASSWORD not in told + json.dumps(local.objects())
