"""An archive in several stacks, updated by the workers of a dask cluster: `python cluster.py s3://media/talks 4`.

Needs `pip install 'dask[distributed]'`. Each stack is a shard. PULUMI_BACKEND_URL names a bucket or a database where
all workers reach its state, PULUMI_CONFIG_PASSPHRASE encrypts what is secret in it, AIWARE_ENDPOINT and AIWARE_TOKEN
say which aiWARE is used. DASK_SCHEDULER is the address of the cluster. Without it, two workers start on this machine.

A worker updates one stack at a time. When one is lost, another one takes over its stack, and what aiWARE has accepted.
Run it again with another number of shards: entries change hands, and no job runs again.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pulumi
from dask.distributed import Client, Future, LocalCluster, Lock, as_completed
from dask.distributed import print as tell
from pulumi import automation as auto

from aiware_resources import JobFleet, JobTemplate, media_from, media_key, media_value, pipelines

NAME = "talks"
PROJECT = auto.ProjectSettings(NAME, "python")
PAUSE = 2
"""Seconds until a locked stack is tried again."""
PATIENCE = 300
"""Seconds in which it is tried again while no worker can tell whether the update that locks it goes on."""
MOST_ENDS = 3
"""How often the engine of a shard may end without a result, such as for want of memory, until the shard fails."""

_LOCK = re.compile(r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<time>\S+)")


def program(source: str, shards: int) -> None:
    """Declares the fleet of the shard that the stack is."""
    fleet = JobFleet(
        NAME,
        template=JobTemplate(dag=pipelines.transcription(media_value("url")), target={"name": media_key()}),
        media=media_from(source, "*.mp4", shards=shards),
    )
    pulumi.export("counts", fleet.counts)


@dataclass(frozen=True)
class Engine:
    """An engine of Pulumi that holds the lock of a stack."""

    user: str
    host: str
    pid: int
    since: datetime

    @staticmethod
    def that_lock(message: str) -> frozenset[Engine]:
        """Reads which engines hold a stack, in the message of an update that was refused."""
        return frozenset(
            Engine(found["user"], found["host"], int(found["pid"]), datetime.fromisoformat(found["time"]))
            for found in _LOCK.finditer(message)
        )

    def runs_here(self) -> bool | None:
        """Whether it runs on this worker's machine; ``None`` when it was started on another one, or by another user."""
        if (self.host, self.user) != (socket.gethostname(), psutil.Process().username()):
            return None
        try:
            process = psutil.Process(self.pid)
            # A process that started later has the number of one that has ended.
            is_later = process.create_time() > self.since.timestamp() + 60
            return process.status() != psutil.STATUS_ZOMBIE and not is_later
        except psutil.NoSuchProcess:
            return False


@dataclass
class Update:
    """The result of the update of a shard.

    Attributes:
        number: The number of the shard.
        counts: How many jobs have which status.
        errors: Why it failed; jobs that failed are named with their ids.
        holds: Whether it has entries that another shard has to take over yet.
        is_locked: Whether another update holds the stack, and nothing was done.
        locked_by: The engines that hold it, where the backend tells of them.
    """

    number: int
    counts: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    holds: bool = False
    is_locked: bool = False
    locked_by: frozenset[Engine] = frozenset()

    def note(self, event: auto.EngineEvent) -> None:
        """Takes from an event of the update what went wrong, and which entries change hands."""
        said = event.diagnostic_event
        if said and said.severity == "error" and said.urn:
            self.errors.append(said.message.strip())
        elif said and re.search(rf"fleet {NAME}: (takes over|gives up|holds,)", said.message):
            # Told before a refresh and after it: the other shard may have come in between.
            self.holds = re.search(r"[:;] holds, ", said.message) is not None

    def __str__(self) -> str:
        return f"{NAME}-{self.number}: {'; '.join(self.errors) or self.counts}"


def update(number: int, source: str, shards: int, dead: frozenset[Engine] = frozenset()) -> Update:
    """Brings the stack of a shard up to date, on a worker.

    Args:
        number: The number of the shard.
        source: Where the recordings are.
        shards: How many shards there are.
        dead: Engines that are known to have ended without unlocking the stack.
    """
    options = auto.LocalWorkspaceOptions(project_settings=PROJECT)
    stack = auto.create_or_select_stack(f"{NAME}-{number}", NAME, partial(program, source, shards), opts=options)
    done = Update(number)

    try:
        return _updated(stack, done)
    except auto.ConcurrentUpdateError as error:
        holders = Engine.that_lock(str(error))
        if not holders or not holders <= dead:
            time.sleep(PAUSE)
            return Update(number, is_locked=True, locked_by=holders)
    # This removes every lock. Nobody else can have taken the stack: it is locked by engines that have ended.
    stack.cancel()
    return _updated(stack, done)


