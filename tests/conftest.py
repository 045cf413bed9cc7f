"""What holds for all tests: the environment they run in, and that nothing is left behind at their end."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck

from tests.support import environment, left_behind, times
from tests.support.guard.sitecustomize import SESSION
from tests.support.interrupts import heed_interrupts
from tests.support.local import Local

ROOT = Path(__file__).resolve().parents[1]
BEFORE = pytest.StashKey[left_behind.Checkout]()
FOUND = pytest.StashKey[list[str]]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Tests may run in a shell's background, and whatever its environment holds."""
    heed_interrupts()
    # How long an example takes is the machine's business.
    slow = [HealthCheck.too_slow]
    hypothesis.settings.register_profile("any machine", deadline=None, max_examples=50, suppress_health_check=slow)
    hypothesis.settings.load_profile("any machine")
    environment.enter(inherited=_is_worker(config))
    if not _is_worker(config):
        config.stash[BEFORE] = left_behind.Checkout.of(ROOT)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays to the end: Python need not look through it for garbage, now or in the tests."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails the run when something is left behind; after the workers have ended."""
    config = session.config
    if _is_worker(config) or BEFORE not in config.stash:
        return
    mark = os.environ[SESSION]
    found = [f"still running: {said}" for said in left_behind.end_processes(mark)]
    found += [f"traffic to another machine: {said}" for said in left_behind.traffic(mark)]
    if not config.getoption("update_snapshots", False):
        changes = left_behind.Checkout.of(ROOT).changes_since(config.stash[BEFORE])
        found += [f"changed in the checkout, by the tests or by somebody meanwhile: {said}" for said in changes]
    config.stash[FOUND] = found
    if found and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tells where the time went, and what was left behind."""
    spent = times.by_folder(chain.from_iterable(terminalreporter.stats.values()))
    if len(spent) > 1:
        terminalreporter.section("seconds of work by folder")
        for line in times.table(spent):
            terminalreporter.write_line(line)
    if found := config.stash.get(FOUND, []):
        terminalreporter.section("left behind by the tests", red=True)
        for line in found:
            terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Removes the session's folder."""
    if not _is_worker(config) and SESSION in os.environ:
        shutil.rmtree(os.environ[SESSION], ignore_errors=True)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.fixture(scope="session")
def shared_local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A local aiWARE that the tests of one process share; whoever uses it empties it first."""
    folder = tmp_path_factory.mktemp("aiware")
    server = Local(folder / "data", folder)
    yield server
    server.stop()
