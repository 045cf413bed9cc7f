"""Pulumi's provider host, forked from a process that has imported what hosts need: importing takes most of a second."""

from __future__ import annotations

import io
import multiprocessing
import os
import runpy
import sys
import time
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from multiprocessing.reduction import DupFd
from types import SimpleNamespace
from typing import Any

import grpc  # noqa: F401 - as the host does
import pulumi.dynamic

# What the host imports when it is asked for the first time.
from aiware_resources.reconcile import once, recency

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


def start(address: str, environment: Mapping[str, str], haste: float, stdout: int, stderr: int) -> ForkServerProcess:
    """Starts a host.

    Args:
        address: Of the engine.
        environment: The host's environment.
        haste: How many times faster than a user's it looks again for what it does not find.
        stdout: The descriptor to write its port to.
        stderr: The descriptor to write errors to.
    """
    arguments = (address, dict(environment), haste, DupFd(stdout), DupFd(stderr))
    process = _FORKS.Process(target=_run, args=arguments, daemon=True)
    process.start()
    return process


def _run(address: str, environment: Mapping[str, str], haste: float, stdout: Any, stderr: Any) -> None:
    for number, given in (1, stdout), (2, stderr):
        os.dup2(given.detach(), number)
    # As with `python -u`: what is written is there at once.
    out, err = (io.TextIOWrapper(io.FileIO(end, "w", closefd=False), write_through=True) for end in (1, 2))
    vars(sys).update(stdout=out, stderr=err, __stdout__=out)
    os.environ.clear()
    os.environ.update(environment)
    sys.orig_argv = [sys.executable, "-u", "-m", pulumi.dynamic.__name__, address]
    sys.argv = sys.orig_argv[3:]
    hasty = SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / haste), monotonic=time.monotonic)
    for module in (once, recency):
        vars(module)["time"] = hasty
    runpy.run_module(pulumi.dynamic.__name__, run_name="__main__", alter_sys=True)
