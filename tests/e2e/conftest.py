"""What the end-to-end tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.grounds import grounds, local, project, python
from tools.programs import database

__all__ = ["grounds", "local", "project", "python"]


collect_ignore = [] if database() else ["test_database_state.py"]
"""States in a database are tried where PostgreSQL is installed; tools/programs.py says where it is not."""

LONGEST = ("e2e/test_tutorial.py", "faults/test_faults.py", "ci/test_session.py", "package/test_wheel.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what lies in this folder, and has what takes longest begin first: no worker is left alone with it."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(900))
    items.sort(key=lambda item: "/".join(item.path.parts[-2:]) not in LONGEST)
