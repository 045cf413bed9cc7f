"""Reading the workflows in examples/ci and of new projects, and running their shell steps as the runners do."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "ci"
TEMPLATE = ROOT / "aiware_resources" / "template"
GITHUB = {path.stem: path for folder in (EXAMPLES, TEMPLATE) for path in sorted(folder.glob(".github/workflows/*.yml"))}
"""The workflows of GitHub, by name."""
GITLAB = EXAMPLES / ".gitlab-ci.yml"
GITLAB_OF_TEMPLATE = TEMPLATE / ".gitlab-ci.yml"
FAKES = Path(__file__).parent / "fakes"
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass(frozen=True)
class Step:
    """A shell step.

    Attributes:
        script: What is run.
        environment: Its variables, with the job's; expressions are not resolved.
    """

    script: str
    environment: dict[str, str]

    def run(self, folder: Path, environment: Mapping[str, str], values: Mapping[str, str]) -> Ran:
        """Runs it as GitHub's runner does.

        Args:
            folder: The folder that the repository is checked out to.
            environment: What the runner's machine provides.
            values: The values of expressions, such as ``secrets.AIWARE_TOKEN``; one that is not here fails.
        """
        own = {name: _EXPRESSION.sub(lambda found: values[found[1]], text) for name, text in self.environment.items()}
        return run_bash(["-e"], self.script, folder, {**environment, **own})


@dataclass(frozen=True)
class Ran:
    """A step that has ended.

    Attributes:
        code: Its exit code.
        output: What it wrote, standard error included.
    """

    code: int
    output: str


def run_bash(options: list[str], script: str, folder: Path, environment: Mapping[str, str]) -> Ran:
    """Runs a script, with the stand-ins for `make` and `gh` first on PATH."""
    done = subprocess.run(
        ["bash", *options, "-c", script],
        cwd=folder,
        env={**environment, "PATH": os.pathsep.join([str(FAKES), environment["PATH"]])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=200,
        check=False,
    )
    return Ran(done.returncode, done.stdout)


def workflow(name: str) -> dict[Any, Any]:
    """A workflow of GitHub's."""
    found: dict[Any, Any] = yaml.safe_load(GITHUB[name].read_text(encoding="utf-8"))
    return found


def step(workflow_name: str, job: str, name: str) -> Step:
    """A shell step of a workflow of GitHub's."""
    found = workflow(workflow_name)["jobs"][job]
    (of_job,) = (each for each in found["steps"] if each.get("name") == name)
    return Step(of_job["run"], {**found.get("env", {}), **of_job.get("env", {})})


def all_steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step of every workflow of GitHub's, with the workflow's name."""
    for name in GITHUB:
        for job in workflow(name)["jobs"].values():
            yield from ((name, each) for each in job["steps"])


def gitlab(job: str, file: Path = GITLAB) -> dict[str, Any]:
    """A job of GitLab's, with what it extends."""
    jobs = yaml.safe_load(file.read_text(encoding="utf-8"))
    found: dict[str, Any] = jobs[job]
    while "extends" in found:
        base = jobs[found["extends"]]
        found = {**base, **{key: value for key, value in found.items() if key != "extends"}}
    return found


def gitlab_script(job: str, *parts: str) -> str:
    """The commands of parts of a job, which run in one shell."""
    found = gitlab(job)
    return "\n".join(line for part in parts for line in found[part])
