"""`make clean`: removes what was made here, and refuses where something would be lost."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.tools.conftest import Project

ROOT = {"type": "pulumi:pulumi:Stack"}
PROVIDER = {"type": "pulumi:providers:pulumi-python"}
CLUSTER = {"type": "pulumi-python:dynamic/aiware:Cluster"}
STACKS = ".pulumi-state/.pulumi/stacks/aiware-pipelines"


def checkpoint(*resources: dict[str, str]) -> str:
    return json.dumps({"version": 3, "checkpoint": {"latest": {"resources": resources}}})


def left(project: Project) -> list[str]:
    return sorted(path.name for path in project.folder.iterdir())


def test_removes_what_was_made_and_keeps_the_rest(project: Project) -> None:
    for path in (
        "out/local/a.vtt",
        ".aiware-local/data",
        ".pulumi-cli/bin/pulumi",
        ".coverage",
        "pkg/__pycache__/a.pyc",
    ):
        project.file(path, "")
    for path in ("README.md", ".passphrase", "pkg/a.py"):
        project.file(path, "")
    project.file(f"{STACKS}/local.json", checkpoint(ROOT, CLUSTER))
    result = project.run("clean.py")
    assert result.returncode == 0, result.stderr
    assert left(project) == [".passphrase", "README.md", "pkg", "tools"]
    assert [path.name for path in (project.folder / "pkg").iterdir()] == ["a.py"]


@pytest.mark.parametrize("compressed", [False, True])
def test_refuses_while_another_stack_holds_resources(project: Project, compressed: bool) -> None:
    file = project.file(f"{STACKS}/dev.json", checkpoint(ROOT, PROVIDER, CLUSTER))
    if compressed:
        file.with_name("dev.json.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    result = project.run("clean.py")
    assert result.returncode == 1
    assert "what these stacks hold in aiWARE: dev." in result.stderr
    assert "make destroy STACK=dev" in result.stderr
    assert (project.folder / ".pulumi-state").exists()
    assert project.run("clean.py", "--force").returncode == 0
    assert not (project.folder / ".pulumi-state").exists()


@pytest.mark.parametrize("content", [checkpoint(ROOT, PROVIDER), '{"version": 3, "checkpoint": {"latest": null}}'])
def test_stack_without_resources_is_no_obstacle(project: Project, content: str) -> None:
    project.file(f"{STACKS}/dev.json", content)
    assert project.run("clean.py").returncode == 0


def test_local_aiware_is_stopped_first(project: Project, tmp_path: Path) -> None:
    record = tmp_path / "record"
    program = f"import pathlib, sys; pathlib.Path({str(record)!r}).write_text(str(sys.argv[1:]))"
    project.program("aiware", program, project.folder / ".venv" / "bin")
    assert project.run("clean.py").returncode == 0
    assert record.read_text(encoding="utf-8") == "['local', 'stop']"
    assert not (project.folder / ".venv").exists()


def test_refuses_while_the_local_aiware_cannot_be_stopped(project: Project) -> None:
    project.program("aiware", "raise SystemExit('it does not answer')", project.folder / ".venv" / "bin")
    result = project.run("clean.py")
    assert result.returncode == 1
    assert "it does not answer" in result.stderr
    assert "the local aiWARE could not be stopped" in result.stderr
    assert (project.folder / ".venv").exists()
    assert project.run("clean.py", "--force").returncode == 0
