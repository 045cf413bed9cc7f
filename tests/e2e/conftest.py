"""What the end-to-end tests share: a project and a local aiWARE for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.local import Local
from tests.support.project import ROOT, Project


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what lies in this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with the repository's example recordings beside it, without a program yet."""
    made = Project(tmp_path)
    shutil.copytree(ROOT / "examples" / "media", tmp_path / "examples" / "media")
    made.init()
    return made


@pytest.fixture
def local(project: Project) -> Iterator[Local]:
    """The project's local aiWARE; work takes no time unless a test says so."""
    server = Local(project.data, project.folder)
    server.behave(jobSeconds=0, exportSeconds=0)
    yield server
    server.stop()
