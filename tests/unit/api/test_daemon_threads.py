"""Threads that the end of the process does not wait for."""

from __future__ import annotations

import threading
import time

import pytest

from aiware_resources.api.daemon_threads import DaemonThreads


def test_calls_run_side_by_side_and_no_more_at_a_time_than_allowed() -> None:
    running: list[int] = []
    most = 0
    lock = threading.Lock()

    def work(number: int) -> int:
        nonlocal most
        with lock:
            running.append(number)
            most = max(most, len(running))
        time.sleep(0.01)
        with lock:
            running.remove(number)
        return number * number

    with DaemonThreads(4, "test") as threads:
        assert list(threads.map(work, range(50))) == [number * number for number in range(50)]
    assert 1 < most <= 4


def test_a_call_that_fails_fails_its_caller_and_no_other() -> None:
    with DaemonThreads(1, "test") as threads:
        failed, good = threads.submit(lambda: 1 / 0), threads.submit(lambda: 1)
        with pytest.raises(ZeroDivisionError):
            failed.result(10)
        assert good.result(10) == 1
    with pytest.raises(RuntimeError, match="shut down"):
        threads.submit(lambda: 1)


def test_calls_that_have_not_begun_can_be_dropped() -> None:
    go = threading.Event()
    threads = DaemonThreads(1, "test")
    first, second = threads.submit(go.wait, 10), threads.submit(lambda: 1)
    while not first.running():
        time.sleep(0.01)
    threads.shutdown(wait=False, cancel_futures=True)
    go.set()
    assert (first.result(10), second.cancelled()) == (True, True)
