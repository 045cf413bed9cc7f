"""Tasks as nodes of a graph, and whole graphs that are ready in `pipelines`."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aiware_resources import engines
from aiware_resources.cli.writing.layout import Call
from aiware_resources.dag import ExecutionPreferences
from aiware_resources.dag import Task as TaskModel
from aiware_resources.dag.nodes import AFTER_PARENT
from aiware_resources.jobs.records import engine_code
from aiware_resources.reconcile.naming import python_arguments

Props = Mapping[str, Any]

SECONDS = "chunkSizeInSeconds"
_PROPERTIES = "customFFMPEGProperties"
_TEMPLATE = "ffmpegTemplate"
_PLAIN = frozenset({"engineId", "payload", "ioFolders", "executionPreferences"})
"""What a task has that a node can say."""
_TAKEN = frozenset({"url", "engine_id", "name", "template", "from_tdo", "execution_preferences"})
"""Names of parameters, which a key of a payload must not have where it is a parameter too."""


@dataclass(frozen=True)
class Task:
    """A task of a graph.

    Attributes:
        written: Its properties under the API's names; values may be code.
        is_fed: Whether a route leads to it.
    """

    written: Props
    is_fed: bool

    @property
    def engine(self) -> Any:
        """Its engine."""
        return self.written.get("engineId")

    @property
    def payload(self) -> Any:
        """What the engine gets."""
        return self.written.get("payload")

    @cached_property
    def reads(self) -> Any:
        """The mode that it reads, where it reads."""
        return next((each.get("mode") for each in self._folders if each.get("type") == "input"), None)

    @cached_property
    def writes(self) -> Any:
        """The mode that it writes, where it writes."""
        return next((each.get("mode") for each in self._folders if each.get("type") == "output"), None)

    @cached_property
    def preferences(self) -> dict[str, Any] | None:
        """How it is run, under the library's names."""
        given = self.written.get("executionPreferences")
        return python_arguments(ExecutionPreferences, given) or None if isinstance(given, Mapping) else None

    @cached_property
    def is_node(self) -> bool:
        """Whether a node can say all of it: it has one folder of each kind, and nothing uncommon."""
        kinds = [each.get("type") for each in self._folders]
        is_plain = all(item is None or key in _PLAIN for key, item in self.written.items())
        return is_plain and len(kinds) == len(set(kinds)) and not any(each.get("options") for each in self._folders)

    @property
    def _folders(self) -> list[Props]:
        return self.written.get("ioFolders") or []


def node_of(task: Task) -> Call:
    """The node that a task is: one with a name of its own where there is one, else a task written by hand."""
    if not task.is_node:
        return Call("task", [python_task(task.written)])
    for nodes in (_adapters, _stores, _chunks, _collectors):
        for node in nodes(task):
            return node
    return _engine(task)


def python_task(task: Props) -> dict[str, Any]:
    """A task under the library's names, with the names of well-known engines."""
    written = python_arguments(TaskModel, task)
    if not written.get("io_folders"):
        written.pop("io_folders", None)
    inner: Any = written
    while isinstance(inner, dict):
        if "engine_id" in inner:
            inner["engine_id"] = engine_code(inner["engine_id"])
        inner = inner.get("standby_task")
    return written


def _adapters(task: Task) -> Iterator[Call]:
    if task.engine != engines.WEBSTREAM_ADAPTER or (task.reads, task.writes) != (None, "stream"):
        return
    if task.preferences is None:
        yield from _fetching(task.payload)


def _fetching(payload: Any) -> Iterator[Call]:
    """The adapter with a payload; without an address, it streams what the TDO holds."""
    if payload is None:
        yield Call("adapter")
    elif isinstance(payload, Mapping) and payload:
        more = {key: item for key, item in payload.items() if key != "url"}
        if _are_parameters(more):
            yield Call("adapter", [payload["url"]] if "url" in payload else [], more)


def _stores(task: Task) -> Iterator[Call]:
    names = {engines.PLAYBACK: "playback", engines.ASSET_CREATOR: "asset_creator"}
    if task.engine in names and (task.reads, task.writes) == ("stream", None) and not task.payload:
        yield Call(names[task.engine], named=_run_as(task.preferences, AFTER_PARENT))


def _chunks(task: Task) -> Iterator[Call]:
    payload = task.payload
    if task.engine != engines.CHUNK or task.writes != "chunk" or not isinstance(payload, Mapping):
        return
    custom = payload.get(_PROPERTIES, {})
    is_root = task.reads is None
    is_known = payload.keys() <= {_TEMPLATE, _PROPERTIES, "url"} and _TEMPLATE in payload
    is_custom = isinstance(custom, Mapping) and all(isinstance(each, str) for each in custom.values())
    if not (is_known and is_custom and _are_parameters(custom)) or (_PROPERTIES in payload and not custom):
        return
    if task.reads == "chunk" or ("url" in payload and not is_root):
        return
    run_as = {} if is_root else _run_as(task.preferences, AFTER_PARENT)
    if is_root and task.preferences is not None:
        return
    if "url" in payload:
        yield Call("chunk", [payload[_TEMPLATE]], {"url": payload["url"], **custom})
        return
    source = {"from_tdo": True} if is_root else {}
    if payload[_TEMPLATE] == "audio" and custom.keys() == {SECONDS} and _is_whole(custom[SECONDS]):
        yield Call("chunk_audio", named={"seconds": int(custom[SECONDS]), **source, **run_as})
    else:
        yield Call("chunk", [payload[_TEMPLATE]], {**source, **run_as, **custom})


