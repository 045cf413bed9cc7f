"""Says which programs the tests could use, and do not find.

    programs.py

They are Apertium, which translates, flite, which speaks, and PostgreSQL, where states can be.

Runs on the standard library alone, and writes to stderr only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


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


def database() -> Path | None:
    """The folder of PostgreSQL's programs: Debian has them outside of PATH. The newest of several versions.

    They do not run as root: for root, there has to be a user `postgres`, as the package makes it.
    """
    if hasattr(os, "getuid") and os.getuid() == 0 and not _is_user("postgres"):
        return None
    found = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return Path(found).parent if found else folders[-1].parent if folders else None


def _is_user(name: str) -> bool:
    import pwd  # POSIX alone has it

    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def main() -> int:
    """Says what is missing."""
    if not translates():
        say(
            "Translation is tried as simulated only: there is no Apertium. On Debian: apt-get install apertium-eng-spa."
        )
    if not speaks():
        say("No recording is made: there is no flite. On Debian: apt-get install flite.")
    if database() is None:
        say("No state is in a database: there is no PostgreSQL that runs here. On Debian: apt-get install postgresql.")
    return 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
