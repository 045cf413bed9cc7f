"""The documentation site: it builds without a warning, a broken link fails it, nothing comes from elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Built:
    """A build of the site: one page has two broken links, so that a single build shows what is found and what is not.

    Attributes:
        site: The folder of its pages.
        code: The exit code of MkDocs.
        warnings: The lines in which MkDocs warns.
    """

    site: Path
    code: int
    warnings: list[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", folder / "docs")
    with (folder / "docs" / "drift.md").open("a", encoding="utf-8") as page:
        page.write("\n[a](no-such.md) [b](job.md#no-such)\n")
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    config = config.replace("tools/docs/hook.py", str(ROOT / "tools/docs/hook.py"))
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", folder / "mkdocs.yml"],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    warnings = [line for line in done.stdout.splitlines() if line.startswith(("WARNING", "ERROR"))]
    return Built(folder / "build" / "site", done.returncode, warnings)


@pytest.fixture
def site(built: Built) -> Path:
    return built.site


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


def test_broken_links_fail_the_build_and_nothing_else_is_warned_of(built: Built) -> None:
    assert built.code != 0
    assert len(built.warnings) == 2, built.warnings
    assert "'no-such.md'" in built.warnings[0]
    assert "'job.md#no-such'" in "".join(built.warnings[1:])
