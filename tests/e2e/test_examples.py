"""The examples, and the program in the README, run as they stand."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.local import Local
from tests.support.markdown import blocks
from tests.support.project import ROOT, Project

EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/Pulumi.yaml"))

Check = Callable[[dict[str, Any], Local, Path], None]


def cluster(outputs: dict[str, Any], local: Local, _: Path) -> None:
    assert outputs == {"id": local.only("clusters")["id"], "status": "active"}


def job(outputs: dict[str, Any], local: Local, _: Path) -> None:
    assert (outputs["tdo"], outputs["status"]) == (local.only("tdos")["id"], "complete")
    assert outputs["heard"].startswith("This transcript is simulated.")


def export_request(outputs: dict[str, Any], _: Local, folder: Path) -> None:
    written = folder / outputs["file"]
    assert written.read_text(encoding="utf-8").startswith("WEBVTT")
    assert written.stat().st_size == outputs["size"]


def components(outputs: dict[str, Any], local: Local, folder: Path) -> None:
    assert outputs["files"] == ["out/interview.vtt", "out/interview.txt"]
    assert len(outputs["translated"]) == 1
    assert all((folder / file).is_file() for file in outputs["files"] + outputs["translated"])
    assert {tdo["name"] for tdo in local.objects()["tdos"]} == {"Interview with the mayor", "letter"}


def job_fleet(outputs: dict[str, Any], local: Local, folder: Path) -> None:
    assert outputs["counts"] == {"complete": 4}
    names = {tdo["id"]: tdo["name"] for tdo in local.objects()["tdos"]}
    assert names[outputs["town hall"]] == "Town hall, 2026-03-23"
    assert outputs["captions"]["2026-03-23"] == {"vtt": "out/captions/2026-03-23.vtt"}
    assert len(list((folder / "out" / "captions").glob("*.vtt"))) == 4


DONE: dict[str, Check] = {
    "cluster": cluster,
    "job": job,
    "job_fleet": job_fleet,
    "export_request": export_request,
    "components": components,
}
"""What an example has to have done."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_does_what_it_says(project: Project, local: Local, name: str) -> None:
    folder = project.folder / "examples" / name
    shutil.copytree(ROOT / "examples" / name, folder, ignore=shutil.ignore_patterns("Pulumi.*.yaml", "*.vtt"))

    def run(*arguments: str) -> str:
        return project.pulumi("--cwd", str(folder), *arguments).output

    run("stack", "init", "local")
    run("up", "--yes", "--skip-preview")
    outputs = json.loads(run("stack", "output", "--json"))
    if name in DONE:
        DONE[name](outputs, local, folder)
    run("destroy", "--yes", "--skip-preview")
    kept = [tdo["details"] for tdo in local.objects()["tdos"]]
    assert kept == ([{"case": {"number": "2026-117"}}] if name == "temporal_data_object" else [])
    assert local.objects()["clusters"] == []


def test_the_program_of_the_readme(project: Project, local: Local) -> None:
    (source,) = (block for block in blocks(ROOT / "README.md", "python") if "import pulumi" in block)
    (project.folder / "__main__.py").write_text(source, encoding="utf-8")
    project.up()
    assert project.outputs() == {"captions": "mayor.vtt"}
    assert (project.folder / "mayor.vtt").read_text(encoding="utf-8").startswith("WEBVTT")
    project.destroy()
    assert local.only("tdos")["name"] == "Interview with the mayor"
