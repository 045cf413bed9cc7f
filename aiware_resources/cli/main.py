"""The ``aiware`` command itself, and how its errors end."""

from __future__ import annotations

from typing import Any

import click

from aiware_resources.cli import assets, clusters, dag, engines, exports, jobs, local, results
from aiware_resources.cli.session import Session
from aiware_resources.errors import AiwareError, ConfigurationError

FAILED = 1
MISCONFIGURED = 3


class Commands(click.Group):
    """A group whose errors end as a sentence and an exit code, not as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command.

        Raises:
            click.exceptions.Exit: With 1 when aiWARE said no, with 3 when the settings cannot be used.
        """
        try:
            return super().invoke(ctx)
        except AiwareError as error:
            click.echo(f"Error: {error}", err=True)
            raise click.exceptions.Exit(MISCONFIGURED if isinstance(error, ConfigurationError) else FAILED) from error


@click.group(cls=Commands)
@click.option(
    "-s", "--stack", help="Take the settings of this stack; otherwise AIWARE_* variables, or the local aiWARE."
)
@click.version_option(package_name="aiware-pipelines")
@click.pass_context
def main(ctx: click.Context, stack: str | None) -> None:
    """Looks into aiWARE from the shell.

    Exit codes: 0 done, 1 aiWARE said no, 2 wrong usage, 3 settings that cannot be used.
    """
    ctx.obj = Session(stack)


main.add_command(local.local)
main.add_command(jobs.jobs)
main.add_command(results.results)
main.add_command(assets.assets)
main.add_command(exports.exports)
main.add_command(engines.engines)
main.add_command(clusters.clusters)
main.add_command(dag.dag)
