"""``aiware convert``: a program for jobs that are written down elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiware_resources.cli.framework.options import (
    OUTPUT_FILE,
    WRITTEN_JOBS,
    examples,
    json_option,
    variables_option,
)
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.session import Session
from aiware_resources.errors import GraphError
from aiware_resources.text.words import counted

if TYPE_CHECKING:
    from aiware_resources.cli.documents import FoundJob
    from aiware_resources.cli.documents.graphql import Given


@click.command(
    epilog=examples(
        "aiware convert create-job.graphql -o __main__.py",
        "aiware convert request.json edge-job.json",
        "aiware convert create-job.graphql --variables variables.json | tee __main__.py",
    )
)
@click.argument("files", type=WRITTEN_JOBS, nargs=-1, required=True, metavar="FILE...")
@variables_option
@click.option("-o", "--output", type=OUTPUT_FILE, help="Write to this new file, not to the screen.")
@json_option("Print JSON: the resources, remarks, and the program as text; errors as JSON on standard error.")
@click.pass_obj
def convert(
    session: Session, files: tuple[Path, ...], variables: Given | None, output: Path | None, as_json: bool
) -> None:
    """Convert jobs in files into a program.

    FILE is a createJob input as JSON or YAML, a GraphQL document with createJob or launchSingleEngineJob, a request
    with both, a request of aiWARE Edge, or a folder with such files; - for standard input. The program declares the
    same jobs, ready for `pulumi preview`. Values that variables of a document do not have are read from the stack's
    configuration, and so is what may be a secret. Nothing is asked of aiWARE. Exit code 1 when a job is wrong, as
    `aiware validate` says.
    """
    from aiware_resources.cli.conversion import convert as converted

    if output is not None and output.exists():
        raise click.UsageError(f"{output} is there already, and may be somebody's work: name a new file.")
    program = converted(_jobs(files, variables))
    if output is not None:
        output.write_text(program.source, encoding="utf-8")
    if as_json:
        print_json(
            {
                "jobs": [{"type": kind, "name": name} for kind, name in program.jobs],
                "notes": [{"job": name, "message": note} for name, note in program.notes],
                "program": program.source,
            }
        )
    elif output is None:
        click.echo(program.source, nl=False)
    for name, note in program.notes:
        session.note(f"{name}: {note}")
    if output is not None:
        session.note(f"Wrote {counted(len(program.jobs), 'job')} to {output}.")


def _jobs(files: tuple[Path, ...], variables: Given | None) -> list[FoundJob]:
    """The jobs in files.

    Raises:
        GraphError: There is none, a file is a program already, or one is wrong.
    """
    from aiware_resources.cli.conversion import Refused, stand_in
    from aiware_resources.cli.documents import Wanted, documents
    from aiware_resources.cli.documents.files import is_program
    from aiware_resources.cli.documents.reading import REMEDY

    for file in files:
        if is_program(file):
            raise GraphError(f"{file} is a program already.", remedy="Name what is to be converted into one.")
    found = [document for document in documents(Wanted(files, variables, stand=stand_in)) if not document.is_program]
    problems = [problem for document in found for problem in document.problems]
    if problems:
        raise Refused(problems)
    jobs = [job for document in found for job in document.jobs]
    if jobs:
        return jobs
    if any(document.open for document in found):
        raise GraphError(
            f"{files[0]}: the input of createJob is a variable whose value is not in the file.",
            remedy='Give --variables, the whole request as JSON, {"query": ..., "variables": ...}, or the input.',
        )
    raise GraphError(f"{files[0]} describes no job.", remedy=REMEDY)
