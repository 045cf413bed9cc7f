"""The command, a local aiWARE that it talks to, and a `pulumi` that it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.machine import Machine
from tests.integration.cli.pulumi import FakePulumi
from tests.support.command import aiware, data
from tests.support.local import Local

__all__ = ["aiware", "data"]


@pytest.fixture
def local(shared_local: Local, data: Path, monkeypatch: pytest.MonkeyPatch) -> Local:
    """An empty local aiWARE, which the command looks into."""
    monkeypatch.setenv("AIWARE_LOCAL_DATA", str(shared_local.server.data))
    shared_local.reset()
    shared_local.behave(jobSeconds=0, exportSeconds=0)
    return shared_local


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePulumi:
    """A `pulumi` on PATH that does what it is told to."""
    return FakePulumi(tmp_path / "bin", monkeypatch)


@pytest.fixture
def machine(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine that is well."""
    return Machine(tmp_path, monkeypatch)
