"""Threads that the end of the process does not wait for."""

from __future__ import annotations

import subprocess
import sys


def test_the_process_ends_although_a_thread_hangs() -> None:
    program = (
        "import threading; from aiware_resources.api.daemon_threads import DaemonThreads\n"
        "begun = threading.Event()\n"
        "DaemonThreads(2, 'test').submit(lambda: (begun.set(), threading.Event().wait()))\n"
        "begun.wait(10)"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0
