"""Previews made up for a test, in the shape that the engine prints."""

from __future__ import annotations

import json
from typing import Any

from aiware_resources.report import Report, build, parse

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
STACK = "urn:pulumi:dev::studio::pulumi:pulumi:Stack::studio-dev"


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::studio::pulumi-python:dynamic/aiware:{kind}::{name}"


def state(kind: str, properties: dict[str, Any], id_: str = "", **facts: Any) -> dict[str, Any]:
    """A resource on one side of a step; facts are outputs beside the inputs, or camelCase facts of the engine."""
    engine: dict[str, Any] = {key: facts.pop(key) for key in ("retainOnDelete", "propertyDependencies") if key in facts}
    return {
        "type": f"pulumi-python:dynamic/aiware:{kind}",
        "custom": True,
        "id": id_,
        "inputs": {"__provider": "gASVsecret", **properties},
        "outputs": {"__provider": "gASVsecret", **properties, **facts},
        **engine,
    }


def step(
    op: str, kind: str, name: str, old: dict[str, Any] | None = None, new: dict[str, Any] | None = None
) -> dict[str, Any]:
    sides = {"oldState": old, "newState": new}
    return {"op": op, "urn": urn(kind, name), **{key: side for key, side in sides.items() if side is not None}}


def printed(*steps: dict[str, Any], diagnostics: list[dict[str, Any]] | None = None) -> str:
    """What the engine prints."""
    return json.dumps({"steps": list(steps), "diagnostics": diagnostics or [], "changeSummary": {"same": 0}})


def report(*steps: dict[str, Any], diagnostics: list[dict[str, Any]] | None = None) -> Report:
    return build(parse(printed(*steps, diagnostics=diagnostics)))


def update(kind: str, old: dict[str, Any], new: dict[str, Any], name: str = "it", **facts: Any) -> Report:
    """The report of one update in place."""
    return report(step("update", kind, name, state(kind, old, "1", **facts), state(kind, new)))
