"""``aiware validate``: is a job right, before anything is sent?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiware_resources.cli.framework.options import examples, json_option, variables_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.root import FAILED
from aiware_resources.cli.framework.session import Session
from aiware_resources.text.words import counted

if TYPE_CHECKING:
    from aiware_resources.cli.job_problems import Found


@click.command(
    epilog=examples(
        "aiware validate create-job.json",
        "aiware validate create-job.graphql --variables variables.json",
        "aiware validate create-job.yaml && aiware dag create-job.yaml",
        "aiware validate request.json --json | jq -r '.problems[].path'",
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@variables_option
@json_option("Print what is wrong as JSON, and errors as JSON on standard error.")
@click.pass_obj
def validate(session: Session, file: Path, variables: Mapping[str, Any], as_json: bool) -> None:
    """Validate the jobs in a file, offline.

    FILE is a createJob input as JSON or YAML, a GraphQL document with createJob, or a request with both; - for standard
    input. Each job is checked by
    what aiWARE's createJob takes, and by the rules of a task graph; of other operations in a GraphQL document the
    syntax and the variables are checked. Whether engines and TDOs exist is not: that takes aiWARE. Exit code 1 when
    something is wrong.
    """
    from aiware_resources.cli.job_problems import problems_of_file

    found = problems_of_file(file, variables)
    if as_json:
        print_json(_properties(file, found))
    else:
        for problem in found.problems:
            click.echo(f"{file}: {problem}")
        _summary(session, file, found)
    if found.problems:
        raise click.exceptions.Exit(FAILED)


def _properties(file: Path, found: Found) -> dict[str, Any]:
    return {
        "file": str(file),
        "valid": not found.problems,
        "jobs": found.jobs,
        "unknownVariables": found.unknown,
        "problems": [{"path": problem.path, "message": problem.reason} for problem in found.problems],
    }


def _summary(session: Session, file: Path, found: Found) -> None:
    for name in found.unknown:
        session.note(f"{file}: nothing is known of ${name}, nor of what it stands for; --variables gives it a value.")
    jobs = counted(found.jobs, "job")
    if found.problems:
        session.note(f"{counted(len(found.problems), 'problem')} in {jobs}.")
    elif found.jobs:
        click.echo(f"{file}: {jobs}, nothing wrong.")
    elif not found.unknown:
        click.echo(f"{file}: the syntax is right; there is no createJob in it, whose input could be validated.")
