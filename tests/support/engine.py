"""A Pulumi engine for tests: it registers what a program declares, and remembers what it was told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

import pulumi
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.settings import SETTINGS

from aiware_resources.reconcile.mocks import TidyMonitor

Create = Callable[[pulumi.runtime.MockResourceArgs], tuple[str | None, dict[str, Any]]]


def as_declared(args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
    """Makes an object whose id is the resource's name."""
    return args.name, dict(args.inputs)


class _Monitor:
    """The same, but not known as a mock by the library: it asks and waits as it does under an engine."""

    def __init__(self, mocks: pulumi.runtime.Mocks) -> None:
        self._mocked = TidyMonitor(mocks)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mocked, name)


class Engine(pulumi.runtime.Mocks):
    """Stands in for the engine of the running test.

    Args:
        preview: Whether this is a preview.
        create: Makes the object of a resource: its id (``None`` while it is unknown) and its outputs.
    """

    def __init__(self, *, preview: bool = False, create: Create = as_declared) -> None:
        self._create = create
        self.logged: list[engine_pb2.LogRequest] = []
        pulumi.runtime.set_mocks(self, preview=preview, monitor=cast(MockMonitor, _Monitor(self)))
        # As Pulumi's own host of a program does: a run that fails leaves futures that nobody asks any more.
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        # What an earlier test left behind belongs to an event loop that is closed.
        SETTINGS.outputs.clear()
        SETTINGS.engine = self

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Called in a thread of its own for each resource."""
        return self._create(args)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], None]:
        raise NotImplementedError(args.token)

    def Log(self, request: engine_pb2.LogRequest) -> None:  # noqa: N802 - the name of the engine's call
        self.logged.append(request)


async def value(output: pulumi.Output[Any]) -> Any:
    """What an output resolves to; ``None`` when it is unknown."""
    async with asyncio.timeout(30):
        return await output.future()


async def known(output: pulumi.Output[Any]) -> bool:
    """Whether an output is known."""
    async with asyncio.timeout(30):
        return await output.is_known()
