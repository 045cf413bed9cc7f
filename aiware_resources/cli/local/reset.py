"""``aiware local reset``."""

from __future__ import annotations

import click
import httpx

from aiware_resources.cli.framework.options import json_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.local.words import explained, running
from aiware_resources.errors import AiwareError


@click.command(epilog=examples("aiware local reset"))
@json_option()
def reset(as_json: bool) -> None:
    """Empties its organisation; the engine catalogue stays."""
    try:
        # It is on this machine: no proxy that the environment names can reach it.
        server = running()
        with explained():
            headers = server.control_headers
        httpx.post(f"{server.url}/_local/reset", headers=headers, trust_env=False).raise_for_status()
    except httpx.HTTPError as error:
        raise AiwareError(
            f"The local aiWARE could not be emptied: {error}.", remedy="`aiware local logs` shows what it said."
        ) from error
    if as_json:
        print_json({"reset": True})
    else:
        click.echo("The local aiWARE is empty.")
