"""Sets up what the project runs on: a virtual environment with its packages, a place for state, and the Pulumi CLI.

    setup.py                    all of it
    setup.py --without-pulumi   all but the Pulumi CLI

What is there already is left alone, so that a second run takes no time and prints nothing. Runs on the standard library
alone, and writes to stderr only.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
VENV = PROJECT / ".venv"
STATE = PROJECT / ".pulumi-state"
PASSPHRASE = PROJECT / ".passphrase"
STAMP = VENV / ".set-up"
LOCK = "requirements-dev.txt"
REQUIREMENTS = (LOCK, "pyproject.toml")


def main() -> int:
    parser = argparse.ArgumentParser(description="Sets up what the project runs on.")
    parser.add_argument("--without-pulumi", action="store_true", help="leave out the Pulumi CLI")
    arguments = parser.parse_args()
    try:
        with one_at_a_time():
            set_up_venv()
            set_up_state()
            if not arguments.without_pulumi:
                run(sys.executable, str(PROJECT / "tools" / "pulumi-cli" / "build.py"))
    except subprocess.CalledProcessError as error:
        # The command has said itself what went wrong.
        return int(error.returncode)
    except KeyboardInterrupt:
        return 130
    return 0


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Lets one set-up of this project folder run at a time; a second one waits for the first."""
    folder = os.open(PROJECT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another `make` is setting this project up; waiting for it.")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def set_up_venv() -> None:
    """Creates the virtual environment and installs what the lock names, if that has not happened yet.

    Raises:
        subprocess.CalledProcessError: venv or pip failed.
    """
    python = VENV / "bin" / "python"
    if not works(python):
        say(f"Python: creating {VENV} ...")
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    say(f"Python: installing the packages of {LOCK} (about a minute the first time) ...")
    pip = (str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-input")
    run(*pip, "--require-hashes", "-r", LOCK)
    # Built by the setuptools of the lock.
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")
    STAMP.write_text(wanted, encoding="utf-8")
    say("Python: ready.")


def set_up_state() -> None:
    """Makes what the stack `local` has in this folder alone: its state and its passphrase, once."""
    STATE.mkdir(exist_ok=True)
    if PASSPHRASE.exists():
        return
    unfinished = PASSPHRASE.with_name(f"{PASSPHRASE.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(f"{secrets.token_urlsafe(32)}\n", encoding="utf-8")
    unfinished.replace(PASSPHRASE)
    say("Pulumi: made a passphrase for local secrets (.passphrase; only you can read it, and git ignores it).")


def works(python: Path) -> bool:
    """Whether a virtual environment's Python is there and new enough; one whose Python was uninstalled is not."""
    if not python.exists():
        return False
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0


def fingerprint() -> str:
    return hashlib.sha256(b"\0".join((PROJECT / name).read_bytes() for name in REQUIREMENTS)).hexdigest()


def run(*command: str) -> None:
    """Runs a command in the project folder, with all that it prints on stderr.

    Raises:
        subprocess.CalledProcessError: It failed.
    """
    subprocess.run(command, cwd=PROJECT, stdout=sys.stderr, check=True)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
