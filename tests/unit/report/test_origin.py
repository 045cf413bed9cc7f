"""The commit and the run of CI, as GitHub and GitLab name them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from aiware_resources.report import as_json, markdown, origin_in
from aiware_resources.report.model import Origin, Report

SHA, HEAD = "a" * 40, "b" * 40
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "studio/archive",
    "GITHUB_SHA": SHA,
    "GITHUB_RUN_ID": "900",
    "GITHUB_RUN_NUMBER": "8",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_URL": "https://gitlab.com/studio/archive",
    "CI_COMMIT_SHA": SHA,
    "CI_PIPELINE_IID": "8",
    "CI_JOB_URL": "https://gitlab.com/studio/archive/-/jobs/900",
}


def test_github() -> None:
    assert origin_in(GITHUB) == Origin(
        SHA,
        f"https://github.com/studio/archive/commit/{SHA}",
        "run 8",
        "https://github.com/studio/archive/actions/runs/900",
    )
    assert origin_in(GITHUB | {"GITHUB_RUN_ATTEMPT": "2"}).run_url.endswith("/actions/runs/900/attempts/2")


def test_of_a_pull_request_the_commit_is_the_one_that_was_pushed(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"head": {"sha": HEAD}}}))
    assert origin_in(GITHUB | {"GITHUB_EVENT_PATH": str(event)}).commit == HEAD
    for text in ("", "[]", '{"pull_request": null}'):
        event.write_text(text)
        assert origin_in(GITHUB | {"GITHUB_EVENT_PATH": str(event)}).commit == SHA
    assert origin_in(GITHUB | {"GITHUB_EVENT_PATH": str(tmp_path / "none")}).commit == SHA


def test_gitlab() -> None:
    assert origin_in(GITLAB) == Origin(
        SHA,
        f"https://gitlab.com/studio/archive/-/commit/{SHA}",
        "pipeline 8",
        "https://gitlab.com/studio/archive/-/jobs/900",
    )
    assert origin_in(GITLAB | {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": HEAD}).commit == HEAD


@pytest.mark.parametrize("environ", [{}, {"GITHUB_SHA": SHA}, {"CI_COMMIT_SHA": SHA}, GITHUB | {"GITHUB_ACTIONS": ""}])
def test_elsewhere_there_is_none(environ: dict[str, str]) -> None:
    assert origin_in(environ) == Origin()


def test_what_is_not_a_hash_is_left_out() -> None:
    origin = origin_in(GITHUB | {"GITHUB_SHA": "](javascript:x)"})
    assert (origin.commit, origin.commit_url, origin.run) == ("", "", "run 8")


def test_reports_link_to_them() -> None:
    made = replace(Report("p", "s"), origin=origin_in(GITHUB))
    text = markdown(made)
    assert f"[commit aaaaaaaa](https://github.com/studio/archive/commit/{SHA})" in text
    assert "[run 8](https://github.com/studio/archive/actions/runs/900)" in text
    assert json.loads(as_json(made))["origin"]["commit"] == SHA
    assert json.loads(as_json(Report("p", "s")))["origin"] == {}
