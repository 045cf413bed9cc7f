"""The report as JSON, for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pulumi.output import Unknown

from aiware_resources.dag.mermaid import mermaid
from aiware_resources.reconcile.compare import Absent
from aiware_resources.reconcile.entity import PropertyChange
from aiware_resources.report.estimate import of_rows
from aiware_resources.report.model import Change, Drifted, Graph, KeptFailure, Report, Row
from aiware_resources.report.sentence import sentence
from aiware_resources.report.values import plain

PLACES = 4
"""Decimal places of minutes and amounts."""


def as_json(report: Report) -> str:
    """Writes the report as JSON; its keys are described in docs/pull-requests.md."""
    content = {
        "summary": sentence(report),
        "project": report.project,
        "stack": report.stack,
        "succeeded": not report.errors,
        "jobsToRun": report.jobs_to_run,
        **_estimate(report),
        "effects": [
            {"effect": verb.value, "kind": noun, "count": count}
            for (verb, noun), count in sorted(report.effects.items(), key=str)
        ],
        "rows": [_row(row, report.currency) for row in report.rows],
        "origin": _filled(
            {
                "commit": report.origin.commit,
                "commitUrl": report.origin.commit_url,
                "run": report.origin.run,
                "runUrl": report.origin.run_url,
            }
        ),
        "changes": [_change(change) for change in report.changes],
        "drift": drift_json(report.drift),
        "driftKnown": report.refreshed,
        "keptFailures": [each.name for each in report.kept_failures],
        "keptFailureDetails": kept_json(report.kept_failures),
        "graphs": [_graph(graph) for graph in report.graphs],
        "errors": list(report.errors),
        "warnings": list(report.warnings),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def drift_json(drift: Sequence[Drifted]) -> list[dict[str, Any]]:
    """What has drifted, as plain values."""
    return [
        {
            "type": each.type,
            "name": each.name,
            "id": each.id,
            "what": each.what,
            "properties": [
                _filled(
                    {"path": found.path, **_sides(found.recorded, found.live, "recorded", "live"), "then": found.then}
                )
                for found in each.properties
            ],
            **_filled({"then": each.then}),
        }
        for each in drift
    ]


def kept_json(kept: Sequence[KeptFailure]) -> list[dict[str, Any]]:
    """What has failed and stays so, as plain values."""
    return [
        {
            "type": each.type,
            "name": each.name,
            "id": each.id,
            "reason": each.reason,
            "failsUpdate": each.fails_update,
        }
        for each in kept
    ]


def _change(change: Change) -> dict[str, Any]:
    return {
        "type": change.type,
        "name": change.name,
        **_filled({"id": change.id}),
        "urn": change.urn,
        "action": change.action,
        "destroys": change.destroys,
        "isRepairOfDrift": change.is_repair,
        "says": change.says,
        "effects": [{"effect": each.verb.value, "kind": each.noun, "count": each.count} for each in change.effects],
        "properties": [_property(each) for each in change.properties],
        "notKnown": [_filled({"path": each.path, "reason": each.reason}) for each in change.not_known],
        "notes": list(change.notes),
    }


def _row(row: Row, currency: str) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.noun,
        **_filled({"address": row.address, "fleet": row.fleet}),
        "action": row.action,
        "destroys": row.destroys,
        "says": list(row.says),
        "because": [
            {"words": each.words, **(_property(each.change) if each.change is not None else {})} for each in row.because
        ],
        "urns": [each.urn for each in row.changes],
        "jobsToRun": len(row.runs),
        **_of_row(row, currency),
    }


def _of_row(row: Row, currency: str) -> dict[str, Any]:
    """Length and cost of a row's jobs; null where that of one is not known."""
    found = of_rows([row], currency)
    minutes = {"mediaMinutes": None if found.unknown_minutes else round(found.minutes, PLACES)} if row.runs else {}
    cost = {"cost": None if found.unknown_cost else float(round(found.cost, PLACES))} if row.runs and currency else {}
    return minutes | cost


def _estimate(report: Report) -> dict[str, Any]:
    found = report.estimate
    if found is None:
        return {}
    cost = {
        "cost": float(round(found.cost, PLACES)),
        "jobsOfUnknownCost": found.unknown_cost,
        "currency": found.currency,
    }
    minutes = {"mediaMinutes": round(found.minutes, PLACES), "jobsOfUnknownLength": found.unknown_minutes}
    return {"estimate": {**minutes, **(cost if found.currency else {})}}


def _property(change: PropertyChange) -> dict[str, Any]:
    return {"path": change.path, **_sides(change.old, change.new, "old", "new"), **_filled({"note": change.note})}


def _sides(old: Any, new: Any, before: str, after: str) -> dict[str, Any]:
    """Both sides; one that is not there is left out, one that is not known yet is named."""
    sides = {before: old, after: new}
    known = {key: plain(value) for key, value in sides.items() if not isinstance(value, Absent | Unknown)}
    return known | ({"isKnown": False} if isinstance(new, Unknown) else {})


def _graph(graph: Graph) -> dict[str, Any]:
    return {"jobs": list(graph.names), "isNew": graph.is_new, "mermaid": mermaid([graph.drawing])}


def _filled(content: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if value != ""}
