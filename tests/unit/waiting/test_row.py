"""Messages about a resource go to its row."""

from __future__ import annotations

import pulumi
import pytest
from pulumi.runtime.proto import engine_pb2

from aiware_resources.waiting import Row
from tests.support.engine import Engine
from tests.support.waiting import become


@pytest.mark.parametrize(
    ("kind", "severity", "ephemeral"),
    [
        ("progress", engine_pb2.INFO, True),
        ("info", engine_pb2.INFO, False),
        ("warn", engine_pb2.WARNING, False),
        ("error", engine_pb2.ERROR, False),
    ],
)
async def test_a_message_carries_the_urn(kind: str, severity: int, ephemeral: bool) -> None:
    engine = Engine()
    getattr(Row(pulumi.Output.from_input("urn:pulumi:stack::project::type::name")), kind)("what is to be said")
    await become(lambda: engine.logged)
    (logged,) = engine.logged
    assert (logged.message, logged.urn) == ("what is to be said", "urn:pulumi:stack::project::type::name")
    assert (logged.severity, logged.ephemeral) == (severity, ephemeral)


async def test_without_a_resource_a_message_goes_to_the_stack() -> None:
    engine = Engine()
    Row(None).warn("what is to be said")
    await become(lambda: engine.logged)
    (logged,) = engine.logged
    assert (logged.message, logged.urn, logged.severity) == ("what is to be said", "", engine_pb2.WARNING)
