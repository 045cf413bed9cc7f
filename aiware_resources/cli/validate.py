"""``aiware validate``: are jobs right, before anything is sent?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiware_resources.cli.framework.options import (
    WRITTEN_JOBS,
    examples,
    json_option,
    stack_option,
    variables_option,
)
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.root import FAILED
from aiware_resources.cli.framework.session import Session
from aiware_resources.text.words import counted

if TYPE_CHECKING:
    from aiware_resources.cli.documents import Document, FoundProblem
    from aiware_resources.cli.documents.graphql import Given

_NAMED = 10
"""So many jobs of a file are named."""


@click.command(
    epilog=examples(
        "aiware validate create-job.json",
        "aiware validate create-job.graphql --variables variables.json",
        "aiware validate scripts/ edge-job.json . --json | jq -r '.problems[].path'",
        "aiware -s prod validate __main__.py && aiware -s prod dag __main__.py",
    )
)
@click.argument("files", type=WRITTEN_JOBS, nargs=-1, required=True, metavar="FILE...")
@variables_option
@json_option("Print what is wrong as JSON, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def validate(session: Session, files: tuple[Path, ...], variables: Given | None, as_json: bool) -> None:
    """Validate the jobs in files, offline.

    FILE is a createJob input as JSON or YAML, a GraphQL document with createJob or launchSingleEngineJob, a request
    with both, a request of aiWARE Edge, a Pulumi program, or a folder with such files; - for standard input. Each job
    is checked by what aiWARE takes, and by the rules of a task graph; of other operations in a GraphQL document the
    syntax and the variables are checked. A program is run without Pulumi and without aiWARE; `aiware --stack NAME
    validate FILE` gives it the configuration of that stack. Whether engines and TDOs exist is not checked: that takes
    aiWARE. Exit code 1 when something is wrong.
    """
    from aiware_resources.cli.documents import Wanted, documents, problems_of, warnings_of

    found: list[tuple[Document, list[FoundProblem]]] = []
    warnings: list[FoundProblem] = []
    for document in documents(Wanted(files, variables, session.stack), every=True):
        of_jobs = [each for job in document.jobs for each in problems_of(job)]
        problems = [*_besides(document.problems, of_jobs), *_empty(document), *of_jobs]
        found.append((document, problems))
        odd = [each for job in document.jobs for each in warnings_of(job)]
        warnings += odd
        if not as_json:
            for problem in problems:
                click.echo(problem)
            for each in odd:
                session.note(f"Warning: {each}")
            _summary(session, document, problems)
    if as_json:
        print_json({**_properties(files, found), "warnings": [_as_json(each) for each in warnings]})
    if any(problems for _, problems in found):
        raise click.exceptions.Exit(FAILED)


def _besides(found: Sequence[FoundProblem], of_jobs: Sequence[FoundProblem]) -> list[FoundProblem]:
    """The problems of a document whose places the problems of its jobs do not name already."""
    named = {problem.position for problem in of_jobs}
    return [problem for problem in found if problem.position not in named]


def _empty(document: Document) -> list[FoundProblem]:
    """The problem of a file that is fine, and describes no job."""
    from aiware_resources.cli.documents import FoundProblem, Position
    from aiware_resources.cli.documents.reading import REMEDY

    if document.jobs or document.problems or document.is_graphql or document.is_program:
        return []
    return [FoundProblem(Position(document.file), "", f"describes no job. {REMEDY}")]


def _properties(files: Sequence[Path], found: Sequence[tuple[Document, list[FoundProblem]]]) -> dict[str, Any]:
    problems = [problem for _, each in found for problem in each]
    return {
        **({"file": str(files[0])} if len(files) == 1 else {}),
        "valid": not problems,
        "jobs": sum(len(document.jobs) for document, _ in found),
        "unknownVariables": sorted({name for document, _ in found for name in document.open}),
        "problems": [_as_json(problem) for problem in problems],
        "files": [
            {"file": document.file, "valid": not wrong, "jobs": len(document.jobs), "names": list(document.names)}
            for document, wrong in found
        ],
    }


def _as_json(problem: FoundProblem) -> dict[str, Any]:
    return {
        "file": problem.position.file,
        "line": problem.position.line,
        "column": problem.position.column,
        "path": problem.path,
        "message": problem.reason,
    }


def _summary(session: Session, document: Document, problems: Sequence[FoundProblem]) -> None:
    file, jobs = document.file, counted(len(document.jobs), "job")
    for name in sorted(document.open):
        session.note(f"{file}: nothing is known of ${name}, nor of what it stands for; --variables gives it a value.")
    if problems:
        session.note(f"{file}: {counted(len(problems), 'problem')} in {jobs}.")
    elif document.jobs:
        is_plain = len(document.jobs) == 1 and not document.is_program
        click.echo(f"{file}: {jobs}, nothing wrong{'' if is_plain else f': {_listed(document.names)}'}.")
    elif document.is_program:
        click.echo(f"{file}: the program declares no job.")
    elif not document.open:
        click.echo(f"{file}: the syntax is right; there is no createJob in it, whose input could be validated.")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
