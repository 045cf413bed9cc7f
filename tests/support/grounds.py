"""Fixtures for tests on the real engine: a project and a local aiWARE for each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.forked_python import forked_python
from tests.support.local import Local
from tests.support.project import ROOT, Project


@pytest.fixture(scope="session")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Local]]:
    """A folder for a project, and a local aiWARE that reads media below it; the tests of a process share them.

    To start one for each test would take as long as all that most tests ask of it.
    """
    folder = tmp_path_factory.mktemp("grounds")
    server = Local(folder / "aiware-data", folder / "project")
    yield folder / "project", server
    server.stop()


@pytest.fixture(scope="session")
def python() -> Iterator[Path]:
    """A virtual environment whose Python forks programs and provider hosts."""
    # The path of a socket is short.
    with tempfile.TemporaryDirectory() as folder, forked_python(Path(folder, "venv")) as made:
        yield made


@pytest.fixture
def project(grounds: tuple[Path, Local], python: Path, tmp_path: Path) -> Iterator[Project]:
    """A project with the repository's example recordings, without a program yet.

    After the test it is in the test's own folder, to be looked at.
    """
    folder, server = grounds
    folder.mkdir()
    shutil.copytree(ROOT / "examples" / "media", folder / "examples" / "media")
    made = Project(folder, data=server.server.data, python=python)
    made.init()
    yield made
    folder.rename(tmp_path / "project")


@pytest.fixture
def local(grounds: tuple[Path, Local], project: Project) -> Local:
    """The project's local aiWARE, empty; work takes no time unless a test says so."""
    _, server = grounds
    server.reset()
    server.behave(jobSeconds=0, exportSeconds=0)
    return server
