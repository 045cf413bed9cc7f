"""Outputs whose values the program itself finds out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar, cast

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime import is_dry_run

T = TypeVar("T")


def derived(
    resources: pulumi.Resource | Awaitable[set[pulumi.Resource]], value: Awaitable[T], *, secret: bool = False
) -> pulumi.Output[T]:
    """An output that resolves to an awaited value; ``UNKNOWN`` makes it unknown.

    Args:
        resources: The resource, or resources, that it comes from, and that what uses it depends on.
        value: The value.
        secret: Whether it is a secret.
    """
    task = asyncio.ensure_future(value)

    async def is_known() -> bool:
        return cast(Any, await task) is not UNKNOWN

    is_secret = task.get_loop().create_future()
    is_secret.set_result(secret)
    # Futures, not coroutines: Pulumi awaits neither when the value fails, and Python warns of such coroutines.
    origin = {resources} if isinstance(resources, pulumi.Resource) else resources
    return pulumi.Output(origin, task, asyncio.ensure_future(is_known()), is_secret)


def leave_to_others(*outputs: pulumi.Output[Any]) -> None:
    """Takes outputs off the list of what Pulumi awaits before the program ends: another one on it awaits them.

    Pulumi goes through the whole list whenever one of them is known, so a program's time grows by the square of its
    length. Older SDKs leave outputs on it even when others are derived from them, and have no way to take them off.
    """
    for output in outputs:
        if (untrack := getattr(type(output), "_untrack", None)) is not None:
            untrack(output)


def urn_after(resource: pulumi.Resource, raw: pulumi.Output[str], *work: Awaitable[Any]) -> pulumi.Output[str]:
    """A resource's urn that resolves when work has been done: what depends on the resource waits for it.

    Args:
        resource: The resource.
        raw: Its urn as Pulumi gives it.
        work: What has to be done first; not in a preview, which does nothing.
    """

    leave_to_others(raw)

    async def when_done() -> str:
        urn = await raw.future()
        if not is_dry_run():
            for each in work:
                await each
        return cast(str, urn)

    return derived(resource, when_done())
