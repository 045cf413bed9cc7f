"""When the cluster of examples/archive unlocks a stack: only where the engine that holds it has ended for sure."""

from __future__ import annotations

import os
import runpy
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from pulumi import automation as auto

from aiware_resources.fleet.handover import HandOver

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "archive" / "cluster.py"
REFUSED = """
error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or delete the lock file
  s3://state/.pulumi/locks/organization/t/t-1/1.json: created by ann@one (pid 17) at 2026-11-29T10:00:00Z
  s3://state/.pulumi/locks/organization/t/t-1/2.json: created by AD\\bob@two.test (pid 4) at 2026-11-29T11:00:00+01:00
"""


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    """What the example defines."""
    return runpy.run_path(str(EXAMPLE))


def engine(example: Mapping[str, Any], **other: Any) -> Any:
    """An engine of this machine and user, which is this process if nothing else is said."""
    own = psutil.Process()
    said = {"user": own.username(), "host": socket.gethostname(), "pid": own.pid, "since": datetime.now(UTC)}
    return example["Engine"](**said | other)


def test_a_refusal_says_which_engines_hold_a_stack(example: dict[str, Any]) -> None:
    ten = datetime(2026, 11, 29, 10, tzinfo=UTC)
    made = example["Engine"]
    assert made.that_lock(REFUSED) == {made("ann", "one", 17, ten), made("AD\\bob", "two.test", 4, ten)}
    assert made.that_lock("[409] Conflict: Another update is currently in progress.") == frozenset()


def test_an_engine_of_this_machine_is_known_to_run_or_not(example: dict[str, Any]) -> None:
    assert engine(example).runs_here() is True
    # The number went to a process that started later.
    started = datetime.fromtimestamp(psutil.Process().create_time(), UTC)
    assert engine(example, since=started - timedelta(hours=1)).runs_here() is False
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        # It has ended, and nobody has asked for its exit code.
        assert engine(example, pid=ended.pid).runs_here() is False
        ended.wait()
        assert engine(example, pid=ended.pid).runs_here() is False


@pytest.mark.parametrize("other", [{"host": "another"}, {"user": "somebody"}])
def test_of_other_machines_and_users_nothing_is_known(example: dict[str, Any], other: dict[str, str]) -> None:
    assert engine(example, **other).runs_here() is None


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ([[False, None]], False),
        ([[True, False]], True),
        ([[None, None]], None),
        ([[]], None),
        ([[False], [None]], None),
        ([[False], [True]], True),
        ([[False], [False]], False),
        ([], None),
    ],
)
def test_one_worker_has_to_know_of_each_engine(
    example: dict[str, Any], told: list[list[bool | None]], known: bool | None
) -> None:
    answers = iter(told)
    client = SimpleNamespace(run=lambda *_, **__: dict(enumerate(next(answers))))
    engines = frozenset(engine(example, pid=number) for number in range(len(told)))
    assert example["Archive"](client, "", 1)._is_any_running(engines) is known


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        ([{"waiting": {"b": None}}], True),
        ([{"waiting": {"b": None}, "taken": {"a"}}], True),
        ([{"waiting": {"b": None}, "disputed": {"b"}, "released": {"a"}}], True),
        # The other shard has taken it over while this one was refreshed.
        ([{"waiting": {"b": None}, "taken": {"a"}}, {"released": {"b"}, "taken": {"a"}}], False),
        ([{"waiting": {"b": None}}, {"released": {"b"}, "replaced": {"b"}}], False),
        ([{"waiting": {"b": None}}, {"taken": {"b"}}], False),
        ([{"taken": {"a"}}, {}], False),
    ],
)
def test_a_shard_that_holds_entries_is_updated_once_more(
    example: dict[str, Any], told: list[dict[str, Any]], holds: bool
) -> None:
    done = example["Update"](1)
    for each in told:
        said = SimpleNamespace(message=f"fleet talks: {HandOver({}, **each).summary()}\n", severity="warning", urn="")
        done.note(SimpleNamespace(diagnostic_event=said))
    assert (done.holds, done.errors) == (holds, [])


class Cluster:
    """A cluster whose workers answer at once.

    Args:
        result: Makes the result of an update from the number of the shard and the count of updates so far.
        is_running: What workers say of an engine.
    """

    def __init__(self, result: Callable[..., Any], is_running: bool | None) -> None:
        self._result = result
        self._is_running = is_running
        self.updates: list[tuple[Any, ...]] = []

    def submit(self, _: Callable[..., Any], *said: Any, key: str, **__: Any) -> Any:
        assert len(self.updates) < 20, "it goes on forever"
        self.updates.append(said)
        return SimpleNamespace(key=key, exception=lambda: None, result=lambda: self._result(said[0], len(self.updates)))

    def run(self, *_: Any, **__: Any) -> dict[str, bool | None]:
        return {"worker": self._is_running}


class Completed:
    """Futures in the order in which they were submitted."""

    def __init__(self, futures: Iterable[Any]) -> None:
        self._futures = [*futures]

    def __iter__(self) -> Iterator[Any]:
        while self._futures:
            yield self._futures.pop(0)

    def add(self, future: Any) -> None:
        self._futures.append(future)


@pytest.fixture
def defined(example: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the functions of the example see as its globals."""
    names: dict[str, Any] = example["main"].__globals__
    monkeypatch.setitem(names, "as_completed", Completed)
    return names


def test_a_shard_whose_engine_ends_each_time_fails(
    example: dict[str, Any], defined: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    holders = [frozenset({engine(example, pid=number)}) for number in range(20)]
    client = Cluster(lambda number, n: example["Update"](number, is_locked=True, locked_by=holders[n]), False)
    done = defined["Archive"](client, "", 1)._all([0])
    assert done[0].errors[0].startswith("its engine has ended 3 times without a result")
    # The stack is unlocked only of the engine that was found to have ended.
    assert [said[3] for said in client.updates] == [frozenset(), holders[1], holders[2]]
    assert "process 2 on" in capsys.readouterr().out


def test_a_shard_that_nobody_can_tell_of_fails_after_five_minutes(
    example: dict[str, Any], defined: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter(range(0, 10_000, 100))
    monkeypatch.setitem(defined, "time", SimpleNamespace(monotonic=lambda: next(now), time_ns=lambda: 0))
    client = Cluster(lambda number, _: example["Update"](number, is_locked=True), None)
    done = defined["Archive"](client, "", 1)._all([0])
    assert done[0].errors[0].endswith("run `pulumi cancel --stack talks-0`")
    assert len(client.updates) == 4


def test_what_broke_an_update_is_told_before_it_is_tried_again(
    example: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    ended: Any = SimpleNamespace(stdout="", stderr="fatal: out of memory", code=2)

    def up(**_: Any) -> None:
        raise auto.CommandError(ended)

    with pytest.raises(auto.CommandError):
        example["_updated"](SimpleNamespace(up=up), example["Update"](1))
    assert "talks-1:" in (told := capsys.readouterr().out)
    assert "out of memory" in told
