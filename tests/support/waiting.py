"""What the tests of waiting share: an object that plays a script, and a row that remembers what it was told."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from aiware_resources.api import Api, Unread
from aiware_resources.errors import JobFailed, ServerFailure
from aiware_resources.settings import Settings
from aiware_resources.waiting import Condition, Done, Failed, Monitor, NotKnown, Pending, Row, Verdict, Watch, of_run

SOON = 0.01
"""Seconds between two looks in these tests."""

NO_API = cast(Api, None)
"""Where nothing asks the API."""


class SpyRow(Row):
    """A row that remembers what it was told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def progress(self, message: str) -> None:
        self.said.append(("progress", message))

    def info(self, message: str) -> None:
        self.said.append(("info", message))

    def warn(self, message: str) -> None:
        self.said.append(("warn", message))

    def error(self, message: str) -> None:
        self.said.append(("error", message))

    def messages(self, kind: str) -> list[str]:
        return [message for told, message in self.said if told == kind]


@dataclass
class Scripted(Condition[str]):
    """Objects that play their statuses, one a look, and keep the last one.

    ``done``, ``noted`` (done, with something to be known) and ``failed`` end the waiting, ``gone`` stands for an object
    that aiWARE does not show, ``unread`` for one that cannot be read, ``hangs`` for an answer that does not come before
    `released`; all else goes on.

    Attributes:
        statuses: The statuses of each object still to come.
        troubles: What the next looks run into, one each; ``None`` for nothing.
        looks: The ids that each look asked about.
        explained: The ids that more was asked about.
        explain_troubles: What asking for more runs into, one each.
        verdict: What asking for more tells instead, if anything.
        released: Lets the answers that hang come.
    """

    statuses: dict[str, list[str]]
    kind: str = "job"
    troubles: list[Exception | None] = field(default_factory=list)
    looks: list[list[str]] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)
    explain_troubles: list[Exception] = field(default_factory=list)
    verdict: Verdict[str] | None = None
    released: threading.Event = field(default_factory=threading.Event)

    def read(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, str]:
        self.looks.append(list(ids))
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble:
            raise trouble
        seen = {object_id: self._next(object_id) for object_id in ids}
        if "hangs" in seen.values():
            self.released.wait(60)
        for object_id, status in seen.items():
            if status == "unread":
                unread[object_id] = ServerFailure(f"Reading {object_id} failed.", object_id=object_id)
        return {object_id: status for object_id, status in seen.items() if status not in {"gone", "unread"}}

    def judge(self, object_id: str, record: str | None) -> Verdict[str]:
        if record in ("done", "noted"):
            return Done(record, "it was simulated" if record == "noted" else None)
        if record is None:
            return NotKnown(JobFailed(f"{object_id} has gone.", object_id=object_id))
        if record == "failed":
            return Failed(JobFailed(f"{object_id} has failed.", object_id=object_id), record)
        return Pending(record, record)

    def explain(self, api: Api, object_id: str, failed: Failed[str]) -> Verdict[str]:
        self.explained.append(object_id)
        if self.explain_troubles:
            raise self.explain_troubles.pop(0)
        return self.verdict or failed

    def _next(self, object_id: str) -> str:
        script = self.statuses[object_id]
        return script.pop(0) if len(script) > 1 else script[0]


def scripted(**statuses: str) -> Scripted:
    """Objects with their statuses as words: ``scripted(a="queued running done")``."""
    return Scripted({object_id: words.split() for object_id, words in statuses.items()})


def things_of_the_run() -> dict[Any, Any]:
    """What belongs to the run of the test, to put something of one's own there."""
    of_run(dict)
    things: dict[Any, Any] = vars(asyncio.get_running_loop())["_aiware_run"]
    return things


def settings(**changes: object) -> Settings:
    """Settings that look often."""
    return Settings.model_validate({"poll_interval": SOON, "poll_max_interval": SOON, "not_found_grace": 0, **changes})


def watch(condition: Condition[str], object_id: str, *, timeout: float = 60, allow_failure: bool = False) -> Watch[str]:
    return Watch(condition, object_id, f"resource-{object_id}", SpyRow(), timeout, allow_failure)


def row(watched: Watch[str]) -> SpyRow:
    """The row of a watch, as what it is here."""
    return cast(SpyRow, watched.row)


async def completed(monitor: Monitor, watched: Watch[str]) -> str | None:
    """Waits for an object."""
    return cast(str | None, await monitor.completed(watched))


async def read_once(monitor: Monitor, condition: Condition[str], object_id: str) -> str | None:
    """Looks at an object once."""
    return cast(str | None, await monitor.read_once(condition, object_id))


def start(monitor: Monitor, watched: Watch[str]) -> asyncio.Task[str | None]:
    """Begins to wait."""
    return asyncio.create_task(completed(monitor, watched))


async def become(is_so: Callable[[], object]) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + 100
    while not is_so():
        assert time.monotonic() < deadline, "it did not become so in time"
        await asyncio.sleep(SOON)


async def until(condition: Condition[str], looks: int) -> None:
    """Waits until so many looks have been made."""
    await become(lambda: len(cast(Scripted, condition).looks) >= looks)


@pytest.fixture(autouse=True)
def haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shortens the fixed pauses, and keeps the API away."""
    monkeypatch.setattr("aiware_resources.waiting.reading._GATHER", 0.01)
    monkeypatch.setattr("aiware_resources.waiting.failures._SETTLED_AFTER", 0.02)
    monkeypatch.setattr("aiware_resources.waiting.monitor.connect", lambda _: None)


@pytest.fixture
def make_monitor() -> Callable[..., Monitor]:
    """Makes a monitor; to be called where an event loop runs."""
    return lambda **changes: Monitor(settings(**changes))
