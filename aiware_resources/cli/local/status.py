"""``aiware local status``."""

from __future__ import annotations

import click

from aiware_local import launcher
from aiware_resources.cli.framework.exit_codes import FAILED
from aiware_resources.cli.framework.options import json_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.local.words import NOT_RUNNING, STARTS, facts, sentence


@click.command(epilog=examples("aiware local status", "aiware local status --json | jq -r .url"))
@json_option()
def status(as_json: bool) -> None:
    """Says whether it runs, and where. Exit code 1 when it does not."""
    server = launcher.status()
    if as_json:
        print_json(facts(server))
    else:
        click.echo(sentence(server) if server else f"{NOT_RUNNING} {STARTS}, as does the next `pulumi up`.")
    if server is None:
        raise click.exceptions.Exit(FAILED)
