"""A local aiWARE inside the test's own process, with a clock that the test moves, and the parts of jobs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from aiware_local.installation.installation import Installation
from aiware_local.installation.scalars import Clock

MONDAY = 1_795_000_000.0
ADAPTER = "9e611ad7-2d3b-48f6-a51b-0a1ba40fe255"
PLAYBACK = "352556c7-de07-4d55-b33f-74b1cf237f25"
CHUNK = "8bdb0e3b-ff28-4f6e-a3ba-887bd06e6440"
SPEECHMATICS = "c0e55cde-340b-44d7-bb42-2e0d65e98255"
TRANSLATION = "95c910f6-4a26-4b66-96cb-488befa86466"
WRITER = "8eccf9cc-6b6d-4d7d-8cb3-7ebf4950c5f3"
AGGREGATOR = "045e675b-ed7c-43bf-8300-a2f2102f57a4"
JOB_FIELDS = """id status targetId tasks { records { id order status description engineId targetId failureReason
    failureMessage output queuedDateTime startedDateTime completedDateTime log { text uri } } }"""


class FakeClock(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = MONDAY

    def now(self) -> float:
        return round(self.time, 3)

    def advance(self, seconds: float) -> None:
        self.time += seconds


@dataclass
class Local:
    """The local aiWARE and a client of it."""

    installation: Installation
    clock: FakeClock
    http: httpx.AsyncClient
    media_root: Path

    @property
    def token(self) -> str:
        return self.installation.tokens.credentials.api_key

    async def post(self, query: str, token: str | None = None, **variables: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return await self.http.post("/v3/graphql", json={"query": query, "variables": variables}, headers=headers)

    async def ask(self, query: str, **variables: Any) -> Any:
        """The data of an answer that has no errors."""
        response = await self.post(query, **variables)
        body = response.json()
        assert response.status_code == 200, body
        assert "errors" not in body, body
        return body["data"]

    async def refused(self, query: str, **variables: Any) -> dict[str, Any]:
        """The one error of an answer."""
        response = await self.post(query, **variables)
        body = response.json()
        assert response.status_code == 200, body
        (error,) = body["errors"]
        assert isinstance(error, dict)
        return error

    async def behave(self, **behaviour: Any) -> None:
        (await self.http.put("/_local/behaviour", json=behaviour)).raise_for_status()

    async def fault(self, **fault: Any) -> None:
        (await self.http.post("/_local/faults", json=fault)).raise_for_status()

    async def new_tdo(self, **values: Any) -> str:
        values = {"startDateTime": 1574311000, "stopDateTime": 1574315000, **values}
        data = await self.ask("mutation($i: CreateTDO) { createTDO(input: $i) { id } }", i=values)
        return str(data["createTDO"]["id"])

    async def new_cluster(self, **values: Any) -> str:
        values = {"name": "team", "allowedEngines": ["all"], "dockerCredentials": {}, **values}
        data = await self.ask("mutation($i: CreateCluster!) { createCluster(input: $i) { id } }", i=values)
        return str(data["createCluster"]["id"])

    async def new_job(self, **values: Any) -> Any:
        query = f"mutation($i: CreateJob) {{ createJob(input: $i) {{ {JOB_FIELDS} }} }}"
        return (await self.ask(query, i=values))["createJob"]

    async def job(self, job_id: str) -> Any:
        return (await self.ask(f"query($id: ID!) {{ job(id: $id) {{ {JOB_FIELDS} }} }}", id=job_id))["job"]

    async def listened(self, job_id: str) -> Any:
        """The job, once what is listened to because of it, or of another one that is due, has come to its end."""
        await self.job(job_id)
        await asyncio.gather(*(task for task in asyncio.all_tasks() if "Worker._listen" in str(task.get_coro())))
        return await self.job(job_id)

    async def run_transcription(self, url: str, **values: Any) -> Any:
        """A whole transcription job, as it is when it has ended."""
        job = await self.new_job(**({"target": {}} | transcription_job(url) | values))
        self.clock.advance(100)
        return await self.job(job["id"])


def folder(reference: str, mode: str, kind: str) -> dict[str, Any]:
    return {"referenceId": reference, "mode": mode, "type": kind}


def route(parent: str, child: str) -> dict[str, Any]:
    return {"parentIoFolderReferenceId": parent, "childIoFolderReferenceId": child}


def transcription_job(url: str, engine: str = SPEECHMATICS) -> dict[str, Any]:
    """Tasks and routes: adapter, playback, chunks, transcription, output writer."""
    waits = {"parentCompleteBeforeStarting": True}
    return {
        "tasks": [
            {"engineId": ADAPTER, "payload": {"url": url}, "ioFolders": [folder("a", "stream", "output")]},
            {"engineId": PLAYBACK, "ioFolders": [folder("p", "stream", "input")], "executionPreferences": waits},
            {
                "engineId": CHUNK,
                "ioFolders": [folder("ci", "stream", "input"), folder("co", "chunk", "output")],
                "executionPreferences": waits,
            },
            {"engineId": engine, "ioFolders": [folder("ti", "chunk", "input"), folder("to", "chunk", "output")]},
            {"engineId": WRITER, "ioFolders": [folder("w", "chunk", "input")]},
        ],
        "routes": [route("a", "p"), route("a", "ci"), route("co", "ti"), route("to", "w")],
    }


def one_task(engine: str, **values: Any) -> dict[str, Any]:
    return {"tasks": [{"engineId": engine, **values}]}
