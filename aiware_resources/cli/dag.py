"""``aiware dag``: a picture of a task graph."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiware_resources.cli.framework.options import (
    OUTPUT_FILE,
    examples,
    json_option,
    stack_option,
    variables_option,
)
from aiware_resources.cli.framework.session import Session
from aiware_resources.errors import GraphError

if TYPE_CHECKING:
    from aiware_resources.cli.offline import Declared
    from aiware_resources.dag.drawing import Drawing

JOB = "aiware:Job"
SINGLE_ENGINE_JOB = "aiware:SingleEngineJob"
UNKNOWN_TASK: dict[str, str] = {}
"""Stands for tasks that are not known yet."""


@click.command(
    epilog=examples(
        "aiware dag create-job.json",
        "aiware -s prod dag . --svg -o prod.svg",
        "aiware dag __main__.py --json",
    )
)
@click.argument("file", type=click.Path(exists=True, allow_dash=True, path_type=Path))
@variables_option
@click.option("--svg", "as_svg", is_flag=True, help="Draw an SVG picture instead of a Mermaid flowchart.")
@click.option("-o", "--output", type=OUTPUT_FILE, help="Write here, not to the screen.")
@json_option("Print boxes and arrows as JSON instead of a picture, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def dag(
    session: Session, file: Path, variables: Mapping[str, Any], as_svg: bool, output: Path | None, as_json: bool
) -> None:
    """Draw the tasks and routes of jobs.

    FILE is a createJob input as JSON or YAML, a GraphQL document with createJob, an Edge request, a Pulumi program (a
    Python file) or the folder of a Pulumi project; - for standard input. A program is run without Pulumi and without
    aiWARE; `aiware --stack NAME dag FILE` gives it the configuration of that stack, otherwise it gets that of the stack
    local.
    """
    if as_svg and as_json:
        raise click.UsageError("--svg and --json exclude each other.")
    from aiware_resources.cli.job_files import drawings_of_file
    from aiware_resources.dag.mermaid import mermaid
    from aiware_resources.dag.svg import svg

    is_program = file.is_dir() or file.suffix == ".py"
    drawings = _drawings(file, session.stack) if is_program else drawings_of_file(file, variables)
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


def _drawings(program: Path, stack: str | None) -> list[Drawing]:
    from aiware_resources.cli.offline import declared_by

    drawings = [_drawing(each) for each in declared_by(program, stack) if each.kind.endswith((JOB, SINGLE_ENGINE_JOB))]
    if not drawings:
        raise GraphError(f"{program} declares no job.", remedy="Only jobs have a task graph to draw.")
    return drawings


def _drawing(job: Declared) -> Drawing:
    from aiware_resources.dag.drawing import draw

    if job.kind.endswith(SINGLE_ENGINE_JOB):
        # The tasks around the engine are those of its template, which aiWARE has.
        return draw([job.properties], [], job.name)
    return draw(job.properties.get("tasks") or [UNKNOWN_TASK], job.properties.get("routes"), job.name)


def _counted(drawings: list[Drawing]) -> str:
    return "the graph of 1 job" if len(drawings) == 1 else f"the graphs of {len(drawings)} jobs"