def _collectors(task: Task) -> Iterator[Call]:
    if task.payload or task.reads != "chunk":
        return
    if task.engine == engines.OUTPUT_WRITER and task.writes is None:
        yield Call("output_writer", named=_run_as(task.preferences, None))
    if task.engine == engines.CHUNK_AGGREGATOR and task.writes == "chunk":
        yield Call("chunk_aggregator", named=_run_as(task.preferences, None))


def _engine(task: Task) -> Call:
    given = [engine_code(task.engine), *([task.payload] if task.payload is not None else [])]
    named: dict[str, Any] = {}
    if not task.is_fed:
        named["reads"] = task.reads
    if task.writes != "chunk":
        named["writes"] = task.writes
    return Call("engine", given, {**named, **_run_as(task.preferences, None)})


def _run_as(preferences: Props | None, usual: Props | None) -> dict[str, Any]:
    return {} if preferences == usual else {"execution_preferences": preferences}


def _are_parameters(payload: Props) -> bool:
    """Whether the keys of a payload can be names of parameters."""
    return all(
        isinstance(key, str) and key.isidentifier() and not keyword.iskeyword(key) and key not in _TAKEN
        for key in payload
    )


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and str(int(text)) == text


def ready_graphs(tasks: Sequence[Task]) -> Iterator[Call]:
    """The ready graphs that these tasks may be."""
    by_engine = {str(task.engine): task for task in tasks}
    rest = [task for task in tasks if task.engine not in _FURNITURE]
    if len(rest) != 1:
        return
    (task,) = rest
    url = _value(by_engine.get(engines.WEBSTREAM_ADAPTER), "url")
    seconds = _value(_value(by_engine.get(engines.CHUNK), _PROPERTIES), SECONDS)
    length = int(seconds) if isinstance(seconds, str) and _is_whole(seconds) else _CHUNK_SECONDS
    given = {"engine_id": task.engine, "chunk_seconds": length, "payload": task.payload}
    if engines.WEBSTREAM_ADAPTER in by_engine:
        source = [] if url is None else [url]
        yield _ready("transcription", source, given)
        yield _ready("stream_transcription", source, {"engine_id": task.engine, "payload": task.payload})
    if url is not None:
        yield Call("pipelines.text_file", [url, engine_code(task.engine)], _given({"payload": task.payload}, {}))
    elif isinstance(task.payload, Mapping) and "url" in task.payload:
        more = {key: item for key, item in task.payload.items() if key != "url"} or None
        yield _ready("translation", [task.payload["url"]], {"engine_id": task.engine, "payload": more})
    else:
        yield _ready("reprocess_transcription", [], given)


def graphs_in_turn(tasks: Sequence[Task]) -> Iterator[Call]:
    """The graphs that tasks without folders may be."""
    *before, last = tasks
    url = _value(before[0], "url") if before else None
    if isinstance(last.payload, Mapping) and "libraryId" in last.payload:
        more = {key: item for key, item in last.payload.items() if key not in ("libraryId", "mode")} or None
        given = [engine_code(last.engine), last.payload["libraryId"]]
        yield Call("pipelines.training", given, _given({"payload": more}, {}))
    if url is not None or not before:
        yield Call(
            "pipelines.one_engine",
            [engine_code(last.engine), *([] if url is None else [url])],
            _given({"payload": last.payload}, {}),
        )
    yield Call("Dag", [Call("in_turn", [_in_turn(task) for task in tasks])])


def _in_turn(task: Task) -> Call:
    stores = {
        engines.PLAYBACK: "playback",
        engines.ASSET_CREATOR: "asset_creator",
        engines.OUTPUT_WRITER: "output_writer",
    }
    if task.engine in stores and task.payload is None:
        return Call(stores[task.engine])
    if task.engine == engines.WEBSTREAM_ADAPTER:
        for node in _fetching(task.payload):
            return node
    return Call("engine", [engine_code(task.engine), *([] if task.payload is None else [task.payload])])


_FURNITURE = (engines.WEBSTREAM_ADAPTER, engines.PLAYBACK, engines.ASSET_CREATOR, engines.CHUNK, engines.OUTPUT_WRITER)
"""The engines around the one that a ready graph is for."""
_CHUNK_SECONDS = 20
_USUAL: Mapping[str, Any] = {
    "transcription": engines.SPEECHMATICS_ENGLISH,
    "reprocess_transcription": engines.SPEECHMATICS_ENGLISH,
    "stream_transcription": engines.GOOGLE_SPEECH_TO_TEXT,
    "translation": engines.TRANSLATE_SPANISH_TO_ENGLISH,
}


def _ready(name: str, given: Sequence[Any], named: Props) -> Call:
    return Call(f"pipelines.{name}", given, _given(named, {"engine_id": _USUAL[name], "chunk_seconds": _CHUNK_SECONDS}))


def _given(named: Props, usual: Props) -> dict[str, Any]:
    """Arguments without those that have their usual values."""
    written = {key: item for key, item in named.items() if item is not None and item != usual.get(key)}
    return {key: engine_code(item) if key == "engine_id" else item for key, item in written.items()}


def _value(task: Any, key: str) -> Any:
    payload = task.payload if isinstance(task, Task) else task
    return payload.get(key) if isinstance(payload, Mapping) else None
