"""The shell steps of the workflows in examples/ci, and of a new project, run against the local aiWARE."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.ci.notes import ME, PROJECT, REQUEST, TOKEN, Notes
from tests.ci.workflows import Ran, Step, gitlab_script, run_bash, step
from tests.support.local import Local
from tests.support.project import ROOT, STACK, Project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

PROGRAM = """
TemporalDataObject("episode", name="episode", description="{}", start_date_time=1574311000, stop_date_time=1574315000)
"""
BAD = 'TemporalDataObject("episode", start_date_time=2, stop_date_time=1)'
NOT_ALLOWED = """
TemporalDataObject("episode", thumbnail_url="http://media.example.com/a.png", start_date_time=1, stop_date_time=2)
"""


def with_policies(project: Project) -> Project:
    """Puts the policies of this project beside the program."""
    (project.folder / "policies").symlink_to(ROOT / "policies")
    return project


class Runner:
    """A machine of GitHub's that has the project checked out."""

    def __init__(self, project: Project, local: Local) -> None:
        self.project = project
        self.comments_file = project.folder / "comments.json"
        self.summary = project.folder / "summary.md"
        self.environment = project.environment | {
            "GITHUB_REPOSITORY": "studio/archive",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GH_COMMENTS": str(self.comments_file),
        }
        self.values = {
            "matrix.stack": STACK,
            "secrets.AIWARE_TOKEN": local.token,
            "vars.PULUMI_BACKEND_URL": project.environment["PULUMI_BACKEND_URL"],
            "secrets.PULUMI_CONFIG_PASSPHRASE": project.environment["PULUMI_CONFIG_PASSPHRASE"],
            "github.token": "the job's token",
            "github.event.pull_request.number": "7",
        }

    def run(self, found: Step) -> Ran:
        here = Step(found.script, {**found.environment, "STACK": STACK})
        return here.run(self.project.folder, self.environment, self.values)

    @property
    def comments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.comments_file.read_text())
        return found


@pytest.fixture
def notes() -> Iterator[Notes]:
    server = Notes()
    yield server
    server.stop()


def test_the_workflows_of_github(project: Project, local: Local) -> None:
    runner = Runner(with_policies(project), local)
    preview, comment = (step("preview", "preview", name) for name in ("Preview", "Comment"))

    project.program(PROGRAM.format("first"))
    ran = runner.run(preview)
    assert ran.code == 0, ran.output
    # Somebody else quotes the report, on a request that has more comments than a page holds.
    report = (project.folder / "report.md").read_text()
    others = [{"id": 900 + number, "user": {"login": "someone"}, "body": report} for number in range(40)]
    runner.comments_file.write_text(json.dumps(others))
    ran = runner.run(comment)
    assert ran.code == 0, ran.output
    (made,) = (each for each in runner.comments if each["user"]["login"] == "github-actions[bot]")
    assert made["body"].startswith("### 1 TDO is created")

    # A push whose preview fails brings the same comment up to date, and fails.
    project.program(BAD)
    assert runner.run(preview).code == 1
    assert runner.run(comment).code == 0
    (now,) = (each for each in runner.comments if each["user"]["login"] == "github-actions[bot]")
    assert now["id"] == made["id"]
    assert now["body"].startswith("### The preview FAILED")
    assert "is earlier than startDateTime" in now["body"]
    assert runner.comments[:40] == others

    # What the policies refuse is not deployed.
    deploy = step("deploy", "staging", "Deploy")
    project.program(NOT_ALLOWED)
    ran = runner.run(deploy)
    assert ran.code != 0
    assert "thumbnailUrl is http://media.example.com, an address without encryption" in ran.output
    assert local.objects()["tdos"] == []

    project.program(PROGRAM.format("first"))
    ran = runner.run(deploy)
    assert ran.code == 0, ran.output
    assert local.only("tdos")["description"] == "first"
    ran = runner.run(step("deploy", "what-prod-would-do", "Preview"))
    assert ran.code == 0, ran.output
    assert "### Nothing changes" in runner.summary.read_text()
    runner.summary.write_text("")
    ran = runner.run(step("aiware", "dev", "Preview"))
    assert ran.code == 0, ran.output
    assert "### Nothing changes" in runner.summary.read_text()
    # A new project has no policies yet.
    assert step("aiware", "dev", "Deploy").script.removesuffix("--skip-preview") in deploy.script
    assert step("deploy", "prod", "Deploy").script == deploy.script

    drift = step("drift", "drift", "Drift")
    assert runner.run(drift).code == 0
    change = "mutation($input: UpdateTDO!) { updateTDO(input: $input) { id } }"
    local.graphql(change, input={"id": local.only("tdos")["id"], "description": "by hand"})
    ran = runner.run(drift)
    assert ran.code == 2
    assert "::error title=Drift of local::" in ran.output
    assert 'description: "first" → "by hand"' in runner.summary.read_text()
    assert set((project.folder / "make.log").read_text().splitlines()) == {f"make -s env STACK={STACK}"}
    for text in (runner.summary.read_text(), ran.output, json.dumps(runner.comments)):
        assert local.token not in text


