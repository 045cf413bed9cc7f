"""What Pulumi awaits of a resource before the program ends."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import wait_for_rpcs

from aiware_resources.job import Job
from aiware_resources.waiting import Monitor
from aiware_resources.waiting import monitor as monitor_module
from tests.support.engine import Engine
from tests.support.waiting import settings, things_of_the_run


def not_made(args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
    return None, dict(args.inputs)


def refused(args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
    raise RuntimeError(f"{args.name} was refused")


def job(**arguments: Any) -> Job:
    things_of_the_run()[monitor_module._begun] = Monitor(settings())
    return Job("a", target={}, tasks=[{"engine_id": "1"}], **arguments)


@pytest.mark.parametrize(
    ("arguments", "awaited"), [({}, ["urn", "status"]), ({"results_to": "out"}, ["urn", "status", "result_files"])]
)
async def test_few_of_a_jobs_outputs_are_awaited(arguments: dict[str, Any], awaited: list[str]) -> None:
    Engine(preview=True, create=not_made)
    made = job(**arguments)
    outputs = {name: each for name, each in vars(made).items() if isinstance(each, pulumi.Output)}
    # Outputs that share the work of one are awaited once.
    assert [name for name, each in outputs.items() if each._data in SETTINGS.outputs] == awaited
    await wait_for_rpcs()


async def test_a_registration_that_fails_ends_the_program_all_the_same() -> None:
    Engine(create=refused)
    job()
    with pytest.raises(RuntimeError, match="a was refused"):
        await wait_for_rpcs()
