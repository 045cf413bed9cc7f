"""A job's task graph: building, validating and drawing it."""

from __future__ import annotations

from aiware_resources.dag.build import Dag, Node, adapter, chunk_audio, engine, output_writer, playback, task
from aiware_resources.dag.canonical import canonical_graph
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
from aiware_resources.dag.problems import problems

__all__ = [
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
    "canonical_graph",
    "chunk_audio",
    "engine",
    "output_writer",
    "playback",
    "problems",
    "task",
]