def _updated(stack: auto.Stack, done: Update) -> Update:
    try:
        outputs = stack.up(refresh=True, on_event=done.note).outputs
        done.counts = outputs["counts"].value
    except auto.ConcurrentUpdateError:
        raise
    except auto.CommandError as error:
        # What failed in aiWARE is a result. Anything else, such as a backend that does not answer, dask tries again.
        if not done.errors:
            # The next try may only find that the stack is locked.
            tell(f"{NAME}-{done.number}: {error}", flush=True)
            raise
    return done


class Archive:
    """The shards of an archive, and the cluster that updates them.

    Args:
        client: The cluster.
        source: Where the recordings are.
        shards: How many shards there are.
    """

    def __init__(self, client: Client, source: str, shards: int) -> None:
        self._client = client
        self._source = source
        self._shards = shards

    def update(self) -> list[Update]:
        """Updates all stacks; then once more those that held entries for a shard that took them over later."""
        there = [each.name for each in auto.LocalWorkspace(project_settings=PROJECT).list_stacks()]
        numbers = {int(found[1]) for each in there if (found := re.fullmatch(rf"{NAME}-(\d+)", each))}
        # A new shard comes first: it takes over what the others give up when they come after it.
        done = self._all(sorted(numbers | {*range(self._shards)}, reverse=True))
        done |= self._all([each.number for each in done.values() if each.holds])
        return [done[number] for number in sorted(done)]

    def _all(self, numbers: Iterable[int]) -> dict[int, Update]:
        done: dict[int, Update] = {}
        ends = dict.fromkeys(numbers, 0)
        deadlines: dict[int, float] = {}
        updates = as_completed(self._submit(number) for number in ends)
        for future in updates:
            number = int(str(future.key).split("-")[1])
            result = self._result(future, number)
            if result.is_locked:
                is_running = self._is_any_running(result.locked_by)
                now = time.monotonic()
                if is_running is not None:
                    deadlines.pop(number, None)
                elif number not in deadlines:
                    deadlines[number] = now + PATIENCE
                ends[number] += is_running is False
                if ends[number] < MOST_ENDS and now < deadlines.get(number, math.inf):
                    dead = result.locked_by if is_running is False else frozenset[Engine]()
                    if dead:
                        print(f"{NAME}-{number}: {_names(dead)} has ended without unlocking it", flush=True)
                    updates.add(self._submit(number, dead))
                    continue
                result.errors.append(_locked(result) if is_running is None else _ended(ends[number]))
            print(result, flush=True)
            done[number] = result
        return done

    def _submit(self, number: int, dead: frozenset[Engine] = frozenset()) -> Future:
        return self._client.submit(
            update,
            number,
            self._source,
            self._shards,
            dead,
            key=f"update-{number}-{time.time_ns()}",
            resources={"stack": 1},
            retries=2,
            pure=False,
        )

    def _result(self, future: Future, number: int) -> Update:
        error = future.exception()
        return future.result() if error is None else Update(number, errors=[str(error)])

    def _is_any_running(self, engines: frozenset[Engine]) -> bool | None:
        """Whether one of these engines goes on; ``None`` when no worker can tell of each of them."""
        if not engines:
            return None
        told = [[*self._client.run(each.runs_here, on_error="ignore").values()] for each in engines]
        if any(True in answers for answers in told):
            return True
        return False if all(False in answers for answers in told) else None


def _locked(result: Update) -> str:
    return (
        f"{_names(result.locked_by)} locks it, and no worker can tell whether it runs. When you know that it has "
        f"ended, run `pulumi cancel --stack {NAME}-{result.number}`"
    )


def _ended(times: int) -> str:
    return f"its engine has ended {times} times without a result; see above, or the logs of the workers, why"


def _names(engines: frozenset[Engine]) -> str:
    return ", ".join(f"process {each.pid} on {each.host}" for each in engines) or "another update"


def report(file: str) -> None:
    """Writes one report on all shards."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Pulumi.yaml").write_text(f"name: {NAME}\nruntime: python\n", encoding="utf-8")
        command = ["aiware", "report", "--shards", NAME, "-o", str(Path(file).resolve())]
        subprocess.run(command, cwd=folder, check=True)  # noqa: S603 - no shell


def main(source: str, shards: int) -> int:
    """Updates the archive, and reports on it."""
    scheduler = os.environ.get("DASK_SCHEDULER")
    local: dict[str, Any] = {"threads_per_worker": 1, "resources": {"stack": 1}, "dashboard_address": None}
    cluster = nullcontext(scheduler) if scheduler else LocalCluster(n_workers=2, **local)
    # One run at a time: only so, who locks a stack does not change between a look and `cancel`.
    with cluster as address, Client(address) as client, Lock(NAME):
        done = Archive(client, source, shards).update()
    report(f"{NAME}.html")
    return 1 if any(each.errors for each in done) else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Updates an archive in several stacks, on a dask cluster.")
    parser.add_argument("source", help="where the recordings are: s3://media/talks")
    parser.add_argument("shards", type=int, help="how many stacks share them")
    given = parser.parse_args()
    sys.exit(main(given.source, given.shards))
