"""``aiware dag``: a picture of a task graph."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiware_resources.cli.framework.options import (
    OUTPUT_FILE,
    WRITTEN_JOBS,
    examples,
    json_option,
    stack_option,
    variables_option,
)
from aiware_resources.cli.framework.session import Session
from aiware_resources.errors import GraphError
from aiware_resources.text.words import counted

if TYPE_CHECKING:
    from aiware_resources.cli.documents import Document, FoundJob
    from aiware_resources.cli.documents.graphql import Given
    from aiware_resources.dag.drawing import Drawing

UNKNOWN_TASK: dict[str, str] = {}
"""Stands for tasks that are not known yet."""


@click.command(
    epilog=examples(
        "aiware dag create-job.json",
        "aiware -s prod dag . --svg -o prod.svg",
        "aiware dag __main__.py edge-job.json --json",
    )
)
@click.argument("files", type=WRITTEN_JOBS, nargs=-1, required=True, metavar="FILE...")
@variables_option
@click.option("--svg", "as_svg", is_flag=True, help="Draw an SVG picture instead of a Mermaid flowchart.")
@click.option("-o", "--output", type=OUTPUT_FILE, help="Write here, not to the screen.")
@json_option("Print boxes and arrows as JSON instead of a picture, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def dag(
    session: Session,
    files: tuple[Path, ...],
    variables: Given | None,
    as_svg: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    """Draw the tasks and routes of jobs.

    FILE is a createJob input as JSON or YAML, a GraphQL document with createJob or launchSingleEngineJob, a request
    with both, a request of aiWARE Edge, a Pulumi program (a Python file, or the folder of a project), or a folder with
    such files; - for standard input. A program is run without Pulumi and without aiWARE; `aiware --stack NAME dag FILE`
    gives it the configuration of that stack, otherwise it gets that of the stack local.
    """
    if as_svg and as_json:
        raise click.UsageError("--svg and --json exclude each other.")
    from aiware_resources.cli.documents import Wanted, documents
    from aiware_resources.dag.mermaid import mermaid
    from aiware_resources.dag.svg import svg

    drawings = _drawings(list(documents(Wanted(files, variables, session.stack))))
    for drawing in drawings:
        for index in drawing.loose:
            session.note(
                f"Warning: {drawing.title}: routes[{index}] joins no two folders that are known; it is not drawn."
            )
    picture = _json(drawings) if as_json else svg(drawings) if as_svg else mermaid(drawings)
    if output is None:
        click.echo(picture, nl=False)
        return
    output.write_text(picture, encoding="utf-8")
    session.note(f"Drew {_counted(drawings)} to {output}.")


def _json(drawings: Sequence[Drawing]) -> str:
    graphs = [
        {"title": drawing.title, "tasks": drawing.boxes, "routes": [vars(arrow) for arrow in drawing.arrows]}
        for drawing in drawings
    ]
    return json.dumps(graphs, indent=2, ensure_ascii=False) + "\n"


def _drawings(found: Sequence[Document]) -> list[Drawing]:
    """The graphs of the jobs in files; of a fleet there is none to draw.

    Raises:
        GraphError: There is no job.
    """
    drawings = [_drawing(job) for document in found for job in document.jobs if job.kind != "job fleet"]
    if drawings:
        return drawings
    file = found[0].file
    if any(document.open for document in found):
        raise GraphError(
            f"{file}: the input of createJob is a variable whose value is not in the file.",
            remedy='Give --variables, the whole request as JSON, {"query": ..., "variables": ...}, or the input.',
        )
    if found[0].is_program:
        raise GraphError(f"{file} declares no job.", remedy="Only jobs have a task graph to draw.")
    from aiware_resources.cli.documents.reading import REMEDY

    raise GraphError(f"{file} describes no job.", remedy=REMEDY)


def _drawing(job: FoundJob) -> Drawing:
    from aiware_resources.cli.documents.edge import as_cloud_job
    from aiware_resources.dag.drawing import draw

    if job.kind == "single-engine job":
        # The tasks around the engine are those of its template, which aiWARE has.
        return draw([job.properties], [], job.name)
    properties = as_cloud_job(job.properties) if job.kind == "Edge job" else job.properties
    return draw(_listed(properties.get("tasks")) or [UNKNOWN_TASK], _listed(properties.get("routes")), job.name)


def _listed(value: Any) -> list[Any]:
    """A list, or the records of a page, as aiWARE answers them."""
    records = value.get("records") if isinstance(value, Mapping) else value
    return records if isinstance(records, list) else []


def _counted(drawings: list[Drawing]) -> str:
    return f"the graph{'' if len(drawings) == 1 else 's'} of {counted(len(drawings), 'job')}"
