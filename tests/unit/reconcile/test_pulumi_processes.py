"""What this library does in processes that an engine started."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from aiware_resources.reconcile.pulumi_processes import look_less_for_garbage

PROGRAM = ["python", "/cli/pulumi-language-python-exec", "--monitor", "127.0.0.1:1", "--engine", "127.0.0.1:2", "."]
HOST = ["python", "-u", "-m", "pulumi.dynamic", "127.0.0.1:2"]
OTHER = ["python", "-m", "pytest"]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leaves this process as it was."""
    before = gc.get_threshold()
    look_less_for_garbage.cache_clear()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()
    look_less_for_garbage.cache_clear()


@pytest.mark.parametrize(("command", "is_less"), [(PROGRAM, True), (HOST, True), (OTHER, False)])
def test_python_looks_less_for_garbage_in_processes_of_an_engine_only(
    command: list[str], is_less: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = gc.get_threshold()
    monkeypatch.setattr(sys, "orig_argv", command)
    look_less_for_garbage()
    assert (gc.get_threshold()[0] > before[0]) is is_less
    assert (gc.get_freeze_count() > 0) is is_less
