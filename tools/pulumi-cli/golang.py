"""Runs Go, with errors that say what to do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

OTHERWISE = (
    "Alternatively, install the Pulumi CLI itself (https://www.pulumi.com/docs/install/): then nothing is built."
)
NO_NETWORK = "The Go modules could not be downloaded: check the network and `go env GOPROXY`, then run this again."
NETWORK_TROUBLE = re.compile(
    r"dial tcp|no such host|i/o timeout|proxyconnect|connection refused|TLS handshake|module lookup disabled"
)


class GoError(Exception):
    """Go is missing, too old, or failed; the text says what to do."""


def say(text: str, end: str = "\n") -> None:
    """Tells the user, on stderr: stdout belongs to what `make env` prints."""
    print(text, end=end, file=sys.stderr, flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Announces one step, and how long it took when it is done."""
    say(f"  {what} ...", end="")
    start = time.monotonic()
    try:
        yield
    except BaseException:
        say(" failed")
        raise
    say(f" {duration(time.monotonic() - start)}")


def duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@dataclass(frozen=True)
class Go:
    """A Go toolchain that is new enough.

    Attributes:
        program: The `go` command.
    """

    program: str

    @classmethod
    def find(cls, module: Path) -> Go:
        """Finds `go` on PATH and checks it against the `go` line of a module's go.mod.

        Raises:
            GoError: There is none, or it is too old.
        """
        oldest = go_line(module)
        program = shutil.which("go")
        if program is None:
            raise GoError(f"there is no `go` on PATH. Install Go {oldest} or newer (https://go.dev/dl/). {OTHERWISE}")
        go = cls(program)
        version = go.run(module.parent, "env", "GOVERSION").strip()
        if numbers(version) < numbers(oldest):
            raise GoError(f"{program} is {version}, and Go {oldest} or newer is needed. {OTHERWISE}")
        return go

    def run(self, folder: Path, *arguments: str) -> str:
        """Runs `go` in a folder and returns what it prints.

        Raises:
            GoError: It failed; carries the end of what it said.
        """
        command = [self.program, *arguments]
        done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout
        said = "\n".join(done.stderr.strip().splitlines()[-15:])
        hint = f"\n{NO_NETWORK} {OTHERWISE}" if NETWORK_TROUBLE.search(said) else ""
        raise GoError(f"`go {arguments[0]}` failed in {folder}:\n{said}{hint}")


def environment() -> dict[str, str]:
    """The environment to run Go in.

    No toolchain is downloaded in its place (GOTOOLCHAIN), no workspace of the user's interferes (GOWORK), and no C
    compiler is needed (CGO_ENABLED).
    """
    return {**os.environ, "GOTOOLCHAIN": "local", "GOWORK": "off", "CGO_ENABLED": "0"}


def go_line(module: Path) -> str:
    """The oldest Go version that a module builds with, from its go.mod."""
    return match_in(module, r"^go (\S+)$")


def pinned(module: Path, path: str) -> str:
    """The version of a required module, from go.mod."""
    return match_in(module, rf"^\s*(?:require )?{re.escape(path)} (v\S+)")


def match_in(module: Path, pattern: str) -> str:
    match = re.search(pattern, (module / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise GoError(f"{module / 'go.mod'} has no line like {pattern}")
    return match[1]


def numbers(version: str) -> tuple[int, ...]:
    """The comparable part of a Go version: "go1.26.8" is (1, 26, 8). A development version counts as newest."""
    match = re.match(r"(?:go)?(\d+(?:\.\d+)*)", version)
    return tuple(int(part) for part in match[1].split(".")) if match else (sys.maxsize,)
