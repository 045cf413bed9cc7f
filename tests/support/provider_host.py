"""Pulumi's provider host, in a process that was forked for it."""

from __future__ import annotations

import os
import runpy
import sys
import time
from collections.abc import Mapping
from types import SimpleNamespace

import pulumi.dynamic

from aiware_resources.reconcile import once, recency


def serve(address: str, environment: Mapping[str, str], haste: float) -> None:
    """Serves providers until the process is ended.

    Args:
        address: Of the engine.
        environment: The host's environment.
        haste: How many times faster than a user's it looks again for what it does not find.
    """
    os.environ.clear()
    os.environ.update(environment)
    sys.orig_argv = [sys.executable, "-u", "-m", pulumi.dynamic.__name__, address]
    sys.argv = sys.orig_argv[3:]
    hasty = SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / haste), monotonic=time.monotonic)
    for module in (once, recency):
        vars(module)["time"] = hasty
    runpy.run_module(pulumi.dynamic.__name__, run_name="__main__", alter_sys=True)