ARCHIVE = """
from aiware_resources import JobFleet, JobTemplate, media_from, media_key, media_value

JobFleet(
    "talks",
    template=JobTemplate(dag=pipelines.transcription(media_value("url")), target={"name": media_key()}),
    media=media_from("talks.csv"),
)
"""


def test_what_is_new_in_an_archive_runs_at_night(project: Project, local: Local) -> None:
    runner = Runner(with_policies(project), local)
    runner.values |= dict.fromkeys(("secrets.AWS_ACCESS_KEY_ID", "secrets.AWS_SECRET_ACCESS_KEY"), "none")
    runner.values |= {"vars.AWS_DEFAULT_REGION": "us-east-1"}
    limits = "vars.AIWARE_LIMITS || '--max-jobs 500'"
    project.program(ARCHIVE)
    rows = [f"{number},https://media.test/{number}.mp4" for number in range(3)]
    (project.folder / "talks.csv").write_text("\n".join(["key,url", *rows]))
    budget, update, report = (step("nightly", "archive", name) for name in ("Budget", "Update", "Report"))

    runner.values[limits] = "--max-jobs 2"
    ran = runner.run(budget)
    assert ran.code == 1, ran.output
    assert "3 jobs will run" in runner.summary.read_text(), ran.output
    runner.values[limits] = "--max-jobs 3"
    for each in (budget, update, report):
        ran = runner.run(each)
        assert ran.code == 0, ran.output
    assert len(local.objects()["jobs"]) == 3
    assert f"### aiware-pipelines/{STACK}: 3 jobs ran" in runner.summary.read_text()
    assert "<html" in (project.folder / "run.html").read_text()


def test_the_pipeline_of_gitlab(project: Project, local: Local, notes: Notes) -> None:
    environment = with_policies(project).environment | {
        "STACK": STACK,
        "AIWARE_TOKEN": local.token,
        "REPORT_TOKEN": TOKEN,
        "CI_API_V4_URL": notes.url,
        "CI_PROJECT_ID": PROJECT,
        "CI_MERGE_REQUEST_IID": REQUEST,
    }

    def run(job: str, *parts: str) -> Ran:
        return run_bash(["-eo", "pipefail"], gitlab_script(job, *parts), project.folder, environment)

    notes.add(3, "Nice.")
    notes.add(3, "Nice, too.")
    for description in ("first", "second"):
        project.program(PROGRAM.format(description))
        ran = run("preview", "before_script", "script")
        assert ran.code == 0, ran.output
        notes.add(3, (project.folder / "report.md").read_text())
        ran = run("preview", "after_script")
        assert ran.code == 0, ran.output
        assert (ran.output, TOKEN in ran.output) == ("", False)
    (mine,) = (note for note in notes.kept if note["author"]["id"] == ME)
    assert mine["body"] == (project.folder / "report.md").read_text()
    assert '"second"' in mine["body"]

    for job in ("staging", "drift"):
        ran = run(job, "before_script", "script")
        assert ran.code == 0, ran.output
    assert local.only("tdos")["description"] == "second"
