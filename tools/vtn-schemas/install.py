"""Installs Veritone's published JSON schemas (an npm package) for the tests that hold local results against them.

Nothing of it is committed. Where there is no npm, or no network, those tests are skipped, and this says so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSTALLED = HERE / "node_modules" / ".package-lock.json"
"""Written by npm when it has finished."""


def main() -> int:
    lock = HERE / "package-lock.json"
    if INSTALLED.exists() and INSTALLED.stat().st_mtime >= lock.stat().st_mtime:
        return 0
    npm = shutil.which("npm")
    if npm is None:
        say("Schemas: there is no npm here, so tests against Veritone's JSON schemas are skipped.")
        return 0
    say("Schemas: installing Veritone's JSON schemas ...")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    if subprocess.run(command, cwd=HERE, stdout=sys.stderr, check=False).returncode != 0:
        say("Schemas: npm could not install them, so tests against them are skipped.")
    return 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
