"""The input of createJob: what is refused about its tasks and their graph, and what is filled in.

Sources: quickstart/jobs/README.md, overview/aiWARE-in-depth/job-processing.md, and CreateJob in schema.graphql.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any, NoReturn
from urllib.parse import urlsplit

from aiware_local.installation.catalogue import Catalogue
from aiware_local.installation.errors import invalid_input, not_found, require_count
from aiware_local.installation.installation import Call
from aiware_local.installation.media import is_blank
from aiware_local.storage.store import Record

Input = Mapping[str, Any]
DEFAULT_PREFERENCES: Mapping[str, Any] = {
    "maxRetries": 1,
    "parallelProcessing": False,
    "parentCompleteBeforeStarting": False,
    "priority": 0,
}


@dataclass(frozen=True)
class Folder:
    """An ioFolder and the task (its place in the list) that has it."""

    task: int
    mode: str
    type: str


CUSTOM = "custom"
"""The template of the chunk engine that takes ffmpeg's arguments from the payload."""
TEMPLATES = ("audio", "video", "frame", "rawchunk", CUSTOM)
"""What the chunk engine can do (ffmpegTemplate)."""
COUNTS = ("maxRetries", "maxEngines")
"""Execution preferences that count something."""


@dataclass(frozen=True)
class Graph:
    """For each task, by its place in the list: its parents, and how many steps it is away from a root.

    Attributes:
        parents: the places of the parents.
        levels: the steps.
        in_turn: the places of the tasks that follow another one only because they come after it.
    """

    parents: list[list[int]]
    levels: list[int]
    in_turn: frozenset[int] = frozenset()

    def one_after_another(self, tasks: Sequence[Input]) -> Graph:
        """The graph with each task that has no ioFolders after the one before it that has none."""
        free = [place for place, task in enumerate(tasks) if not task.get("ioFolders")]
        if len(free) < 2:
            return self
        parents = [list(each) for each in self.parents]
        for before, after in pairwise(free):
            parents[after] = [before]
        return Graph(parents, _levels(parents), frozenset(free[1:]))


def build_graph(tasks: Sequence[Input], routes: Sequence[Input]) -> Graph:
    """The graph that routes make of tasks.

    Raises:
        ApiError: invalid_input for a referenceId that occurs twice, a route that names no folder, leads from or to the
            wrong kind of folder or joins two modes, a route given twice, and a cycle.
    """
    folders = _folders(tasks)
    parents: list[list[int]] = [[] for _ in tasks]
    seen: set[tuple[str, str]] = set()
    for place, route in enumerate(routes):
        ends = (str(route["parentIoFolderReferenceId"]), str(route["childIoFolderReferenceId"]))
        if ends in seen:
            raise invalid_input(f"routes[{place}] repeats the route from {ends[0]} to {ends[1]}.")
        seen.add(ends)
        parent = _end(folders, place, "parentIoFolderReferenceId", ends[0], "output")
        child = _end(folders, place, "childIoFolderReferenceId", ends[1], "input")
        if parent.mode != child.mode:
            raise invalid_input(
                f"routes[{place}] joins folder {ends[0]} of mode {parent.mode} to folder {ends[1]} of mode "
                f"{child.mode}; both must have the same mode."
            )
        if parent.task not in parents[child.task]:
            parents[child.task].append(parent.task)
    return Graph(parents, _levels(parents))


def _folders(tasks: Sequence[Input]) -> dict[str, Folder]:
    folders: dict[str, Folder] = {}
    for place, task in enumerate(tasks):
        for folder in task.get("ioFolders") or []:
            reference = str(folder["referenceId"])
            if is_blank(reference):
                raise invalid_input(f"tasks[{place}] has an ioFolder whose referenceId is empty.")
            if reference in folders:
                raise invalid_input(
                    f"tasks[{place}] has an ioFolder with referenceId {reference}, which "
                    f"tasks[{folders[reference].task}] has already; a referenceId must be unique within the job."
                )
            folders[reference] = Folder(place, folder["mode"], folder["type"])
    return folders


def _end(folders: Mapping[str, Folder], place: int, field: str, reference: str, wanted: str) -> Folder:
    folder = folders.get(reference)
    if folder is None:
        raise invalid_input(f"routes[{place}].{field} is {reference}, but no task has an ioFolder of that referenceId.")
    if folder.type != wanted:
        raise invalid_input(
            f"routes[{place}].{field} is {reference}, which is an {folder.type} folder; it must be an {wanted} folder."
        )
    return folder


def _levels(parents: Sequence[Sequence[int]]) -> list[int]:
    try:
        order = list(TopologicalSorter(dict(enumerate(parents))).static_order())
    except CycleError as error:
        chain = " -> ".join(f"tasks[{task}]" for task in reversed(error.args[1]))
        raise invalid_input(f"The routes form a cycle: {chain}.") from None
    levels = [0] * len(parents)
    for task in order:
        levels[task] = max((levels[parent] + 1 for parent in parents[task]), default=0)
    return levels


