"""Work that falls due is done once, and whoever looks meanwhile waits for it, but not for recognition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from aiware_local.engines.roles import ROLES
from aiware_local.engines.run import Run
from aiware_local.recognition.recognizer import Heard, Recognizer, SaidWord
from aiware_local.server.app import create_app
from tests.aiware_local.support import ADAPTER, SPEECHMATICS, Local, folder, one_task, transcription_job

CANCEL = "mutation($i: ID!) { cancelJob(id: $i) { id } }"
RESULTS = "query($job: ID) { engineResults(jobId: $job) { records { assetId jsondata } } }"


class Gated(Recognizer):
    """Hears `hello` in everything, as soon as it may."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.one_more = asyncio.Event()
        self.begun: list[str] = []
        self.given_up = 0

    async def recognize(self, ffmpeg: str, path: Path, *, speakers: bool = False) -> Heard:
        self.begun.append(path.name)
        self.one_more.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return Heard([SaidWord("hello", 100, 400)], 2.0, 0.5, "an ear 1.0")


@pytest.fixture
def ear(local: Local, monkeypatch: pytest.MonkeyPatch) -> Gated:
    ear = Gated()
    local.installation.recognizer = ear
    monkeypatch.setattr("aiware_local.engines.speech.ffmpeg_path", lambda: "ffmpeg")
    (local.media_root / "talk.mp3").write_bytes(b"media")
    return ear


async def states(local: Local, job_id: str) -> list[str]:
    return [task["status"] for task in (await local.job(job_id))["tasks"]["records"]]


async def begun(local: Local, job_id: str, ear: Gated, times: int = 1) -> None:
    """Waits until so many recordings are listened to, because of a job that is due."""
    await local.job(job_id)
    async with asyncio.timeout(10):
        while len(ear.begun) < times:
            ear.one_more.clear()
            await ear.one_more.wait()


@asynccontextmanager
async def another(local: Local) -> AsyncIterator[Local]:
    """The same local aiWARE, started again."""
    app = create_app(local.installation, patience=0.01)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as http:
        yield Local(local.installation, local.clock, http, local.media_root)
    await app.state.worker.stop()


async def test_a_task_runs_as_long_as_its_recording_is_listened_to(local: Local, ear: Gated) -> None:
    job = await local.new_job(target={}, **transcription_job("talk.mp3"))
    assert await states(local, job["id"]) == ["pending"] * 5
    local.clock.advance(100)
    assert await states(local, job["id"]) == ["complete"] * 3 + ["running", "pending"]
    local.clock.advance(100)
    assert await states(local, job["id"]) == ["complete"] * 3 + ["running", "pending"]
    started = (await local.job(job["id"]))["tasks"]["records"][3]["startedDateTime"]
    ear.gate.set()
    await local.listened(job["id"])
    ended = local.clock.now()
    local.clock.advance(0.1)
    assert await states(local, job["id"]) == ["complete"] * 4 + ["running"]
    local.clock.advance(100)
    shown = await local.job(job["id"])
    assert shown["status"] == "complete"
    task = shown["tasks"]["records"][3]
    assert task["startedDateTime"] == started < task["completedDateTime"]
    kept = local.installation.store.get("job", job["id"])
    assert kept is not None
    assert kept["_tasks"][3]["_result"]["endedAt"] == ended
    assert "Recognized by an ear 1.0: 2.0 s in 0.5 s, 4.0 times real time." in task["log"]["text"]
    (result,) = (await local.ask(RESULTS, job=job["id"]))["engineResults"]["records"]
    (entry,) = result["jsondata"]["series"]
    assert (entry["startTimeMs"], entry["words"][0]["word"]) == (100, "hello")
    assert "tags" not in result["jsondata"]


async def test_nobody_waits_for_a_recording_that_is_listened_to(local: Local, ear: Gated) -> None:
    """The local aiWARE of these tests has a patience of half a minute."""
    slow = await local.new_job(target={}, **transcription_job("talk.mp3"))
    local.clock.advance(100)
    async with asyncio.timeout(10):
        other = await local.new_job(target={}, **one_task(ADAPTER, payload={"url": "talk.mp3"}))
        local.clock.advance(100)
        assert (await local.job(other["id"]))["status"] == "complete"
        assert (await local.job(slow["id"]))["status"] == "running"
    assert len(ear.begun) == 1


async def test_two_branches_of_a_job_are_listened_to_side_by_side(local: Local, ear: Gated) -> None:
    one = {"engineId": SPEECHMATICS, "payload": {"url": "talk.mp3"}}
    tasks = [one, {**one, "ioFolders": [folder("o", "chunk", "output")]}]
    job = await local.new_job(target={}, tasks=tasks)
    local.clock.advance(100)
    assert await states(local, job["id"]) == ["running", "running"]
    await begun(local, job["id"], ear, 2)
    ear.gate.set()
    await local.listened(job["id"])
    assert await states(local, job["id"]) == ["complete", "complete"]


