"""Files that follow a completion: those of an object that is gone, and those that are listed and cannot be read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pulumi
import pytest

from aiware_resources.api import EngineResultRecord
from aiware_resources.files.completed import CompletedFiles, Files
from aiware_resources.files.downloads import File
from aiware_resources.jobs.documents import write_documents
from aiware_resources.reconcile.recency import SUBMITTED
from aiware_resources.waiting import Completion, Condition, Monitor, Verdict, Waiting
from aiware_resources.waiting.watch import Done
from tests.support.engine import Engine, known, value
from tests.support.waiting import Scripted, haste, scripted, settings

__all__ = ["haste"]

JOB = "job-1"


class Gone(Scripted):
    """An object that was seen complete, and that aiWARE does not show any more."""

    def judge(self, object_id: str, record: str | None) -> Verdict[str]:
        return Done(record)


@pytest.fixture(autouse=True)
def _monitor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiware_resources.waiting.monitor._begun", lambda: Monitor(settings()))


def files_of(
    folder: Path,
    condition: Scripted,
    *,
    fetch: Callable[[], Files | None] = list,
    ready: Callable[[Any], Awaitable[bool]] | None = None,
    wait: bool = True,
    submitted: str | None = "2026-11-29T12:00:00+00:00",
) -> pulumi.Output[Sequence[File]]:
    """Declares a job whose files go into a folder."""

    async def awaited() -> Condition[str]:
        return condition

    async def destination() -> Path:
        return folder

    resource = pulumi.CustomResource("test:index:Thing", JOB, {SUBMITTED: submitted})
    completion = Completion(resource, JOB, awaited, Waiting(wait))
    following: CompletedFiles[Any, Path] = CompletedFiles(
        completion, "Job", JOB, destination, lambda *_: fetch(), lambda *_: fetch(), ready
    )
    return following.output(following.start(), lambda files: files)


def results(engine: str = "engine") -> list[EngineResultRecord]:
    return [EngineResultRecord(engine_id=engine, jsondata={"of": engine})]


async def test_files_of_a_job_that_is_gone_are_those_of_the_manifest(tmp_path: Path) -> None:
    Engine()
    write_documents(results(), tmp_path, JOB)
    assert await value(files_of(tmp_path, Gone({JOB: ["gone"]}))) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "engine.json").unlink(),
        lambda folder: (folder / "engine.json").write_text("{}"),
        lambda folder: (folder / ".aiware-files.json").unlink(),
        lambda folder: write_documents(results(), folder, "another job"),
    ],
    ids=["missing", "changed", "not in the manifest", "of another job"],
)
async def test_other_files_do_not_stand_for_those_of_a_job_that_is_gone(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    engine = Engine()
    write_documents(results(), tmp_path, JOB)
    (tmp_path / "notes.txt").write_text("mine")
    damage(tmp_path)
    with pytest.raises(pulumi.RunError, match="job-1 failed"):
        await value(files_of(tmp_path, Gone({JOB: ["gone"]})))
    assert any("is missing or not as job job-1 left it" in request.message for request in engine.logged)


async def test_of_a_job_of_an_earlier_release_any_file_will_do(tmp_path: Path) -> None:
    Engine()
    write_documents(results(), tmp_path)
    assert await value(files_of(tmp_path, Gone({JOB: ["gone"]}), submitted=None)) is None


async def test_a_manifest_forgets_what_a_job_has_no_more(tmp_path: Path) -> None:
    Engine()
    write_documents([*results("first"), *results("second")], tmp_path, JOB)
    write_documents(results("first"), tmp_path, JOB)
    (tmp_path / "second.json").unlink()
    assert await value(files_of(tmp_path, Gone({JOB: ["gone"]}))) is None


async def listed(_: Any) -> bool:
    return True


async def test_what_is_listed_and_cannot_be_read_does_not_hold_up_a_run_that_does_not_wait(tmp_path: Path) -> None:
    engine = Engine()
    read: list[int] = []

    def fetch() -> None:
        assert len(read) < 10, "it goes on for ever"
        read.append(1)

    found = files_of(tmp_path, scripted(**{JOB: "done"}), fetch=fetch, ready=listed, wait=False)
    assert not await known(found)
    assert len(read) == 3
    (warned,) = (each.message for each in engine.logged if "cannot be read yet" in each.message)
    assert str(tmp_path) in warned


async def test_what_is_listed_and_cannot_be_read_yet_is_waited_for(tmp_path: Path) -> None:
    Engine()
    answers: list[Files | None] = [None] * 5 + [write_documents(results(), tmp_path)]
    found = files_of(tmp_path, scripted(**{JOB: "done"}), fetch=lambda: answers.pop(0), ready=listed)
    assert [file.path.name for file in await value(found)] == ["engine.json"]


async def test_two_resources_do_not_write_into_one_place(tmp_path: Path) -> None:
    engine = Engine()
    first = files_of(tmp_path, scripted(**{JOB: "done"}))
    assert await value(first) == []
    second = CompletedFiles(
        Completion(pulumi.CustomResource("test:index:Thing", "b", {}), "b", _done, Waiting()),
        "Job",
        "b",
        _in(tmp_path),
        lambda *_: [],
        lambda *_: [],
    )
    with pytest.raises(pulumi.RunError, match="b failed"):
        await second.start()
    assert any("is where Job job-1 puts its files too" in request.message for request in engine.logged)


async def _done() -> Condition[str]:
    return scripted(b="done")


def _in(folder: Path) -> Callable[[], Awaitable[Path]]:
    async def destination() -> Path:
        return folder

    return destination
