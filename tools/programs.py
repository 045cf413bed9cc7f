"""Says which programs the tests could use, and do not find: Apertium, which translates, and flite, which speaks.

    programs.py

Runs on the standard library alone, and writes to stderr only.
"""

from __future__ import annotations

import shutil
import subprocess
import sys


def translates() -> bool:
    """Whether Apertium is there, with Spanish and English."""
    program = shutil.which("apertium")
    if program is None:
        return False
    listed = subprocess.run([program, "-l"], capture_output=True, text=True, check=False).stdout.split()
    return {"spa-eng", "eng-spa"} <= set(listed)


def speaks() -> bool:
    """Whether flite is there."""
    return shutil.which("flite") is not None


def main() -> int:
    """Says what is missing."""
    if not translates():
        say(
            "Translation is tried as simulated only: there is no Apertium. On Debian: apt-get install apertium-eng-spa."
        )
    if not speaks():
        say("No recording is made: there is no flite. On Debian: apt-get install flite.")
    return 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
