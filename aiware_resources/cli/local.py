"""``aiware local``: the local aiWARE."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from aiware_resources.cli.framework.options import examples, json_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.root import FAILED
from aiware_resources.errors import AiwareError

if TYPE_CHECKING:
    from aiware_local.launcher import LocalServer

_NOT_RUNNING = "The local aiWARE is not running."
_STARTS = "`aiware local start` starts it"
_PAUSE = 0.2
"""Seconds between two looks at the log."""


@click.group()
def local() -> None:
    """Start, stop and inspect the local aiWARE.

    AIWARE_LOCAL_DATA and AIWARE_LOCAL_PORT say where it keeps its data and listens, AIWARE_LOCAL_RECOGNITION whether it
    recognizes speech.
    """


@local.command(epilog=examples("aiware local start", "AIWARE_LOCAL_DATA=/tmp/trial aiware local start --json"))
@json_option()
def start(as_json: bool) -> None:
    """Start it, if it does not run yet."""
    from aiware_local import launcher

    with _explained():
        server = launcher.ensure_running()
    if as_json:
        print_json(_facts(server))
    else:
        click.echo(_sentence(server))


@local.command(epilog=examples("aiware local stop"))
@json_option()
def stop(as_json: bool) -> None:
    """Stop it; its data stays.

    Jobs go on when it is started again.
    """
    from aiware_local import launcher

    with _explained():
        stopped = launcher.stop()
    if as_json:
        print_json({"stopped": stopped})
    else:
        click.echo("The local aiWARE has stopped." if stopped else "The local aiWARE was not running.")


@local.command(epilog=examples("aiware local status", "aiware local status --json | jq -r .url"))
@json_option()
def status(as_json: bool) -> None:
    """Say whether it runs, and where. Exit code 1 when it does not."""
    from aiware_local import launcher

    server = launcher.status()
    if as_json:
        print_json(_facts(server))
    else:
        click.echo(_sentence(server) if server else f"{_NOT_RUNNING} {_STARTS}, as does the next `pulumi up`.")
    if server is None:
        raise click.exceptions.Exit(FAILED)


@local.command(epilog=examples("aiware local reset"))
@json_option()
def reset(as_json: bool) -> None:
    """Empty its organization; the engine catalogue stays."""
    import httpx

    from aiware_local import launcher

    server = launcher.status()
    if server is None:
        raise AiwareError(_NOT_RUNNING, remedy=f"{_STARTS}.")
    with _explained():
        headers = server.control_headers
    try:
        # It is on this machine: no proxy that the environment names can reach it.
        httpx.post(f"{server.url}/_local/reset", headers=headers, trust_env=False).raise_for_status()
    except httpx.HTTPError as error:
        raise AiwareError(
            f"The local aiWARE could not be emptied: {error}.", remedy="`aiware local logs` shows what it said."
        ) from error
    if as_json:
        print_json({"reset": True})
    else:
        click.echo("The local aiWARE is empty.")


@local.command(epilog=examples("aiware local logs", "aiware local logs -f"))
@click.option("-f", "--follow", is_flag=True, help="Go on printing until Ctrl-C.")
def logs(follow: bool) -> None:
    """Print what it wrote."""
    from aiware_local import launcher

    path = launcher.logs_path()
    if not path.exists():
        raise AiwareError(f"There is no log yet at {path}: the local aiWARE has not been started.")
    with path.open(encoding="utf-8") as log:
        click.echo(log.read(), nl=False)
        while follow:
            time.sleep(_PAUSE)
            click.echo(log.read(), nl=False)


def _sentence(server: LocalServer) -> str:
    return f"The local aiWARE runs at {server.graphql_url} (process {server.pid}, data in {server.data})."


def _facts(server: LocalServer | None) -> dict[str, Any]:
    if server is None:
        return {"running": False}
    return {"running": True, "url": server.url, "pid": server.pid, "data": str(server.data)}


@contextmanager
def _explained() -> Iterator[None]:
    """Turns what keeps it from starting or stopping into an error of the library.

    Raises:
        AiwareError: It could not be started or stopped.
    """
    from aiware_local.launcher import LauncherError

    try:
        yield
    except LauncherError as error:
        raise AiwareError(str(error)) from error
