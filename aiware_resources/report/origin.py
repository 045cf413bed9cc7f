"""The commit and the run of CI that a report is made for, as GitHub and GitLab name them in the environment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiware_resources.report.model import Origin

HASH = 8
"""Characters of a commit's hash that are shown."""
_PAGE = re.compile(r"https?://[^\s<>()\\|\[\]\"'`]+")
_HASH = re.compile(r"[0-9a-fA-F]{7,64}")


def origin_in(environ: Mapping[str, str]) -> Origin:
    """Reads the environment; outside of CI there is nothing in it.

    Args:
        environ: The environment variables.
    """
    if environ.get("GITHUB_ACTIONS") and environ.get("GITHUB_SERVER_URL") and environ.get("GITHUB_REPOSITORY"):
        return _github(environ, f"{environ['GITHUB_SERVER_URL'].rstrip('/')}/{environ['GITHUB_REPOSITORY']}")
    if environ.get("GITLAB_CI") and environ.get("CI_PROJECT_URL"):
        return _gitlab(environ, environ["CI_PROJECT_URL"].rstrip("/"))
    return Origin()


def _github(environ: Mapping[str, str], repository: str) -> Origin:
    # Of a pull request, GITHUB_SHA is a merge that nobody has pushed.
    head = _event(environ).get("pull_request") or {}
    commit = _hash((head.get("head") or {}).get("sha") or environ.get("GITHUB_SHA"))
    run = environ.get("GITHUB_RUN_ID", "")
    attempt = environ.get("GITHUB_RUN_ATTEMPT", "1")
    return Origin(
        commit,
        f"{repository}/commit/{commit}" if commit else "",
        f"run {environ.get('GITHUB_RUN_NUMBER') or run}" if run else "",
        f"{repository}/actions/runs/{run}{f'/attempts/{attempt}' if attempt != '1' else ''}" if run else "",
    )


def _gitlab(environ: Mapping[str, str], project: str) -> Origin:
    # Of merged results, CI_COMMIT_SHA is a merge that nobody has pushed.
    commit = _hash(environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environ.get("CI_COMMIT_SHA"))
    url = environ.get("CI_JOB_URL") or environ.get("CI_PIPELINE_URL", "")
    run = environ.get("CI_PIPELINE_IID") or environ.get("CI_PIPELINE_ID", "")
    return Origin(commit, f"{project}/-/commit/{commit}" if commit else "", f"pipeline {run}" if run else "", url)


def _event(environ: Mapping[str, str]) -> Mapping[str, Any]:
    """What set off the run, where GitHub has written it."""
    try:
        found = json.loads(Path(environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    except (KeyError, OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _hash(text: str | None) -> str:
    return text if text and _HASH.fullmatch(text) else ""


def is_page(url: str) -> bool:
    """Whether an address may be a link."""
    return _PAGE.fullmatch(url) is not None
