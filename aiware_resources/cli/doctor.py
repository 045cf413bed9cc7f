"""``aiware doctor``: is everything there that the project needs, and does it work?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiware_resources.cli.framework.options import examples, json_option, stack_option
from aiware_resources.cli.framework.printing import console, print_json
from aiware_resources.cli.framework.root import FAILED
from aiware_resources.cli.framework.session import Session

if TYPE_CHECKING:
    from rich.console import Console

    from aiware_resources.cli.diagnosis import Finding

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@click.command(epilog=examples("aiware doctor", "aiware -s prod doctor --json"))
@json_option()
@stack_option
@click.pass_obj
def doctor(session: Session, as_json: bool) -> None:
    """Look for what keeps the project from working.

    Says of each problem what to do about it. Looks at the Pulumi CLI and its language host, the virtual environment and
    its packages, the project and its stack files, processes and locks that a killed engine has left behind, environment
    variables that count for less or more than they seem to, the state backend, when the state is written, the stack's
    secrets, the settings, and aiWARE: whether it can be reached, whether the clocks agree, whether the token is valid,
    and what it may read.
    Nothing is changed, and nothing is started. Ends with 1 when something will fail.
    """
    from functools import partial

    from aiware_resources.api import connect
    from aiware_resources.cli import pulumi_command
    from aiware_resources.cli.diagnosis import diagnose
    from aiware_resources.text.words import counted

    found: list[Finding] = []
    printer = console()
    state = partial(pulumi_command.recorded, show_secrets=True)
    for finding in diagnose(session.stack, pulumi_command.config, state, connect, Path.cwd()):
        found.append(finding)
        if not as_json:
            _print(printer, finding)
    failed = sum(finding.status == "fail" for finding in found)
    if as_json:
        print_json({"findings": [asdict(finding) for finding in found], "failed": failed})
    elif failed:
        click.echo(f"{failed} of {len(found)} checks failed.")
    elif warned := sum(finding.status == "warn" for finding in found):
        click.echo(f"Nothing fails; {counted(warned, 'warning')}.")
    else:
        click.echo("Nothing is wrong.")
    if failed:
        raise click.exceptions.Exit(FAILED)


def _print(printer: Console, finding: Finding) -> None:
    from rich.text import Text

    status = (finding.status.ljust(4), _STYLES[finding.status])
    printer.print(Text.assemble(status, f"  {finding.check}: {finding.seen}"), soft_wrap=True)
    if finding.remedy:
        printer.print(f"      {finding.remedy}", soft_wrap=True)
