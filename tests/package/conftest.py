"""The wheel and the sdist of this checkout, built in a copy of it; and package registries, which are asked here alone.

Tests talk to this machine only. These are the exception: whether the ranges of pyproject.toml can be installed can be
seen from what registries serve, and from nothing else. uv asks them, as users do, for packages that the project needs.
What is installed is then run as everything else is, with no other machine in reach.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NO_ANSWER = re.compile(r"Failed to fetch|error sending request|dns error|Network connectivity is disabled")
PYENV = "~/.pyenv/versions/*/bin"
"""Where Pythons of pyenv are, most of which it hides."""


def uv(*arguments: str, given: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs uv; certificates are those that this machine trusts."""
    pythons = [str(folder) for folder in Path.home().glob(PYENV.removeprefix("~/"))]
    environment = os.environ | {
        "UV_SYSTEM_CERTS": "true",
        "UV_PYTHON_DOWNLOADS": "never",
        "PATH": os.pathsep.join([*pythons, str(Path(sys.prefix, "bin")), os.environ["PATH"]]),
    }
    done = subprocess.run(
        ["uv", "--no-progress", *arguments], env=environment, input=given, capture_output=True, text=True, check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="session")
def registry() -> None:
    """Skips a test, and says so, where no registry answers."""
    done = uv("pip", "compile", "--quiet", "--no-cache", "-", given="packaging", check=False)
    if done.returncode and NO_ANSWER.search(done.stderr):
        pytest.skip(f"No package registry answers, so that nothing can be installed: {done.stderr.strip()[:300]}")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is committed, or would be: a build writes into the folder."""
    folder = tmp_path_factory.mktemp("sources")
    listed = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "aiware_*", "*.toml", "README.md")
    for name in subprocess.check_output(listed, cwd=ROOT, text=True).splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def build(sources: Path, *options: str, isolated: bool = False) -> Path:
    """Builds into a folder of its own, with the setuptools of this environment unless it is isolated."""
    to = sources.with_name(f"built-{len(list(sources.parent.glob('built-*')))}")
    own = () if isolated else ("--no-build-isolation", "--python", sys.executable)
    uv("build", "--quiet", *own, *options, "--out-dir", str(to), str(sources))
    return to


@pytest.fixture(scope="session")
def wheel(sources: Path) -> Path:
    """The wheel, built from the checkout."""
    (found,) = build(sources, "--wheel").glob("*.whl")
    return found