def checked_tasks(call: Call, args: Mapping[str, Any], cluster: Record | None) -> list[Record]:
    """The tasks of a createJob input, with engineId, payload and executionPreferences filled in.

    Raises:
        ApiError: invalid_input if there are none or one is wrong in itself; not_found for an unknown engine.
    """
    tasks = args.get("tasks") or []
    if not tasks:
        raise invalid_input("tasks is empty: a job needs at least one task.", field="tasks")
    return [_checked(call.installation.catalogue, task, f"tasks[{place}]", cluster) for place, task in enumerate(tasks)]


def flat_tasks(tasks: Sequence[Record]) -> list[Record]:
    """The tasks and, after them, their standby tasks: all that have ioFolders of their own."""
    standbys = [task["standbyTask"] for task in tasks if task.get("standbyTask")]
    return [*tasks, *(flat_tasks(standbys) if standbys else [])]


def _checked(catalogue: Catalogue, task: Mapping[str, Any], path: str, cluster: Record | None) -> Record:
    engine = _engine(catalogue, task, path)
    _require_allowed(engine, path, cluster)
    payload = _payload(task, path)
    preferences = _given(task.get("executionPreferences"))
    for name in COUNTS:
        require_count(preferences.get(name), f"{path}.executionPreferences.{name}")
    require_addresses(task.get("notificationUris"), f"{path}.notificationUris")
    if engine["_role"] == "chunk" and isinstance(payload, dict):
        _require_template(payload, path)
    url = payload.get("url") if isinstance(payload, dict) else None
    if engine["_role"] == "adapter" and not isinstance(url, str | None):
        raise invalid_input(f"{path}.payload.url must be text: the address of the media.")
    if engine["libraryRequired"] and not (isinstance(payload, dict) and payload.get("libraryId")):
        raise invalid_input(f"{path}.payload needs a libraryId: engine {engine['id']} works with a library.")
    standby = task.get("standbyTask")
    return {
        **task,
        "engineId": engine["id"],
        "payload": payload,
        "executionPreferences": {**DEFAULT_PREFERENCES, **preferences},
        "standbyTask": None if standby is None else _checked(catalogue, standby, f"{path}.standbyTask", cluster),
    }


def require_addresses(uris: Sequence[Any] | None, field: str) -> None:
    """Refuses webhooks that nobody could call.

    Raises:
        ApiError: invalid_input.
    """
    for place, uri in enumerate(uris or []):
        if uri is not None and not _is_address(uri):
            raise invalid_input(f"{field}[{place}] is '{uri}'; it must be an http or https address.", field=field)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where it is none
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and text.isprintable() and " " not in text


def require_media(tasks: Sequence[Record], catalogue: Catalogue) -> None:
    """Refuses an adapter without a url in a job whose TDO is new and empty: there is nothing to read.

    Raises:
        ApiError: invalid_input.
    """
    for place, task in enumerate(tasks):
        engine = catalogue.engine(task["engineId"])
        payload = task["payload"] if isinstance(task["payload"], dict) else {}
        if engine is not None and engine["_role"] == "adapter" and is_blank(payload.get("url")):
            raise invalid_input(f"tasks[{place}].payload has no url, and the new TDO of the job has no media to read.")


def _require_template(payload: Mapping[str, Any], path: str) -> None:
    template = payload.get("ffmpegTemplate")
    if template is not None and template not in TEMPLATES:
        raise invalid_input(f"{path}.payload.ffmpegTemplate must be one of: {', '.join(TEMPLATES)}.")
    if not isinstance(payload.get("customFFMPEGProperties"), dict | None):
        raise invalid_input(f"{path}.payload.customFFMPEGProperties must be an object.")
    given = payload.get("customFFMPEGTemplate")
    if template == CUSTOM and (is_blank(given) or not isinstance(given, str)):
        raise invalid_input(f"{path}.payload needs customFFMPEGTemplate with the ffmpegTemplate {CUSTOM}.")


def _given(values: Mapping[str, Any] | None) -> Record:
    """What is given of an input: null is the same as absent."""
    return {name: value for name, value in (values or {}).items() if value is not None}


def _engine(catalogue: Catalogue, task: Mapping[str, Any], path: str) -> Record:
    engine_id, task_type = task.get("engineId"), task.get("taskType")
    if engine_id is None and task_type is None:
        raise invalid_input(f"{path} names no engine: give engineId.")
    engine = catalogue.engine(str(engine_id)) if engine_id is not None else catalogue.engine_named(str(task_type))
    if engine is None:
        raise not_found("Engine", str(engine_id if engine_id is not None else task_type))
    return engine


def _require_allowed(engine: Record, path: str, cluster: Record | None) -> None:
    if cluster is None or cluster["bypassAllowedEngines"]:
        return
    allowed = cluster["allowedEngines"]
    if "all" not in allowed and engine["id"] not in allowed:
        raise invalid_input(
            f"{path}.engineId: engine {engine['id']} ({engine['name']}) is not among the allowedEngines of cluster "
            f"{cluster['id']}.",
            objectId=engine["id"],
            objectType="Engine",
        )


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON value")


def _payload(task: Mapping[str, Any], path: str) -> Any:
    text, payload = task.get("payloadString"), task.get("payload")
    if text is None:
        return payload
    if payload is not None:
        raise invalid_input(f"{path} has both payload and payloadString; give one of them.")
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise invalid_input(f"{path}.payloadString is not JSON: {error}.") from None
