"""A job's properties as Pulumi gets them, for resources that are no jobs of this library."""

from __future__ import annotations

from typing import Any

from aiware_resources.dag import Dag, Route, Task
from aiware_resources.reconcile.naming import api_properties


def plain(graph: Dag) -> dict[str, Any]:
    """The tasks and routes of a graph under the API's names."""
    return {
        "tasks": [api_properties(Task, task) for task in graph.tasks],
        "routes": [api_properties(Route, route) for route in graph.routes],
    }
