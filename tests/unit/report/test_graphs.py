"""Which graphs are drawn, and what is marked in them."""

from __future__ import annotations

from typing import Any

from aiware_resources.dag.mermaid import mermaid
from aiware_resources.dag.svg import svg
from aiware_resources.report import Report
from tests.unit.report.made import report, state, step


def task(engine: str, name: str, **more: Any) -> dict[str, Any]:
    folders = [{"referenceId": f"{name}-{type_}", "type": type_, "mode": "stream"} for type_ in ("input", "output")]
    return {"engineId": engine, "ioFolders": folders, **more}


def route(parent: str, child: str) -> dict[str, str]:
    return {"parentIoFolderReferenceId": f"{parent}-output", "childIoFolderReferenceId": f"{child}-input"}


OLD = {
    "targetId": "1",
    "tasks": [task("a", "a"), task("b", "b"), task("c", "c")],
    "routes": [route("a", "b"), route("b", "c")],
}


def marks(new: dict[str, Any]) -> dict[str, str]:
    """The mark of each box that has one, by its label."""
    made = report(step("replace", "Job", "j", state("Job", OLD, "7"), state("Job", new)))
    if not made.graphs:
        return {}
    (graph,) = made.graphs
    return {box: mark for index, box in enumerate(graph.drawing.boxes) if (mark := graph.drawing.mark(index))}


def test_a_graph_that_stays_is_not_drawn() -> None:
    renamed = {
        "targetId": "2",
        "tasks": [task("a", "x"), task("b", "y"), task("c", "z")],
        "routes": [route("x", "y"), route("y", "z")],
    }
    assert marks(renamed) == {}


def test_a_task_that_changes() -> None:
    tasks = [task("a", "a"), task("b", "b", payload={"n": 1}), task("c", "c")]
    assert marks(OLD | {"tasks": tasks}) == {"b": "changed"}


def test_a_task_that_comes_and_one_that_goes() -> None:
    tasks = [task("a", "a"), task("d", "b"), task("c", "c")]
    assert marks(OLD | {"tasks": tasks}) == {"b": "removed", "d": "added", "c": "changed"}


def test_a_task_that_is_fed_otherwise() -> None:
    assert marks(OLD | {"routes": [route("a", "b"), route("a", "c")]}) == {"c": "changed"}


def _new(*names: str) -> Report:
    return report(*(step("create", "Job", name, new=state("Job", OLD)) for name in names))


def test_jobs_with_the_same_graph_share_one() -> None:
    (graph,) = _new("x", "y", "z").graphs
    assert (graph.names, graph.is_new, graph.drawing.marks) == (("x", "y", "z"), True, ())


def test_pictures_color_what_is_marked() -> None:
    made = report(
        step(
            "update",
            "Job",
            "j",
            state("Job", OLD, "7"),
            state("Job", OLD | {"tasks": [task("a", "a"), task("d", "b")]}),
        )
    )
    (graph,) = made.graphs
    drawn = mermaid([graph.drawing])
    assert 't1["d"]:::added' in drawn
    assert "classDef added fill:#dafbe1" in drawn
    assert "classDef changed" not in drawn
    assert "fill: #dafbe1" in svg([graph.drawing])
    assert "classDef" not in mermaid([_new("x").graphs[0].drawing])


def test_a_single_engine_job_is_one_box() -> None:
    made = report(
        step("create", "SingleEngineJob", "s", new=state("SingleEngineJob", {"engineId": "e", "targetId": "1"}))
    )
    assert made.graphs[0].drawing.boxes == ("e",)


def test_an_adopted_job_draws_none() -> None:
    made = report(step("create", "Job", "j", new=state("Job", OLD | {"adopt": "7"})))
    assert made.graphs == ()
    assert made.jobs_to_run == 0
