"""Veritone's published Python client (PyPI `veri-agents-aiware`) runs against the local aiWARE.

docs/local.md says what it can do there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.local import Local
from tests.support.project import ROOT

PYTHON = ROOT / ".published" / "client" / "bin" / "python"
RUN = ROOT / "tests" / "published" / "operations.py"
DOCS = ROOT / "docs" / "local.md"
OUTSIDE = {
    "create_asset": "needs a file, as `upload` sends it",
    "get_folder": "no folders here",
    "get_root_folders": "no folders here",
    "get_libraries": "no libraries here",
    "get_library_engine_models": "no libraries here",
    "get_entities": "no libraries here",
    "get_mentions": "no mentions here",
    "get_mentions_with_engine_results": "no mentions here",
    "get_watchlists": "no watchlists here",
    "get_schema_json": "no structured data here",
}
"""The operations that are refused, and why."""
CREATE = """mutation { createTDOWithAsset(input: {
    startDateTime: "2026-01-01T00:00:00Z", stopDateTime: "2026-01-01T00:01:00Z",
    assetType: "media", contentType: "video/mp4", uri: "file:interview.mp4"}) { id } }"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What each operation came to."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copy(ROOT / "examples" / "media" / "interview.mp4", folder)
    local = Local(folder / "data", folder)
    try:
        local.behave(jobSeconds=0)
        local.fault({"totalCount": True})
        tdo_id = local.graphql(CREATE)["createTDOWithAsset"]["id"]
        environ = {**os.environ, "AIWARE_TOKEN": local.token, "PYTHONPATH": ""}
        run = subprocess.run(
            [PYTHON, RUN, local.server.url, tdo_id], env=environ, capture_output=True, text=True, timeout=200
        )
        assert run.returncode == 0, run.stderr
        yield json.loads(run.stdout)
    finally:
        local.stop()


def test_operations_of_this_field_work_and_the_others_are_refused(outcomes: dict[str, str]) -> None:
    assert {name: outcome for name, outcome in outcomes.items() if name not in OUTSIDE and outcome != "ok"} == {}
    assert all("Error" in outcomes[name] for name in OUTSIDE)


def test_the_documentation_has_them_all(outcomes: dict[str, str]) -> None:
    rows = (f"| `{name}` | {OUTSIDE.get(name, 'works')} |" for name in outcomes)
    table = "\n".join(("| operation | here |", "|---|---|", *rows))
    assert table in Path(DOCS).read_text(encoding="utf-8"), table
