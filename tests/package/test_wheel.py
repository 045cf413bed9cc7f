"""The wheel and the sdist: what is in them, and that the wheel can be installed and used beside what is new and old."""

from __future__ import annotations

import email
import json
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.version import Version

from aiware_local import launcher
from tests.package.conftest import ROOT, build, uv
from tests.support.markdown import blocks
from tests.support.project import Project

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
(BUILD_REQUIREMENT,) = PYPROJECT["build-system"]["requires"]
EXTRAS = list(PYPROJECT["project"]["optional-dependencies"])

LIBRARY = """
import aiware_resources

for name in aiware_resources.__all__:
    getattr(aiware_resources, name)
"""
EVERYTHING = """
import importlib, pkgutil, sys
import aiware_local, aiware_resources

for package in (aiware_local, aiware_resources):
    assert sys.prefix in package.__file__
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
"""
PYTEST = """
def test_it(aiware):
    assert aiware.objects()["tdos"] == []
"""


# --- what is in them -------------------------------------------------------------------------------------------------


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/RECORD")}


def test_the_sdist_builds_the_wheel_that_the_checkout_builds(sources: Path, wheel: Path) -> None:
    built = build(sources)  # a wheel from the sdist
    (from_sdist,) = built.glob("*.whl")
    assert contents(from_sdist) == contents(wheel)
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md"} <= names
    assert not [name for name in names if name.startswith(("tests", "tools", "benchmarks"))]


def test_the_wheel_holds_both_packages_whole_and_nothing_else(sources: Path, wheel: Path) -> None:
    ours = {
        file.relative_to(sources).as_posix()
        for package in ("aiware_local", "aiware_resources")
        for file in (sources / package).rglob("*")
        if file.is_file()
    }
    assert {"aiware_local/py.typed", "aiware_resources/report/report.css", "aiware_local/server/schema.graphql"} <= ours
    assert {name for name in contents(wheel) if ".dist-info/" not in name} == ours


def test_its_metadata_is_whole(wheel: Path) -> None:
    ((_, text),) = [each for each in contents(wheel).items() if each[0].endswith("/METADATA")]
    metadata = email.message_from_bytes(text)
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert "# aiWARE pipelines" in metadata.get_payload()
    assert metadata.get_all("Provides-Extra") == EXTRAS
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    assert metadata["License-Expression"] is metadata["License"] is None  # the owner chooses it


# --- that it can be installed ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("registry")
def test_the_oldest_setuptools_that_it_names_builds_it(sources: Path, wheel: Path, tmp_path: Path) -> None:
    constraint = tmp_path / "constraint.txt"
    constraint.write_text(BUILD_REQUIREMENT.replace(">=", "=="))
    (built,) = build(sources, "--wheel", "--build-constraints", str(constraint), isolated=True).glob("*.whl")
    assert contents(built).keys() == contents(wheel).keys()


def pythons() -> list[str]:
    """The Pythons on this machine, one of each version from 3.11 on, oldest first."""
    found = json.loads(uv("python", "list", "--only-installed", "--output-format", "json").stdout)
    versions = {
        (each["version_parts"]["major"], each["version_parts"]["minor"]): each["path"]
        for each in found
        if each["implementation"] == "cpython" and Version(each["version"]) >= Version("3.11")
    }
    return [versions[key] for key in sorted(versions)]


def installed(folder: Path, wheel: Path, python: str, *also: str) -> Path:
    """A virtual environment with the wheel and all its extras, what else is named, and nothing of this checkout."""
    uv("venv", "--quiet", "--python", python, str(folder))
    wanted = f"aiware-pipelines[{','.join(EXTRAS)}] @ {wheel.as_uri()}"
    uv("pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *also, wanted)
    return folder


def imports(venv: Path, what: str) -> None:
    command = [str(venv / "bin" / "python"), "-W", "error", "-c", what]
    done = subprocess.run(command, cwd=venv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("registry")
def test_with_the_newest_versions_it_runs_on_every_python_here(wheel: Path, tmp_path: Path) -> None:
    *others, newest = pythons()
    for number, python in enumerate(others):
        imports(installed(tmp_path / f"venv-{number}", wheel, python), LIBRARY)
    venv = installed(tmp_path / "venv", wheel, newest, "pytest")
    imports(venv, EVERYTHING)
    pip_takes_it(venv, wheel)
    runs_the_program(venv, tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text('pytest_plugins = ["aiware_local.pytest_plugin"]\n')
    (tmp_path / "tests" / "test_it.py").write_text(PYTEST)
    command = [str(venv / "bin" / "python"), "-m", "pytest", "-q", "-W", "error"]
    done = subprocess.run(command, cwd=tmp_path / "tests", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.usefixtures("registry")
def test_with_the_lowest_versions_it_runs_on_the_oldest_python(sources: Path, wheel: Path, tmp_path: Path) -> None:
    lowest = tmp_path / "lowest.txt"
    choose = ("--resolution", "lowest-direct", "--all-extras", "--python-version", "3.11", "--output-file", str(lowest))
    uv("pip", "compile", "--quiet", *choose, str(sources / "pyproject.toml"))
    venv = installed(tmp_path / "venv", wheel, pythons()[0], "pytest", "--requirements", str(lowest))
    runs_the_program(venv, tmp_path)


def pip_takes_it(venv: Path, wheel: Path) -> None:
    """pip's own resolver agrees that the wheel goes together with the newest Pulumi and pydantic, which are there."""
    newest = uv("pip", "compile", "--quiet", "--no-header", "--no-annotate", "-", given="pulumi\npydantic").stdout
    pins = [line for line in newest.splitlines() if line.startswith(("pulumi==", "pydantic=="))]
    assert len(pins) == 2
    pip = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python"), "install", "--dry-run", "--no-index"]
    command = [*pip, "--quiet", "--report", "-", f"{wheel}[{','.join(EXTRAS)}]", *pins]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [each["metadata"]["name"] for each in json.loads(done.stdout)["install"]] == []


def runs_the_program(venv: Path, folder: Path) -> None:
    """README's program in an empty folder, by the real engine: everything is made, then nothing, then all is gone."""
    (folder / "project").mkdir()
    project = Project(folder / "project", python=venv)
    (source,) = (block for block in blocks(ROOT / "README.md", "python") if "import pulumi" in block)
    (project.folder / "__main__.py").write_text(source)
    project.init()
    try:
        project.up()
        assert set(project.changes().values()) == {"create"}
        captions = project.folder / project.outputs()["captions"]
        assert captions.read_text().startswith("WEBVTT")
        project.up()
        assert project.changes() == {}
        project.destroy()
        assert project.state() == {}
    finally:
        launcher.stop(data=project.data)
