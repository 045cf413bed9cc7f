"""The documentation site: it builds without a warning, a broken link fails it, nothing comes from elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("material", reason="mkdocs-material of requirements-dev.txt is not installed")

ROOT = Path(__file__).resolve().parents[2]


def build(config: Path, site: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", config, "--site-dir", site],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build(ROOT / "mkdocs.yml", folder)
    assert done.returncode == 0, done.stdout
    return folder


def test_every_document_is_a_page(site: Path) -> None:
    pages = {path.relative_to(site).with_suffix(".md").as_posix() for path in site.rglob("*.html")}
    written = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert written <= pages
    assert {"ARCHITECTURE.md", "DECISIONS.md", "CHANGELOG.md"} <= pages


def test_sources_that_pages_link_to_are_shown(site: Path) -> None:
    shown = (site / "source" / "examples" / "job" / "__main__.py.html").read_text(encoding="utf-8")
    assert "pipelines" in shown
    assert 'href="source/examples/job/__main__.py.html"' in (site / "job.html").read_text(encoding="utf-8")


def test_bars_in_tables_are_shown_as_such(site: Path) -> None:
    page = (site / "cluster.html").read_text(encoding="utf-8")
    assert "<code>bool | str</code>" in page


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    fetched = re.compile(
        r"<(?:script|img|iframe)[^>]+src=\"?(https?:[^\s\">]+)|<link[^>]+stylesheet[^>]+(https?:[^\s\">]+)"
    )
    for page in site.rglob("*.html"):
        assert not fetched.search(page.read_text(encoding="utf-8")), page.name


def test_a_broken_link_fails_the_build(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    page = tmp_path / "docs" / "drift.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n[a](no-such.md) [b](job.md#no-such)\n", encoding="utf-8")
    config = (
        (ROOT / "mkdocs.yml")
        .read_text(encoding="utf-8")
        .replace("tools/docs/hook.py", str(ROOT / "tools/docs/hook.py"))
    )
    (tmp_path / "mkdocs.yml").write_text(config, encoding="utf-8")
    done = build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert done.returncode != 0
    assert "'no-such.md'" in done.stdout
    assert "'job.md#no-such'" in done.stdout
