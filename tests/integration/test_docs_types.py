"""The Python in the documents passes the type checker, as users' own programs do."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.support.markdown import blocks
from tests.unit.test_docs import DOCUMENTS, ROOT


def test_python_in_documents_has_the_right_types(tmp_path: Path) -> None:
    files = []
    for document in DOCUMENTS:
        for number, source in enumerate(blocks(document, "python"), 1):
            # A block that begins with the name of its file is a module that other blocks import.
            named = re.match(r"# (\w+\.py)\n", source)
            files.append(tmp_path / (named[1] if named else f"{document.stem.replace('-', '_')}_{number}.py"))
            files[-1].write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--strict"]
    done = subprocess.run([*command, *files], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
