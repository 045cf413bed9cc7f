"""Fetches into .published what the tests try on the local aiWARE: Veritone's published Python client and JSON schemas.

    published.py

The client needs Python 3.12 or newer, so it has a virtual environment of its own. What cannot be fetched is told,
and its tests are skipped. Runs on the standard library alone, and writes to stderr only.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PUBLISHED = PROJECT / ".published"
CLIENT = PUBLISHED / "client"
SCHEMAS = PUBLISHED / "json-schemas"
PACKAGES = ("aiware==0.4.0", "veri-agents-aiware==0.2.35")
"""Without what they depend on: LangChain and more, which the client inside them does not need."""
NEEDS = ("httpx==0.28.1", "pydantic==2.14.3")
"""What the client inside them does need."""
ARCHIVE = "https://registry.npmjs.org/veritone-json-schemas/-/veritone-json-schemas-1.2.0.tgz"
ARCHIVE_SHA256 = "a376a7bf0b94f6797eb6dc29e2bb90cefd4b42ba7cc50fa4f5fc805b84fdafcb"
OLDEST_PYTHON = (3, 12)


def main() -> int:
    fetch_client()
    fetch_schemas()
    return 0


def fetch_client() -> None:
    """Installs the client, unless that has happened."""
    wanted = "\n".join((*PACKAGES, *NEEDS))
    stamp = CLIENT / "installed"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    python = next(pythons(), None)
    if python is None:
        say("Veritone's Python client is not tried: it needs Python 3.12 or newer, and none was found.")
        return
    try:
        subprocess.run([python, "-m", "venv", "--clear", CLIENT], check=True, stdout=sys.stderr)
        for packages in (NEEDS, ("--no-deps", *PACKAGES)):
            pip = (python_of(CLIENT), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-input")
            subprocess.run([*pip, *packages], check=True, stdout=sys.stderr)
    except subprocess.CalledProcessError:
        say("Veritone's Python client is not tried: it could not be installed (see above).")
        return
    stamp.write_text(wanted, encoding="utf-8")


def fetch_schemas() -> None:
    """Downloads the schemas, unless that has happened."""
    if SCHEMAS.exists():
        return
    try:
        with urllib.request.urlopen(ARCHIVE, timeout=60) as answer:
            content = answer.read()
    except (urllib.error.URLError, OSError) as error:
        say(f"Veritone's JSON schemas are not tried: {ARCHIVE} cannot be fetched ({error}).")
        return
    if hashlib.sha256(content).hexdigest() != ARCHIVE_SHA256:
        say(f"Veritone's JSON schemas are not tried: {ARCHIVE} is not the archive that was expected.")
        return
    unfinished = SCHEMAS.with_name(f"{SCHEMAS.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is not None and member.name.endswith(".json"):
                path = unfinished / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.read())
    unfinished.rename(SCHEMAS)


def pythons() -> Iterator[str]:
    """Finds Pythons that are new enough: this one, those on PATH, and those of pyenv."""
    names = [f"python3.{minor}" for minor in range(OLDEST_PYTHON[1], OLDEST_PYTHON[1] + 8)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    candidates = [sys.executable, *filter(None, map(shutil.which, names)), *sorted(pyenv.glob("3.*/bin/python3"))]
    check = f"import sys, venv, ensurepip; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    for candidate in map(str, candidates):
        if subprocess.run([candidate, "-c", check], capture_output=True, check=False).returncode == 0:
            yield candidate


def python_of(venv: Path) -> Path:
    """The Python of a virtual environment."""
    return venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
