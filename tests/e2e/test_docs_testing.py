"""The tests that docs/testing.md shows pass as they stand."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.support.markdown import blocks
from tests.support.project import ROOT, Project


def test_the_tests_of_the_page_pass(project: Project) -> None:
    folder = project.folder / "users"
    folder.mkdir()
    for source in blocks(ROOT / "docs" / "testing.md", "python"):
        if named := re.match(r"# (\w+\.py)\n", source):
            (folder / named[1]).write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:asyncio", "-p", "no:schemathesis"],
        cwd=folder,
        env=project.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert "5 passed" in done.stdout, done.stdout
