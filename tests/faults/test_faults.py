"""Never lost, never twice: whatever goes wrong and whoever is killed, everything ends as declared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.driver import STORY, Driver
from tests.faults.plan import Plan, plan


def test_all_ends_well(
    drawn: Plan, tmp_path: Path, processes: Path | None, record_property: Callable[[str, Any], None]
) -> None:
    driver = Driver(drawn, tmp_path, processes)
    try:
        told = driver.carry_out()
    finally:
        driver.close()
    record_property("faults", dict(told.counts))
    again = f"To see it again: make faults SEED={drawn.seed} API={drawn.api}. What happened: {tmp_path / STORY}"
    assert not told.problems, "\n".join([*told.problems, again])


def test_a_seed_is_one_plan() -> None:
    assert plan(7) == plan(7)
    assert len({plan(seed).phases[0].scene.source() for seed in range(30)}) > 10
