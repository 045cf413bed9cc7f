"""Unit tests of programs: under Pulumi's mocks nothing is asked of aiWARE, and outputs are what the mocks say."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime import is_dry_run
from pulumi.runtime.mocks import MockCallArgs, MockMonitor
from pulumi.runtime.settings import get_monitor

T = TypeVar("T")


class TidyMonitor(MockMonitor):
    """Pulumi's own, without the event loops that it leaves open in the threads in which it is called."""

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - Pulumi's own name
        return _in_own_loop(super().RegisterResource, request)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 - as above
        return _in_own_loop(super().ReadResource, request)


def _in_own_loop(answer: Callable[[Any], Any], request: Any) -> Any:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return answer(request)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def are_set() -> bool:
    """Whether the program runs under mocks (``pulumi.runtime.set_mocks``), and not under an engine."""
    return isinstance(get_monitor(), MockMonitor)


def output_names(resource: type[pulumi.Resource]) -> dict[str, str]:
    """The outputs that mocks may tell: those that a class declares, each with what it holds, such as ``list[str]``."""
    if not are_set():
        return {}
    hints = {name: hint for each in resource.__mro__ for name, hint in inspect.get_annotations(each).items()}
    declared = {name: str(hint).partition("Output[")[2].removesuffix("]") for name, hint in hints.items()}
    return {name: held for name, held in declared.items() if held and name not in {"id", "urn"}}


def output(resource: pulumi.CustomResource, said: pulumi.Output[Any], held: str) -> pulumi.Output[Any]:
    """An output of a resource: what the mocks say, or else an empty value.

    It is unknown only in a preview in which the mocks give the resource no id.

    Args:
        resource: The resource.
        said: What the mocks say.
        held: What the output holds, as its class says.
    """

    async def value() -> Any:
        found = await said.future()
        return _empty(held) if found is None else found

    async def is_known() -> bool:
        return not is_dry_run() or bool(await resource.id.future())

    return pulumi.Output({resource}, value(), is_known(), said.is_secret())


def invoke(function: str, arguments: Mapping[str, pulumi.Input[Any]], default: T) -> pulumi.Output[T]:
    """What the mocks say to a look-up: as for any function, their ``call`` is asked about its token.

    Args:
        function: The last part of the token: ``getEngine``.
        arguments: Its arguments under the API's names.
        default: The answer where the mocks say nothing; in a preview it is unknown then.
    """

    def answer(given: Any) -> Any:
        monitor = cast(MockMonitor, get_monitor())
        said: Any = monitor.mocks.call(MockCallArgs(f"aiware:index:{function}", given, ""))
        found = said[0] if isinstance(said, tuple) else said
        if not found:
            return UNKNOWN if is_dry_run() else default
        # A function answers with an object; one that gives a list has it under a single key, whatever its name.
        return next(iter(found.values())) if isinstance(default, list) and isinstance(found, dict) else found

    return pulumi.Output.all(**cast(Any, arguments)).apply(answer)


def _empty(held: str) -> Any:
    if held.endswith("| None"):
        return None
    return [] if held.startswith("list[") else {} if held.startswith("dict[") else None
