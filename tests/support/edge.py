"""The translation job of "Working with Jobs" on aiWARE Edge: what it looks like there, and how a program writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "contracts" / "edge_translation_job.json"
"""The job as the document sends it; ids, which a client chooses, by what they stand for."""

ORGANIZATION_KEY = "internalOrganizationID"
IDS = frozenset(
    {
        "correlationTaskId",
        "correlationID",
        "taskChildId",
        "taskChildInputId",
        "taskParentId",
        "taskParentOutputId",
    }
)

PROGRAM = """
from aiware_resources.dag import Dag, engine, output_writer

once = {"max_engines": 1, "max_retries": 10}
translation = engine(
    engines.TRANSLATE_SPANISH_TO_ENGLISH,
    {"url": "https://vt-maxagg-test.s3.amazonaws.com/media/spanish.txt"},
    reads=None,
    execution_preferences={**once, "priority": -10, "due_date_time": "2020-02-18T20:49:18.331Z"},
)
writer = engine(
    engines.OUTPUT_WRITER,
    reads="chunk",
    writes=None,
    execution_preferences={**once, "due_date_time": "2020-02-14T20:49:18.331Z"},
)
graph = Dag(translation >> writer)
"""
"""The same job in a program."""


def golden() -> dict[str, Any]:
    """The document's request, with ids by their first appearance."""
    return named_by_place(json.loads(GOLDEN.read_text(encoding="utf-8")))


def named_by_place(request: Any) -> dict[str, Any]:
    """A request whose ids are replaced by numbers, in the order of their first appearance, and without organization.

    Two requests that differ in the choice of ids only are equal then.
    """
    numbers: dict[str, str] = {}

    def replaced(value: Any) -> Any:
        if isinstance(value, list):
            return [replaced(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {
            key: numbers.setdefault(item, f"id {len(numbers) + 1}") if key in IDS else replaced(item)
            for key, item in sorted(value.items())
            if key != ORGANIZATION_KEY
        }

    named: dict[str, Any] = replaced(request)
    return named


def ids_in(request: Any) -> set[str]:
    """The ids of tasks and folders in a request."""
    if isinstance(request, list):
        return {id_ for item in request for id_ in ids_in(item)}
    if not isinstance(request, dict):
        return set()
    own = {item for key, item in request.items() if key in IDS}
    return own.union(*(ids_in(item) for item in request.values()))
