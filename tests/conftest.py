"""What holds for all tests."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Lets what the tests start be interrupted: a shell ignores Ctrl-C for what it runs in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
