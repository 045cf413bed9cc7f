"""The outputs of a resource that are known on its completion only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime import is_dry_run

from aiware_resources.reconcile.outputs import derived
from aiware_resources.waiting.monitor import Monitor, monitor_of
from aiware_resources.waiting.watch import Condition, Done, Row, Watch

R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True)
class Waiting:
    """How to wait for one resource.

    Attributes:
        wait: Whether to wait at all; ``None`` means as ``aiware:wait`` says.
        timeout: Seconds at the most; ``None`` means ``aiware:jobTimeout``.
        allow_failure: Whether dependents may run after a failure.
    """

    wait: pulumi.Input[bool] | None = None
    timeout: pulumi.Input[float] | None = None
    allow_failure: pulumi.Input[bool] | None = None


@dataclass(frozen=True)
class Seen(Generic[R]):
    """What is known of an object.

    Attributes:
        record: What aiWARE says of it; ``None`` when it does not exist yet, or not any more.
        is_done: Whether it has come to a good end.
    """

    record: R | None
    is_done: bool

    def known(self, pick: Callable[[R], Any]) -> Any:
        """Something that is known as soon as the object exists."""
        return UNKNOWN if self.record is None and not self.is_done else self._picked(pick)

    def when_done(self, pick: Callable[[R], Any]) -> Any:
        """Something that is known when the object has come to a good end."""
        return self._picked(pick) if self.is_done else UNKNOWN

    def _picked(self, pick: Callable[[R], Any]) -> Any:
        return None if self.record is None else pick(self.record)


class Completion(Generic[R]):
    """Waits for a resource's object, or in a preview reads it once, and makes the resource's outputs."""

    def __init__(
        self,
        resource: pulumi.CustomResource,
        name: str,
        condition: Callable[[], Awaitable[Condition[R]]],
        waiting: Waiting,
    ) -> None:
        self.resource = resource
        self._name = name
        self._condition = condition
        self._waiting = waiting
        self._id = resource.id
        self.row = Row(resource.urn)
        self.monitor: Awaitable[Monitor] = monitor_of(resource)
        self._watch: Watch[R] | None = None
        self.seen: asyncio.Task[Seen[R]] = asyncio.ensure_future(self._see())

    def output(self, pick: Callable[[Seen[R]], T], *, secret: bool = False) -> pulumi.Output[T]:
        """An output picked from what is seen; ``pick`` returns ``UNKNOWN`` for what cannot be known yet."""

        async def value() -> Any:
            return pick(await self.seen)

        return self.derived(value(), secret=secret)

    def derived(self, value: Awaitable[T], *, secret: bool = False) -> pulumi.Output[T]:
        """An output of the resource that resolves to an awaited value."""
        return derived(self.resource, value, secret=secret)

    @property
    def is_waited_for(self) -> bool:
        """Whether the run waits for the object; otherwise it reads it once."""
        return self._watch is not None

    async def wait_for(self, condition: Condition[T], object_id: str) -> T | None:
        """Waits for something else of the object that is complete, as long as is left of the time for it.

        Args:
            condition: What is awaited of it now.
            object_id: Its id in aiWARE.

        Returns:
            What aiWARE says of it. Without waiting, what it says right now.

        Raises:
            pulumi.RunError: At the end of the run, when the time is up.
        """
        if self._watch is None:
            return await (await self.monitor).read_once(condition, object_id)
        watch = Watch(
            condition=condition,
            object_id=object_id,
            name=self._name,
            row=self.row,
            timeout=self._watch.timeout,
            started=self._watch.started,
        )
        return await (await self.monitor).completed(watch)

    async def _see(self) -> Seen[R]:
        object_id, monitor = await self._id.future(), await self.monitor
        if not object_id:
            return Seen(None, is_done=False)
        condition = await self._condition()
        if is_dry_run() or not await resolved(self._waiting.wait, monitor.settings.wait):
            record = await monitor.read_once(condition, object_id)
            return Seen(record, isinstance(condition.judge(object_id, record), Done))
        watch = Watch(
            condition=condition,
            object_id=object_id,
            name=self._name,
            row=self.row,
            timeout=await resolved(self._waiting.timeout, monitor.settings.job_timeout),
            allow_failure=await resolved(self._waiting.allow_failure, False),
        )
        self._watch = watch
        finished = await monitor.completed(watch)
        return Seen(finished, is_done=True)


async def resolved(value: pulumi.Input[T] | None, default: T) -> T:
    """An argument once it is known, or its default where it was not given."""
    if value is None:
        return default
    known = await pulumi.Output.from_input(cast(Any, value)).future()
    return default if known is None else cast(T, known)
