"""The same program on another Edge than the local one, by the real engine: documents that come late, jobs that lag."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aiware_resources import engines
from tests.support import edge as seed
from tests.support.other_edge import DOCUMENT, OtherEdge
from tests.support.project import Project

PROGRAM = (
    seed.PROGRAM
    + """
job = Job("translation", dag=graph{more})
pulumi.export("files", job.result_files)
"""
)
WITH_RESULTS = ', results_to="out", timeout={timeout}'
TWO = (
    seed.PROGRAM
    + """
for name in ("good", "odd"):
    Job(name, dag=graph, results_to=f"out/{name}", job_config={"name": name})
"""
)


@pytest.fixture
def edge(project: Project) -> Iterator[OtherEdge]:
    with OtherEdge(job_seconds=1) as running:
        project.config(**{key.replace(":", "__"): value for key, value in running.config.items()})
        yield running


def declared(timeout: float | None) -> str:
    return PROGRAM.replace("{more}", "" if timeout is None else WITH_RESULTS.format(timeout=timeout))


def written(project: Project) -> dict[str, Any]:
    folder = project.folder / "out"
    return {str(path.relative_to(folder)): json.loads(path.read_text()) for path in folder.rglob("[!.]*.json")}


def test_a_document_that_is_listed_late_is_waited_for(project: Project, edge: OtherEdge) -> None:
    edge.documents_after = 4
    project.program(declared(timeout=200) + 'pulumi.export("results", job.results().apply(len))')
    output = project.up().output
    assert "complete, no document listed yet" in output
    assert project.outputs()["results"] == 1
    name = f"{engines.TRANSLATE_SPANISH_TO_ENGLISH}.json"
    assert written(project) == {name: DOCUMENT}
    assert [Path(file["path"]).name for file in project.outputs()["files"]] == [name]
    assert project.preview() == {}
    assert edge.count("POST /create") == 1


def test_a_document_that_is_never_listed_fails_by_name(project: Project, edge: OtherEdge) -> None:
    edge.documents_after = None
    project.program(declared(timeout=6))
    output = project.up(fails=True).output
    (id_,) = edge.jobs
    assert f"result of job {id_} was not finished within 6 s; last seen: complete, no document listed yet" in output
    assert "translation" in output
    assert written(project) == {}

    # A job that nobody asked a file of is complete, and the run says what is odd about it.
    project.program(declared(timeout=None))
    output = project.up().output
    assert f"job {id_} is complete and has an output writer, and aiWARE lists no document of it yet" in output
    assert edge.count("POST /create") == 1


@pytest.mark.parametrize("list_lag", [0, 4])
def test_a_job_that_cannot_be_read_at_first_is_waited_for_and_not_submitted_again(
    project: Project, edge: OtherEdge, list_lag: float
) -> None:
    """The list shows it meanwhile, or nothing does."""
    edge.lag = edge.job_seconds = 4
    edge.list_lag = list_lag
    project.config(aiware__notFoundGrace="100")
    project.program(declared(timeout=200))
    project.up()
    assert len(written(project)) == 1
    assert edge.count("POST /create") == 1
    (id_,) = edge.jobs
    assert project.state()["Job translation"]["id"] == id_


def test_a_document_that_cannot_be_read_fails_its_job_only(project: Project, edge: OtherEdge) -> None:
    project.program(TWO)
    edge.spoilt = "odd"
    output = project.up(fails=True).output
    assert "is not JSON, though its name says so" in output
    assert list(written(project)) == [f"good/{engines.TRANSLATE_SPANISH_TO_ENGLISH}.json"]
    assert "Traceback" not in output
