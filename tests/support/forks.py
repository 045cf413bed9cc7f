"""Processes forked from one that has imported what they need: importing takes most of a second each time."""

from __future__ import annotations

import io
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from multiprocessing.reduction import DupFd
from typing import Any

import grpc  # noqa: F401 - for the forks
import pulumi.dynamic  # noqa: F401 - for the forks

import aiware_resources.cli.offline
import aiware_resources.entities  # noqa: F401 - for the forks

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "tests.support.preloaded"])
LONGEST = 100.0
"""Seconds that a fork may take; far more than any does."""


@dataclass(frozen=True)
class Ran:
    """A fork that has ended.

    Attributes:
        code: Its exit code.
        output: What it wrote to standard output.
        errors: What it wrote to standard error.
    """

    code: int | None
    output: str
    errors: str


def run(function: Callable[..., object], *arguments: object) -> Ran:
    """Runs a function of a module in a fork."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = start(function, arguments, output.fileno(), errors.fileno())
        process.join(LONGEST)
        process.kill()
        process.join()
        output.seek(0)
        errors.seek(0)
        return Ran(process.exitcode, output.read().decode(), errors.read().decode())


def start(
    function: Callable[..., object], arguments: tuple[object, ...], stdout: int, stderr: int, stdin: int | None = None
) -> ForkServerProcess:
    """Starts a fork, and does not wait for it.

    Args:
        function: What it runs, a function of a module.
        arguments: The function's arguments.
        stdout: The descriptor of its standard output.
        stderr: The descriptor of its standard error.
        stdin: The descriptor of its standard input; by default there is nothing to read.
    """
    ends = [(0, DupFd(stdin))] if stdin is not None else []
    ends += [(1, DupFd(stdout)), (2, DupFd(stderr))]
    process = _FORKS.Process(target=_run, args=(ends, function, arguments), daemon=True)
    process.start()
    return process


def _run(ends: Sequence[tuple[int, Any]], function: Callable[..., object], arguments: tuple[object, ...]) -> None:
    for number, given in ends:
        os.dup2(given.detach(), number)
        if number == 0:
            sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - until the fork ends
    # As with `python -u`: what is written is there at once.
    out, err = (io.TextIOWrapper(io.FileIO(end, "w", closefd=False), write_through=True) for end in (1, 2))
    vars(sys).update(stdout=out, stderr=err, __stdout__=out)
    function(*arguments)
