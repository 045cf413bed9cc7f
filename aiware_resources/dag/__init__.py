"""A job's task graph: building, validating and drawing it."""

from __future__ import annotations

from aiware_resources.dag.build import Dag, Node
from aiware_resources.dag.canonical import RUNNING, canonical_graph, graph_by_place, graphs_side_by_side
from aiware_resources.dag.model import (
    ExecutionPreferences,
    ExecutionPreferencesArgs,
    IoFolder,
    IoFolderArgs,
    Mode,
    Route,
    RouteArgs,
    Task,
    TaskArgs,
)
from aiware_resources.dag.nodes import (
    adapter,
    asset_creator,
    chunk,
    chunk_aggregator,
    chunk_audio,
    engine,
    in_turn,
    output_writer,
    playback,
    task,
)
from aiware_resources.dag.problems import problems, standby_problems, unfed

__all__ = [
    "RUNNING",
    "Dag",
    "ExecutionPreferences",
    "ExecutionPreferencesArgs",
    "IoFolder",
    "IoFolderArgs",
    "Mode",
    "Node",
    "Route",
    "RouteArgs",
    "Task",
    "TaskArgs",
    "adapter",
    "asset_creator",
    "canonical_graph",
    "chunk",
    "chunk_aggregator",
    "chunk_audio",
    "engine",
    "graph_by_place",
    "graphs_side_by_side",
    "in_turn",
    "output_writer",
    "playback",
    "problems",
    "standby_problems",
    "task",
    "unfed",
]
