"""Inputs of createJob as people send them, and what is right for each: for the library and for the local aiWARE.

They are minimal forms of what documentation, support articles and published clients show, and of mistakes in them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ADAPTER = "9e611ad7-2d3b-48f6-a51b-0a1ba40fe255"
OLD_ADAPTER = "9e611ad7-2d3b-48f6-a51b-0a1ba40feab4"
PLAYBACK = "352556c7-de07-4d55-b33f-74b1cf237f25"
CHUNK = "8bdb0e3b-ff28-4f6e-a3ba-887bd06e6440"
SPEECH = "c0e55cde-340b-44d7-bb42-2e0d65e98255"
TRANSLATION = "95c910f6-4a26-4b66-96cb-488befa86466"
WRITER = "8eccf9cc-6b6d-4d7d-8cb3-7ebf4950c5f3"
URL = "https://media.example/talk.mp4"
TDO = "1"
"""Stands for a TDO that has media."""

NOON, LATER = "2026-01-01T12:00:00.000Z", "2026-01-01T13:00:00.000Z"

Job = dict[str, Any]


@dataclass(frozen=True)
class Document:
    """One input.

    Attributes:
        name: What it shows.
        job: The input of createJob.
        refused: Where a preview says what is wrong; empty for an input that is right.
        warned: What a warning says of an input that is accepted.
    """

    name: str
    job: Job
    refused: tuple[str, ...] = ()
    warned: str = ""

    def __str__(self) -> str:
        return self.name


def folder(reference: str, kind: str, mode: str = "chunk") -> Job:
    return {"referenceId": reference, "mode": mode, "type": kind}


def route(parent: str, child: str) -> Job:
    return {"parentIoFolderReferenceId": parent, "childIoFolderReferenceId": child}


def chunked(edit: Callable[[Job], object] | None = None, **more: Any) -> Job:
    """A job that cuts media into chunks, transcribes them, and stores what was said."""
    job: Job = {
        "tasks": [
            {
                "engineId": CHUNK,
                "payload": {"url": URL, "ffmpegTemplate": "audio"},
                "ioFolders": [folder("c", "output")],
            },
            {"engineId": SPEECH, "ioFolders": [folder("si", "input"), folder("so", "output")]},
            {"engineId": WRITER, "ioFolders": [folder("w", "input")]},
        ],
        "routes": [route("c", "si"), route("so", "w")],
        **({} if "target" in more else {"targetId": TDO}),
        **more,
    }
    if edit is not None:
        edit(job)
    return job


def in_turn(*tasks: Job, **more: Any) -> Job:
    """A job whose tasks have neither folders nor routes."""
    return {"tasks": list(tasks), **more}


def task(engine: str, **values: Any) -> Job:
    return {"engineId": engine, **values}


def _chunk(job: Job) -> Job:
    found: Job = job["tasks"][0]
    return found


def _streamed(payload: Job | None = None, **more: Any) -> Job:
    """An adapter before the chunks."""

    def edit(job: Job) -> None:
        del _chunk(job)["payload"]["url"]
        _chunk(job)["ioFolders"].append(folder("ci", "input", "stream"))
        adapter = task(ADAPTER, ioFolders=[folder("a", "output", "stream")])
        job["tasks"].insert(0, adapter if payload is None else {**adapter, "payload": payload})
        job["routes"].append(route("a", "ci"))

    return chunked(edit, **more)


def _fetched(url: str | None = URL) -> Job:
    return task(ADAPTER, payload={"url": url})


RIGHT = [
    Document("routeless", in_turn(_fetched(), task(SPEECH), target={"status": "downloaded"})),
    Document("routeless, three", in_turn(_fetched(), task(PLAYBACK), task(SPEECH), task(WRITER), target={})),
    Document("routeless, empty lists", in_turn(_fetched(), task(SPEECH, ioFolders=[]), target={}, routes=[])),
    Document("routeless on a TDO", in_turn(task(SPEECH), targetId=TDO)),
    Document("routeless, two on a TDO", in_turn(task(PLAYBACK), task(SPEECH), targetId=TDO, isReprocessJob=True)),
    Document("routeless, translated", in_turn(_fetched(), task(SPEECH), task(TRANSLATION), target={})),
    Document("adapter of a TDO", _streamed()),
    Document("adapter of a TDO, empty payload", _streamed({})),
    Document("adapter of a TDO, null url", _streamed({"url": None})),
    Document("adapter of a TDO, routeless", in_turn(task(OLD_ADAPTER), task(SPEECH), targetId=TDO)),
    Document(
        "adapter of a target with media",
        in_turn(task(ADAPTER), task(SPEECH), target={"assets": [{"assetType": "media", "uri": URL}]}),
    ),
    Document("adapter of a TDO, blank url", _streamed({"url": " "})),
    Document("training", in_turn(task(SPEECH, payload={"mode": "library-train", "libraryId": "2"}))),
    Document(
        "training, as text",
        in_turn(task(SPEECH, payloadString='{"mode": "library-train", "libraryId": "2"}'), name="x"),
    ),
    Document("equal times", chunked(target={"name": "talk", "startDateTime": NOON, "stopDateTime": NOON})),
    Document("times of few signs", chunked(target={"startDateTime": "20260101T120000Z", "stopDateTime": NOON})),
    Document("times in small letters", chunked(target={"startDateTime": NOON.lower(), "stopDateTime": NOON})),
    Document("times without seconds", chunked(target={"startDateTime": "2026-01-01T12:00Z", "stopDateTime": NOON})),
    Document("times of days", chunked(target={"startDateTime": "2026-01-01", "stopDateTime": "2026-01-02"})),
    Document("equal times, two spellings", chunked(target={"startDateTime": 1767268800, "stopDateTime": NOON})),
    Document(
        "input without a route, with a url",
        chunked(lambda job: _chunk(job)["ioFolders"].append(folder("ci", "input", "stream")), target={}),
    ),
    Document(
        "input without a route, url as text",
        chunked(
            lambda job: _chunk(job).update(
                payload=None,
                payloadString=f'{{"url": "{URL}"}}',
                ioFolders=[folder("ci", "input"), folder("c", "output")],
            )
        ),
    ),
    Document(
        "input without a route",
        chunked(
            lambda job: (_chunk(job)["payload"].pop("url"), _chunk(job)["ioFolders"].append(folder("ci", "input")))
        ),
        warned='no route leads to the input folder "ci"',
    ),
    Document(
        "webhooks of a task", in_turn(task(SPEECH, notificationUris=["https://hooks.example/done"]), targetId=TDO)
    ),
    Document("webhooks, none", in_turn(task(SPEECH, notificationUris=[]), targetId=TDO, notificationUris=[])),
    Document(
        "null in optional fields",
        in_turn(
            task(
                SPEECH,
                ioFolders=None,
                payload=None,
                payloadString=None,
                standbyTask=None,
                notificationUris=None,
                executionPreferences={"parentCompleteBeforeStarting": None, "priority": None, "maxRetries": None},
            ),
            targetId=TDO,
            target=None,
            routes=None,
            retries=None,
            isReprocessJob=None,
            notificationUris=None,
            jobConfig=None,
        ),
    ),
    Document(
        "null in lists",
        in_turn(task(SPEECH, notificationUris=[None]), targetId=TDO, notificationUris=[None, "https://hooks.example/"]),
    ),
    Document("null instead of preferences", in_turn(task(SPEECH, executionPreferences=None), targetId=TDO)),
    Document(
        "null in a target",
        chunked(target={"name": None, "status": None, "addToIndex": None, "startDateTime": None, "details": None}),
    ),
    Document("null in a route", chunked(lambda job: job["routes"][0].update(options=None))),
    Document("least priority", in_turn(task(SPEECH, executionPreferences={"priority": 2**31 - 1}), targetId=TDO)),
    Document("greatest priority", in_turn(task(SPEECH, executionPreferences={"priority": -(2**31)}), targetId=TDO)),
    Document("payload as text", in_turn(task(SPEECH, payloadString='{"diarise": "true"}'), targetId=TDO)),
    Document("start alone", chunked(target={"startDateTime": NOON})),
    Document(
        "custom with its template",
        chunked(
            lambda job: _chunk(job)["payload"].update(ffmpegTemplate="custom", customFFMPEGTemplate="-i {{input}}")
        ),
    ),
]


def _of_task(**values: Any) -> Job:
    return chunked(lambda job: job["tasks"][1].update(values))


WRONG = [
    Document("adapter of nothing", _streamed(target={}), ("tasks[0].payload.url",)),
    Document("adapter of nothing, null", _streamed({"url": None}, target={}), ("tasks[0].payload.url",)),
    Document("adapter of nothing, empty", _streamed({"url": ""}, target={}), ("tasks[0].payload.url",)),
    Document("adapter of nothing, blank", _streamed({"url": " "}, target={}), ("tasks[0].payload.url",)),
    Document(
        "adapter of a target without media",
        in_turn(task(ADAPTER), task(SPEECH), target={"assets": [{"assetType": "vtn-standard", "uri": URL}]}),
        ("tasks[0].payload.url",),
    ),
    Document("adapter with a number", in_turn(task(ADAPTER, payload={"url": 5}), target={}), ("tasks[0].payload.url",)),
    Document("adapter of nothing, routeless", in_turn(task(OLD_ADAPTER), target={}), ("tasks[0].payload.url",)),
    Document(
        "stop before start",
        chunked(target={"startDateTime": LATER, "stopDateTime": NOON}),
        ("target.stopDateTime",),
    ),
    Document("stop alone, in the past", chunked(target={"stopDateTime": NOON}), ("target.stopDateTime",)),
    Document(
        "stop alone, beyond a year", chunked(target={"stopDateTime": "2126-01-01T00:00:00Z"}), ("target.stopDateTime",)
    ),
    Document(
        "priority beyond 32 bits",
        _of_task(executionPreferences={"priority": 3_000_000_000}),
        ("tasks[1].executionPreferences.priority",),
    ),
    Document(
        "priority below 32 bits",
        _of_task(executionPreferences={"priority": -(2**31) - 1}),
        ("tasks[1].executionPreferences.priority",),
    ),
    Document("retries beyond 32 bits", chunked(retries=2**31), ("retries",)),
    Document(
        "size beyond 32 bits",
        chunked(target={"assets": [{"assetType": "media", "uri": URL, "fileData": {"size": 2**40}}]}),
        ("target.assets[0].fileData.size",),
    ),
    Document(
        "negative size",
        chunked(target={"assets": [{"assetType": "media", "uri": URL, "fileData": {"size": -1}}]}),
        ("target.assets[0].fileData.size",),
    ),
    Document(
        "asset without an address",
        chunked(target={"assets": [{"assetType": "media", "uri": "http://["}]}),
        ("target.assets[0].uri",),
    ),
    Document(
        "primary asset of another type",
        chunked(target={"assets": [{"assetType": "text", "uri": URL, "setAsPrimary": True}]}),
        ("target.assets[0].setAsPrimary",),
    ),
    Document(
        "mode of a file that is none",
        chunked(target={"assets": [{"assetType": "media", "uri": URL, "fileData": {"mode": "copy"}}]}),
        ("target.assets[0].fileData.mode",),
    ),
    Document(
        "structured data without content",
        chunked(target={"contentTemplates": [{"schemaId": "1"}]}),
        ("target.contentTemplates[0]",),
    ),
    Document("number as text", chunked(retries="5"), ("retries",)),
    Document("flag as text", chunked(isReprocessJob="true"), ("isReprocessJob",)),
    Document(
        "a folder without a name",
        chunked(lambda job: _chunk(job)["ioFolders"].append(folder("", "output"))),
        ("tasks[0].ioFolders[1].referenceId",),
    ),
    Document("a route twice", chunked(lambda job: job["routes"].append(route("c", "si"))), ("routes[2]",)),
    Document(
        "a route twice, with options",
        chunked(lambda job: job["routes"].append({**route("so", "w"), "options": {"a": 1}})),
        ("routes[2]",),
    ),
    Document("payload that is not JSON", _of_task(payloadString="{not json"), ("tasks[1].payloadString",)),
    Document("payload that has NaN", _of_task(payloadString='{"a": NaN}'), ("tasks[1].payloadString",)),
    Document("payload that has Infinity", _of_task(payloadString="[-Infinity]"), ("tasks[1].payloadString",)),
    Document("payload that begins with a mark", _of_task(payloadString='\ufeff{"a": 1}'), ("tasks[1].payloadString",)),
    Document("payload that is nested too deep", _of_task(payloadString="[" * 100_000), ("tasks[1].payloadString",)),
    Document("payload of no text", _of_task(payloadString=""), ("tasks[1].payloadString",)),
    Document(
        "payload of a standby task that is not JSON",
        _of_task(standbyTask=task(SPEECH, payloadString="{'a': 1}")),
        ("tasks[1].standbyTask.payloadString",),
    ),
    Document(
        "two payloads of a standby task",
        _of_task(standbyTask=task(SPEECH, payload={}, payloadString="{}")),
        ("tasks[1].standbyTask.payloadString",),
    ),
    Document("standby task without engine", _of_task(standbyTask={}), ("tasks[1].standbyTask.engineId",)),
    Document(
        "name of a folder in a standby task",
        _of_task(standbyTask=task(SPEECH, ioFolders=[folder("si", "input")])),
        ("tasks[1].standbyTask.ioFolders[0].referenceId",),
    ),
    Document("negative retries", chunked(retries=-3), ("retries",)),
    Document(
        "negative engines",
        _of_task(executionPreferences={"maxEngines": -1, "maxRetries": -5}),
        ("tasks[1].executionPreferences.maxEngines", "tasks[1].executionPreferences.maxRetries"),
    ),
    Document("webhook without address", chunked(notificationUris=["not a url"]), ("notificationUris[0]",)),
    Document("webhook of a file", chunked(notificationUris=["file:///tmp/a"]), ("notificationUris[0]",)),
    Document(
        "webhook with a port that is none", chunked(notificationUris=["https://a.e:99999/"]), ("notificationUris[0]",)
    ),
    Document("webhook with a port in words", chunked(notificationUris=["https://a.e:x/"]), ("notificationUris[0]",)),
    Document(
        "webhook with a character that is none",
        chunked(notificationUris=["https://a.e/\x01"]),
        ("notificationUris[0]",),
    ),
    Document("webhook without host", chunked(notificationUris=["https:///done"]), ("notificationUris[0]",)),
    Document(
        "webhook of a task without address",
        _of_task(notificationUris=["https://hooks.example/", "hooks.example"]),
        ("tasks[1].notificationUris[1]",),
    ),
    Document(
        "custom without its template",
        chunked(lambda job: _chunk(job)["payload"].update(ffmpegTemplate="custom")),
        ("tasks[0].payload.customFFMPEGTemplate",),
    ),
    Document(
        "custom with a blank template",
        chunked(lambda job: _chunk(job)["payload"].update(ffmpegTemplate="custom", customFFMPEGTemplate=" ")),
        ("tasks[0].payload.customFFMPEGTemplate",),
    ),
    Document(
        "custom with a list for a template",
        chunked(lambda job: _chunk(job)["payload"].update(ffmpegTemplate="custom", customFFMPEGTemplate=["-i"])),
        ("tasks[0].payload.customFFMPEGTemplate",),
    ),
    Document(
        "custom without its template, as text",
        chunked(lambda job: _chunk(job).update(payload=None, payloadString='{"ffmpegTemplate": "custom"}')),
        ("tasks[0].payloadString.customFFMPEGTemplate",),
    ),
]


def on(document: Document, tdo_id: str) -> Job:
    """The input with a TDO that is there."""
    job = copy.deepcopy(document.job)
    return {**job, "targetId": tdo_id} if job.get("targetId") == TDO else job
