"""The workflows in examples/ci and of new projects: well-formed, pinned, with few rights, and no way in for forks."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.ci.workflows import EXAMPLES, GITHUB, GITLAB, GITLAB_OF_TEMPLATE, all_steps, gitlab, workflow

ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"

each_workflow = pytest.mark.parametrize("name", GITHUB)


@pytest.mark.timeout(600)
def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    go, installed = shutil.which("go"), shutil.which("actionlint")
    assert installed or go, "Neither actionlint nor Go, which builds it, is on PATH."
    command = [installed] if installed else [str(go), "run", ACTIONLINT]
    files = [str(path) for path in GITHUB.values()]
    # Outside of this repository: its go.mod files are none of actionlint's.
    done = subprocess.run(
        [*command, *files], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@each_workflow
def test_rights_are_given_job_by_job(name: str) -> None:
    found = workflow(name)
    assert found["permissions"] == {}
    rights = {job: given["permissions"] for job, given in found["jobs"].items()}
    writing = {"contents": "read", "pull-requests": "write"} if name == "preview" else {"contents": "read"}
    assert all(given == writing for given in rights.values()), rights


@each_workflow
def test_forks_get_no_secret(name: str) -> None:
    # YAML 1.1 reads the key `on` as true.
    events = workflow(name)[True]
    assert "pull_request_target" not in events
    assert "workflow_run" not in events
    if "pull_request" in events:
        for job in workflow(name)["jobs"].values():
            # A push is not a fork's.
            assert job["if"] in {SAME_REPOSITORY, f"github.event_name == 'push' || {SAME_REPOSITORY}"}
    for file in (GITLAB, GITLAB_OF_TEMPLATE):
        (own,) = gitlab("preview", file)["rules"]
        assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in own["if"]


def test_actions_are_pinned_and_leave_no_credentials() -> None:
    for _, step in all_steps():
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
            if step["uses"].startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False
    text = "".join(path.read_text(encoding="utf-8") for path in GITHUB.values())
    assert all(re.search(r"# v\d+\.\d+\.\d+$", line) for line in text.splitlines() if "uses:" in line)


def test_no_expression_is_pasted_into_a_script() -> None:
    # Somebody else may choose its value: a branch's name can be shell code.
    assert [step["run"] for _, step in all_steps() if "run" in step and "${{" in step["run"]] == []


def test_prod_is_approved_and_comes_after_staging() -> None:
    jobs = workflow("deploy")["jobs"]
    assert jobs["prod"]["environment"] == "prod"
    assert jobs[jobs["prod"]["needs"]]["needs"] == "staging"
    assert [rule.get("when") for rule in gitlab("prod")["rules"]] == ["manual"]
    assert gitlab("prod")["needs"] == ["staging"]
    for name in ("staging", "prod"):
        assert jobs[name]["environment"] == jobs[name]["env"]["STACK"] == name
    assert workflow("deploy")["concurrency"]["cancel-in-progress"] is False


def test_a_new_project_previews_requests_and_updates_on_main() -> None:
    project = workflow("aiware")
    assert project[True] == {"pull_request": None, "push": {"branches": ["main"]}}
    assert project["concurrency"]["cancel-in-progress"] is False
    when = {step["name"]: step.get("if") for name, step in all_steps() if name == "aiware" and "run" in step}
    assert when == {
        "Install": None,
        "Test": None,
        "Preview": "github.event_name == 'pull_request'",
        "Deploy": "github.event_name == 'push'",
    }
    deploy = gitlab("deploy", GITLAB_OF_TEMPLATE)
    assert deploy["rules"] == [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}]
    assert deploy["interruptible"] is False


def test_no_secret_stands_in_a_file() -> None:
    for path in (*GITHUB.values(), GITLAB, GITLAB_OF_TEMPLATE):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.match(r"\s*\w*(TOKEN|PASSPHRASE): ", line):
                assert re.search(r": \$\{\{ (secrets\.\w+|github\.token) \}\}$", line), line
    assert (EXAMPLES / "README.md").is_file()
