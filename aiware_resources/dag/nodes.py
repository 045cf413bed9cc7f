"""The nodes that a task graph is made of: adapters, what stores and cuts media, engines, writers."""

from __future__ import annotations

from typing import Any, Literal

import pulumi

from aiware_resources import engines
from aiware_resources.dag.build import ANY, Chain, Node, written_folders
from aiware_resources.dag.model import ExecutionPreferencesArgs, Mode, TaskArgs

AFTER_PARENT: ExecutionPreferencesArgs = {"parent_complete_before_starting": True}


def adapter(
    url: pulumi.Input[str] | None = None,
    *,
    engine_id: str = engines.WEBSTREAM_ADAPTER,
    name: str = "adapter",
    **payload: Any,
) -> Node:
    """A webstream adapter: fetches a recording and streams it.

    Args:
        url: Where the recording is; without it, the adapter streams the primary media of the job's TDO.
        engine_id: Another adapter.
        name: What its folder is named after.
        payload: What else the adapter takes.
    """
    if url is not None:
        payload = {"url": url, **payload}
    return Node(name, engine_id, reads=None, writes="stream", payload=payload or None)


def playback(*, name: str = "playback", execution_preferences: ExecutionPreferencesArgs | None = AFTER_PARENT) -> Node:
    """The playback engine: stores playable segments of a stream in the TDO.

    Args:
        name: What its folder is named after.
        execution_preferences: How it is run; by default once its parent is complete.
    """
    preferences = execution_preferences
    return Node(name, engines.PLAYBACK, reads="stream", writes=None, execution_preferences=preferences)


def asset_creator(
    *, name: str = "asset", execution_preferences: ExecutionPreferencesArgs | None = AFTER_PARENT
) -> Node:
    """The asset creator: stores a stream in the TDO as one asset.

    Args:
        name: What its folder is named after.
        execution_preferences: How it is run; by default once its parent is complete.
    """
    preferences = execution_preferences
    return Node(name, engines.ASSET_CREATOR, reads="stream", writes=None, execution_preferences=preferences)


def chunk(
    template: str,
    *,
    url: pulumi.Input[str] | None = None,
    from_tdo: bool = False,
    name: str = "chunk",
    execution_preferences: ExecutionPreferencesArgs | None = AFTER_PARENT,
    **properties: Any,
) -> Node:
    """The chunk engine: cuts a stream, the media at a URL, or what the TDO holds into pieces.

    Args:
        template: ``audio``, ``video``, ``frame``, ``rawchunk`` (as it is, for documents and images) or ``custom``.
        url: Where the media is, instead of a stream.
        from_tdo: Whether it takes the media that the TDO holds already, instead of a stream.
        name: What its folders are named after.
        execution_preferences: How it is run; by default once its parent is complete.
        properties: Custom ffmpeg properties, such as ``chunkSizeInSeconds``.
    """
    payload: dict[str, Any] = {} if url is None else {"url": url}
    payload["ffmpegTemplate"] = template
    if properties:
        # The engine takes every custom ffmpeg property as text.
        payload["customFFMPEGProperties"] = {key: str(value) for key, value in properties.items()}
    is_root = from_tdo or url is not None
    preferences = None if is_root else execution_preferences
    reads: Mode | None = None if is_root else "stream"
    return Node(name, engines.CHUNK, reads, "chunk", payload=payload, execution_preferences=preferences)


def chunk_audio(
    *,
    seconds: int = 20,
    from_tdo: bool = False,
    name: str = "chunk",
    execution_preferences: ExecutionPreferencesArgs | None = AFTER_PARENT,
) -> Node:
    """The chunk engine with its audio template: cuts the sound of a stream into pieces.

    Args:
        seconds: Length of a piece.
        from_tdo: Whether it takes the media that the TDO holds already, instead of a stream.
        name: What its folders are named after.
        execution_preferences: How it is run; by default once its parent is complete.
    """
    preferences = execution_preferences
    return chunk("audio", from_tdo=from_tdo, name=name, execution_preferences=preferences, chunkSizeInSeconds=seconds)


def engine(
    engine_id: pulumi.Input[str],
    payload: pulumi.Input[Any] = None,
    *,
    reads: Mode | Literal["any"] | None = ANY,
    writes: Mode | None = "chunk",
    name: str = "engine",
    execution_preferences: ExecutionPreferencesArgs | None = None,
) -> Node:
    """Any engine.

    Args:
        engine_id: The engine.
        payload: What it gets.
        reads: The mode that it reads; by default that of its parents. ``None`` for no input.
        writes: The mode that it writes; ``None`` for no output.
        name: What its folders are named after.
        execution_preferences: How it is run.
    """
    return Node(name, engine_id, reads, writes, payload, execution_preferences)


def chunk_aggregator(
    *, name: str = "aggregator", execution_preferences: ExecutionPreferencesArgs | None = None
) -> Node:
    """The chunk aggregator: joins the vtn-standard files of the engines before it into one.

    Args:
        name: What its folders are named after.
        execution_preferences: How it is run.
    """
    preferences = execution_preferences
    return Node(name, engines.CHUNK_AGGREGATOR, reads="chunk", writes="chunk", execution_preferences=preferences)


def output_writer(*, name: str = "writer", execution_preferences: ExecutionPreferencesArgs | None = None) -> Node:
    """The output writer: collects vtn-standard results into the TDO; the last task of most jobs.

    Args:
        name: What its folder is named after.
        execution_preferences: How it is run.
    """
    preferences = execution_preferences
    return Node(name, engines.OUTPUT_WRITER, reads="chunk", writes=None, execution_preferences=preferences)


def in_turn(*nodes: Node) -> Chain:
    """Tasks without folders and routes: they work one after another on the TDO's media.

    An adapter stores what it fetches in the TDO, and the tasks after it read it there.

    Args:
        nodes: The tasks, in the order in which they work. Nothing can be joined to them.
    """
    plain = tuple(node.without_folders() for node in nodes)
    return Chain(plain, (), plain, plain)


def task(written: TaskArgs, *, name: str = "task") -> Node:
    """A task written by hand, to be joined with others by its own folders.

    Args:
        written: The task; its folders need plain values for mode and type.
        name: What errors call it.
    """
    modes: dict[str, Mode] = {}
    for folder in written_folders(written):
        modes.setdefault(str(folder.get("type")), folder["mode"])  # type: ignore[arg-type]  # plain, as documented
    return Node(name, written.get("engine_id", ""), modes.get("input"), modes.get("output"), written=written)
