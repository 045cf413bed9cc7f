"""Unit tests that start something fail."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest


def _serve() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))


def _connect() -> None:
    with socket.socket() as connected:
        connected.connect(("127.0.0.1", 9))


@pytest.mark.parametrize(
    "start",
    [
        lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        lambda: os.system("true"),  # noqa: S605 - it does not come to that
        os.fork,
        _serve,
        _connect,
    ],
    ids=["subprocess", "system", "fork", "server", "connection"],
)
def test_what_starts_something_is_refused(start: Callable[[], object]) -> None:
    with pytest.raises(pytest.fail.Exception, match="belongs into tests/integration"):
        start()
