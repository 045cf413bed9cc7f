"""Sets up what the project runs on: a virtual environment with its packages, a place for state, and the Pulumi CLI.

    setup.py                    all of it
    setup.py --without-pulumi   all but the Pulumi CLI

What is there already is left alone, so that a second run takes no time and prints nothing. Runs on the standard library
alone, and writes to stderr only.
"""

from __future__ import annotations

import argparse
import hashlib
import secrets
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
VENV = PROJECT / ".venv"
PROGRAMS = sysconfig.get_path("scripts", "venv", {"base": str(VENV)})
"""Where the environment has its programs: `bin`, or `Scripts` on Windows."""
STATE = PROJECT / ".pulumi-state"
PASSPHRASE = PROJECT / ".passphrase"
TURN = PROJECT / ".set-up.lock"
STAMP = VENV / ".set-up"
LOCK = "requirements-dev.txt"
SPEECH_LOCK = "requirements-speech.txt"
REQUIREMENTS = (LOCK, SPEECH_LOCK, "pyproject.toml")


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
    """Lets one set-up of this project folder run at a time; a second one waits for the first.

    A lock of SQLite is one that every platform has, and that ends with its process, in whatever way.
    """
    with closing(sqlite3.connect(TURN, timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            say("Another set-up of this project is running; waiting for it.")
            lock.execute("PRAGMA busy_timeout = 2147483647")
            lock.execute("BEGIN EXCLUSIVE")
        yield


def set_up_venv() -> None:
    """Creates the virtual environment and installs what the lock names, if that has not happened yet.

    Raises:
        subprocess.CalledProcessError: venv or pip failed.
    """
    if not works(python()):
        say(f"Python: creating {VENV} ...")
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    say(f"Python: installing the packages of {LOCK} (about a minute the first time) ...")
    pip = (str(python()), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-input")
    run(*pip, "--require-hashes", "-r", LOCK)
    try:
        run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", SPEECH_LOCK)
    except subprocess.CalledProcessError:
        say(f"Python: the packages of {SPEECH_LOCK} are not there for this machine; the local aiWARE simulates speech.")
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


def python() -> str | None:
    """The virtual environment's Python; ``None`` where it is not there, or was uninstalled."""
    return shutil.which("python", path=PROGRAMS)


def works(program: str | None) -> bool:
    """Whether a Python is there and new enough."""
    if program is None:
        return False
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([program, "-c", check], capture_output=True, check=False).returncode == 0


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