async def test_after_a_restart_a_task_is_listened_to_from_the_start(local: Local, ear: Gated) -> None:
    job = await local.new_job(target={}, **transcription_job("talk.mp3"))
    local.clock.advance(100)
    await begun(local, job["id"], ear)
    async with another(local) as restarted:
        assert (await states(restarted, job["id"]))[3] == "running"
        await begun(restarted, job["id"], ear, 2)
        ear.gate.set()
        await restarted.listened(job["id"])
        local.clock.advance(100)
        assert (await restarted.job(job["id"]))["status"] == "complete"
        assert len((await restarted.ask(RESULTS, job=job["id"]))["engineResults"]["records"]) == 1


async def test_a_cancelled_job_is_not_listened_to_any_longer(local: Local, ear: Gated) -> None:
    job = await local.new_job(target={}, **transcription_job("talk.mp3"))
    local.clock.advance(100)
    await begun(local, job["id"], ear)
    await local.ask(CANCEL, i=job["id"])
    with pytest.raises(asyncio.CancelledError):
        await local.listened(job["id"])
    assert ear.given_up == 1
    ear.gate.set()
    local.clock.advance(100)
    assert (await states(local, job["id"]))[3:] == ["cancelled", "cancelled"]


async def test_an_engine_that_is_told_how_long_it_takes_takes_that_long(local: Local, ear: Gated) -> None:
    ear.gate.set()
    await local.behave(engines={SPEECHMATICS: {"seconds": 60}})
    job = await local.new_job(target={}, **one_task(SPEECHMATICS, payload={"url": "talk.mp3"}))
    local.clock.advance(30)
    await local.listened(job["id"])
    assert await states(local, job["id"]) == ["running"]
    local.clock.advance(31)
    assert await states(local, job["id"]) == ["complete"]


async def test_a_task_whose_branch_fails_meanwhile_is_aborted(local: Local, ear: Gated) -> None:
    tasks = [
        {"engineId": SPEECHMATICS, "payload": {"url": "talk.mp3"}},
        {
            "engineId": ADAPTER,
            "payload": {"url": "none"},
            "ioFolders": [{"referenceId": "o", "mode": "stream", "type": "output"}],
        },
    ]
    job = await local.new_job(target={}, tasks=tasks)
    local.clock.advance(100)
    await begun(local, job["id"], ear)
    assert await states(local, job["id"]) == ["aborted", "failed"]
    ear.gate.set()
    await local.listened(job["id"])
    assert await states(local, job["id"]) == ["aborted", "failed"]


async def test_an_engine_that_breaks_off_fails_its_task(
    local: Local, ear: Gated, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> Heard:
        raise ZeroDivisionError

    monkeypatch.setattr(ear, "recognize", broken)
    job = await local.new_job(target={}, **one_task(SPEECHMATICS, payload={"url": "talk.mp3"}))
    local.clock.advance(100)
    await local.listened(job["id"])
    (task,) = (await local.job(job["id"]))["tasks"]["records"]
    assert (task["status"], task["failureReason"]) == ("failed", "internal_error")


async def test_it_works_while_nobody_asks(local: Local, ear: Gated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiware_local.server.worker.PAUSE_SECONDS", 0)
    app = create_app(local.installation)
    await local.new_job(target={}, **transcription_job("talk.mp3"))
    local.clock.advance(100)
    running = asyncio.create_task(app.state.worker.run())
    async with asyncio.timeout(10):
        await ear.one_more.wait()
    running.cancel()
    await asyncio.wait({running})
    await app.state.worker.stop()


async def test_those_who_look_at_once_share_the_work(local: Local, ear: Gated) -> None:
    job = await local.new_job(target={}, **transcription_job("talk.mp3"))
    local.clock.advance(100)
    await asyncio.gather(*(local.job(job["id"]) for _ in range(10)))
    await begun(local, job["id"], ear)
    assert len(ear.begun) == 1


async def test_any_number_of_jobs_that_are_due_is_done(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiware_local.server.worker.BATCH", 3)
    for _ in range(8):
        await local.new_job(target={}, **one_task(ADAPTER, payload={"url": "https://media.example/talk.mp3"}))
    local.clock.advance(100)
    found = (await local.ask("{ jobs { records { status } } }"))["jobs"]["records"]
    assert [job["status"] for job in found] == ["complete"] * 8


async def test_what_an_engine_waits_for_delays_neither_its_job_so_far_nor_others(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, given_up = asyncio.Event(), []

    async def wait(run: Run) -> None:
        try:
            await gate.wait()
        except asyncio.CancelledError:
            given_up.append(run.task["id"])
            raise
        run.note("It was worth it.")

    monkeypatch.setitem(ROLES, "chunk", wait)
    job = await local.new_job(target={}, **transcription_job("https://media.example/talk.mp3"))
    other = await local.new_job(target={}, **one_task(ADAPTER, payload={"url": "https://media.example/talk.mp3"}))
    local.clock.advance(100)
    async with another(local) as impatient:
        assert await states(impatient, other["id"]) == ["complete"]
        assert (await states(impatient, job["id"]))[:2] == ["complete", "complete"]
        assert (await impatient.job(job["id"]))["status"] == "running"
    assert len(given_up) == 1
    gate.set()
    shown = await local.job(job["id"])
    assert shown["status"] == "complete"
    assert "It was worth it." in shown["tasks"]["records"][2]["log"]["text"]
