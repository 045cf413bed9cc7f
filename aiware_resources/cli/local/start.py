"""``aiware local start``."""

from __future__ import annotations

import click

from aiware_local import launcher
from aiware_resources.cli.framework.options import json_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.local.words import explained, facts, sentence


@click.command(epilog=examples("aiware local start", "AIWARE_LOCAL_DATA=/tmp/trial aiware local start --json"))
@json_option()
def start(as_json: bool) -> None:
    """Starts it, if it does not run yet."""
    with explained():
        server = launcher.ensure_running()
    if as_json:
        print_json(facts(server))
    else:
        click.echo(sentence(server))
