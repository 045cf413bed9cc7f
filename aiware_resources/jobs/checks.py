"""What is wrong, or odd, with a job that is going to be submitted: as far as it shows without asking aiWARE.

A job that has been submitted may have been taken by an aiWARE that is less strict, so it is not held to this again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

from aiware_resources import dag as graphs
from aiware_resources import engines
from aiware_resources.api.json_text import read_json
from aiware_resources.dag import ExecutionPreferences, Task
from aiware_resources.reconcile import Path, Problem, is_within
from aiware_resources.tdos.content import Target, content_problems, span_problems

Values = Mapping[str, Any]

ADAPTERS = frozenset({engines.WEBSTREAM_ADAPTER, "9e611ad7-2d3b-48f6-a51b-0a1ba40feab4"})
"""The Webstream Adapter, and the id that it had earlier."""
_STORES = frozenset({engines.PLAYBACK, engines.ASSET_CREATOR, engines.OUTPUT_WRITER})
"""Engines that store what they get in the TDO of their job."""

_TEMPLATES = ("audio", "video", "frame", "rawchunk", "custom")
"""What the chunk engine can do (``ffmpegTemplate``)."""
_COUNTS = {"maxRetries": "max_retries", "maxEngines": "max_engines"}


def problems(values: Values, unknown: frozenset[Path]) -> Iterator[Problem]:
    """What is wrong with a job.

    Args:
        values: Its validated properties.
        unknown: Paths of what is not known yet; what they could mend is not reported.
    """
    yield from _count(values.get("retries"), ("retries",))
    yield from _addresses(values.get("notificationUris"), ("notificationUris",))
    target: Target | None = values.get("target")
    if target is not None and target.start_date_time is None and target.stop_date_time is not None:
        yield from _stop_alone(target.stop_date_time, unknown)
    if target is not None:
        yield from content_problems(target.content_templates, target.assets, unknown, ("target",))
    yield from graphs.standby_problems(values.get("tasks", ()), unknown)
    is_empty = _is_empty(values, unknown)
    for path, task in every_task(values.get("tasks", ())):
        yield from _task_problems(path, task, unknown, is_empty=is_empty)


def oddities(values: Values, unknown: frozenset[Path], *, needs_tdo: bool) -> Iterator[Problem]:
    """What may be meant, but probably is not.

    Args:
        values: The job's validated properties.
        unknown: Paths of what is not known yet.
        needs_tdo: Whether engines store what they make in a TDO.
    """
    tasks: Sequence[Task] = values.get("tasks", ())
    for path, reference in graphs.unfed(tasks, values.get("routes", ()), unknown):
        task = tasks[int(path[1])]
        payload = payload_of(task)
        if _is_blank(payload.get("url")) and not _is_payload_unknown(path[:2], unknown):
            yield Problem(
                path,
                f'no route leads to the input folder "{reference}", and the payload of its task has no url: add a '
                "route, unless the engine needs no input",
            )
    is_given = {"targetId", "target"} & values.keys() or any(path[0] in {"targetId", "target"} for path in unknown)
    if needs_tdo and (_is_empty(values, unknown) or not is_given):
        yield from _without_media(tasks, unknown, is_given=bool(is_given))
    storing = [index for index, task in enumerate(tasks) if task.engine_id in _STORES]
    if needs_tdo and storing and not is_given:
        yield Problem(
            ("targetId",),
            "is missing: without a TDO the engines have nowhere to store anything. Name an existing TDO, or describe a "
            "new one in target",
        )


def every_task(tasks: Sequence[Task]) -> Iterator[tuple[Path, Task]]:
    """Every task with its path, standby tasks too."""
    for index, task in enumerate(tasks):
        path: Path = ("tasks", index)
        each: Task | None = task
        while each is not None:
            yield path, each
            path, each = (*path, "standbyTask"), each.standby_task


def payload_of(task: Task) -> Mapping[str, Any]:
    """The payload of a task where it is an object, given as a value or as text; else an empty one."""
    payload = task.payload
    if task.payload_string is not None:
        with suppress(ValueError):
            payload = read_json(task.payload_string)
    return payload if isinstance(payload, dict) else {}


def _is_empty(values: Values, unknown: frozenset[Path]) -> bool:
    """Whether the job makes itself a TDO that has no media."""
    target: Target | None = values.get("target")
    if target is None or any(path[:2] == ("target", "assets") for path in unknown):
        return False
    return all(asset.asset_type != "media" for asset in target.assets or ())


def _is_blank(value: Any) -> bool:
    return not value or (isinstance(value, str) and not value.strip())


def _without_media(tasks: Sequence[Task], unknown: frozenset[Path], *, is_given: bool) -> Iterator[Problem]:
    """The tasks that begin a job, and get nothing to work on where the TDO has no media, or is not there."""
    why = "the new TDO of the job is empty" if is_given else "there is no TDO"
    first = next((index for index, task in enumerate(tasks) if not task.io_folders), None)
    for index, task in enumerate(tasks):
        path: Path = ("tasks", index)
        if _is_payload_unknown(path, unknown) or any(each[:3] == (*path, "ioFolders") for each in unknown):
            continue
        if task.engine_id in ADAPTERS and is_given:
            continue  # That is an error.
        begins = all(each.type == "output" for each in task.io_folders) and (task.io_folders or index == first)
        payload = payload_of(task)
        # Training has a library to work on.
        if begins and _is_blank(payload.get("url")) and not {"mode", "libraryId"} & payload.keys():
            yield Problem(
                (*path, "payload", "url"),
                f"is missing: {why}, so the engine has no media to work on. Name the media, unless it needs none",
            )


def _task_problems(path: Path, task: Task, unknown: frozenset[Path], *, is_empty: bool) -> Iterator[Problem]:
    preferences: ExecutionPreferences = task.execution_preferences
    for key, name in _COUNTS.items():
        yield from _count(getattr(preferences, name), (*path, "executionPreferences", key))
    yield from _addresses(task.notification_uris, (*path, "notificationUris"))
    if _is_payload_unknown(path, unknown):
        return
    payload = payload_of(task)
    where = (*path, "payload" if task.payload_string is None else "payloadString")
    if task.engine_id == engines.CHUNK:
        yield from _chunk_problems(payload, where, unknown)
    url = payload.get("url")
    if task.engine_id in ADAPTERS and url is not None and not isinstance(url, str):
        yield Problem((*where, "url"), "must be text: the address of the media")
    elif task.engine_id in ADAPTERS and is_empty and _is_blank(url) and not is_within((*where, "url"), unknown):
        name = engines.NAMES[engines.WEBSTREAM_ADAPTER]
        yield Problem(
            (*where, "url"),
            f"is missing: engine {name} needs it, since the new TDO of the job has no media that it could read",
        )


def _chunk_problems(payload: Mapping[str, Any], where: Path, unknown: frozenset[Path]) -> Iterator[Problem]:
    """What the chunk engine cannot cut by."""
    template = payload.get("ffmpegTemplate")
    if template == "custom":
        path = (*where, "customFFMPEGTemplate")
        given = payload.get("customFFMPEGTemplate")
        if _is_blank(given) and not is_within(path, unknown):
            yield Problem(path, "is missing: the template custom is what it says. Give ffmpeg's arguments in it")
        elif not _is_blank(given) and not isinstance(given, str):
            yield Problem(path, "must be text: ffmpeg's arguments")
    rate = _property(payload, "framesPerSecond")
    if rate is not None and not _is_number(rate, 0):
        yield Problem((*where, "customFFMPEGProperties", "framesPerSecond"), "must be a number or a fraction above 0")


def known_of_engines(tasks: Sequence[Task], unknown: frozenset[Path]) -> Iterator[Problem]:
    """What is wrong with payloads by what the documentation says of engines, where no catalogue can be asked."""
    for path, task in every_task(tasks):
        if task.engine_id != engines.CHUNK or _is_payload_unknown(path, unknown):
            continue
        payload = payload_of(task)
        where = (*path, "payload" if task.payload_string is None else "payloadString")
        template, seconds = payload.get("ffmpegTemplate"), _property(payload, "chunkSizeInSeconds")
        if template is not None and template not in _TEMPLATES:
            yield Problem((*where, "ffmpegTemplate"), f"must be one of: {', '.join(_TEMPLATES)}")
        if not isinstance(payload.get("customFFMPEGProperties"), dict | None):
            yield Problem((*where, "customFFMPEGProperties"), "must be an object: engine Chunk looks for values in it")
        if seconds is not None and not _is_number(seconds, 1):
            path = (*where, "customFFMPEGProperties", "chunkSizeInSeconds")
            yield Problem(path, "must be a number of at least 1")


def _property(payload: Mapping[str, Any], key: str) -> Any:
    properties = payload.get("customFFMPEGProperties")
    return properties.get(key) if isinstance(properties, dict) else None


def _is_number(value: Any, least: int) -> bool:
    """Whether a value is a number or a fraction, as such or as text, that is large enough."""
    try:
        number = float(Fraction(str(value)))
    except (ValueError, ArithmeticError):
        return False
    return number >= least and number > 0


def _is_payload_unknown(path: Path, unknown: frozenset[Path]) -> bool:
    return bool(unknown) and any(is_within((*path, key), unknown) for key in ("payload", "payloadString", "engineId"))


def _count(value: Any, path: Path) -> Iterator[Problem]:
    if isinstance(value, int) and value < 0:
        yield Problem(path, f"is {value}: give 0 or more, or leave it out")


def _addresses(uris: Sequence[str | None] | None, path: Path) -> Iterator[Problem]:
    for index, uri in enumerate(uris or ()):
        if uri is not None:
            yield from address_problems(uri, (*path, index))


def address_problems(uri: str, path: Path) -> Iterator[Problem]:
    """What is wrong with the address of a webhook."""
    if not _is_address(uri):
        yield Problem(path, "is not an address that aiWARE could call: give one that begins with https://")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where it is none
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and text.isprintable() and " " not in text


def _stop_alone(stop: datetime, unknown: frozenset[Path]) -> Iterator[Problem]:
    """A TDO whose start is left out starts when it is made."""
    if is_within(("target", "startDateTime"), unknown):
        return
    for problem in span_problems(datetime.now(UTC), stop, ("target",)):
        yield Problem(
            problem.path,
            "is given without startDateTime, which is the present moment then, and this is not within a year after it: "
            "give startDateTime too",
        )
