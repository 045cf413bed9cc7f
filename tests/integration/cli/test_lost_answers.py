"""Each change that the command makes is applied once, though its answer is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from aiware_resources.cli import main
from aiware_resources.cli.framework.root import commands
from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import BROKEN, make_tdo, submit


@dataclass(frozen=True)
class Change:
    """A command that changes something.

    Attributes:
        arguments: Makes what it is about, and gives its arguments.
        is_done: Whether aiWARE shows that it was done.
        most: How often the mutation may be executed.
    """

    arguments: Callable[[Local, Path], list[str]]
    is_done: Callable[[Local], bool]
    most: int = 1


def broken(local: Local, _: Path) -> list[str]:
    """A job that fails at once, and would fail again at once."""
    local.behave(engines=BROKEN)
    return ["--json", submit(local)]


def running(local: Local, _: Path) -> list[str]:
    local.behave(jobSeconds=600)
    return ["--yes", submit(local)]


def tdo(local: Local, _: Path) -> list[str]:
    return ["--yes", make_tdo(local)]


def file(local: Local, folder: Path) -> list[str]:
    path = folder / "interview.mp4"
    path.write_bytes(b"content")
    return [make_tdo(local), str(path)]


CHANGES = {
    ("jobs", "retry", "retryJob"): Change(broken, lambda local: local.only("jobs")["status"] == "failed"),
    ("jobs", "cancel", "cancelJob"): Change(running, lambda local: local.only("jobs")["status"] == "cancelled"),
    ("tdos", "delete", "deleteTDO"): Change(tdo, lambda local: local.objects()["tdos"] == []),
    # Nothing shows that a TDO was cleaned up; doing it again does the same.
    ("tdos", "cleanup", "cleanupTDO"): Change(tdo, lambda local: len(local.objects()["tdos"]) == 1, most=2),
    ("assets", "upload", "createAsset"): Change(file, lambda local: len(local.objects()["tdos"]) == 1),
}


def changing(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """Every command that says of itself which mutation it sends."""
    for name, inner in commands(command):
        yield from changing(inner, *path, name)
    if not isinstance(command, click.Group) and (found := re.search(r"\(mutation (\w+)\)", command.help or "")):
        yield (*path, found[1])


def test_all_commands_that_change_something_are_here() -> None:
    # A fleet is read from a state: `test_fleets` has its own test.
    assert set(changing(main)) == {*CHANGES, ("fleets", "retry", "retryJob")}


@pytest.mark.parametrize("path", CHANGES, ids=" ".join)
def test_a_change_whose_answer_is_lost_is_applied_once(
    aiware: Aiware, local: Local, tmp_path: Path, path: tuple[str, str, str]
) -> None:
    group, command, mutation = path
    change = CHANGES[path]
    arguments = change.arguments(local, tmp_path)
    local.fault({"dropResponse": True}, operation=mutation)
    result = aiware(group, command, *arguments)
    assert result.exit_code == 0, result.output
    assert local.faults() == []
    assert 1 <= local.mutations()[mutation] <= change.most
    assert change.is_done(local)


def test_a_job_that_is_not_shown_is_not_started_again_blindly(aiware: Aiware, local: Local) -> None:
    """What a lost answer did cannot be seen then; sending it again might run the work twice."""
    local.behave(engines=BROKEN)
    job = submit(local)
    local.fault({"dropResponse": True}, operation="retryJob")
    # Before the retry, the job is read, with its tasks page by page, and its payloads for the links in them.
    local.fault({"graphqlError": "not_found"}, operation="job", after=5)
    result = aiware("jobs", "retry", job)
    assert (result.exit_code, local.mutations()["retryJob"]) == (1, 1)
    assert f"aiware jobs show {job}" in result.stderr
