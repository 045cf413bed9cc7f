"""``aiware stacks``: the stacks of the project that the current folder belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiware_resources.cli.framework.options import examples, json_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.root import FAILED
from aiware_resources.cli.framework.session import Session

if TYPE_CHECKING:
    from aiware_resources.stacks.checking import StackProblem


@click.group()
def stacks() -> None:
    """Check the stacks of a project."""


@stacks.command(epilog=examples("aiware stacks check", "aiware -s prod stacks check --json"))
@json_option()
@click.pass_obj
def check(session: Session, as_json: bool) -> None:
    """Check the files of all stacks, or of the one that -s names.

    Keys have to be settings of the library (aiware:...), or keys of the project as Pulumi.yaml and configuration.py
    have them; values have to be of the right kind. Each problem is a line, FILE:KEY: SENTENCE. Secrets are not
    decrypted, and nothing is asked of aiWARE. Ends with 1 when there is a problem; what may come from the environment,
    as a token may, is a hint only.
    """
    from aiware_resources.settings.project import Project
    from aiware_resources.stacks.checking import check_stacks

    project = Project.around(Path.cwd())
    chosen = [project.stack(session.stack)] if session.stack else project.stacks()
    found = check_stacks(project, chosen)
    problems = [problem for problem in found if not problem.is_hint]
    if as_json:
        shown = [_shown(problem) for problem in problems]
        hints = [_shown(hint) for hint in found if hint.is_hint]
        print_json({"stacks": [stack.name for stack in chosen], "problems": shown, "hints": hints})
    else:
        for problem in problems:
            click.echo(_line(problem))
        for hint in found:
            if hint.is_hint:
                session.note(_line(hint))
        if not problems:
            click.echo(f"{', '.join(stack.name for stack in chosen) or 'No stacks'}: nothing is wrong.")
    if problems:
        raise click.exceptions.Exit(FAILED)


def _line(problem: StackProblem) -> str:
    place = f"{_relative(problem.file)}:{problem.key}" if problem.key else _relative(problem.file)
    return f"{place}: {'hint: ' if problem.is_hint else ''}{problem.sentence}"


def _shown(problem: StackProblem) -> dict[str, str]:
    return {"file": _relative(problem.file), "key": problem.key, "problem": problem.sentence}


def _relative(file: Path) -> str:
    """The path as it is seen from here, where that is shorter."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)
