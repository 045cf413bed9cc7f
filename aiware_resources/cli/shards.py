"""``aiware shards``: an archive that is spread over several stacks."""

from __future__ import annotations

import json
import re

import click

from aiware_resources.cli.framework.options import examples, json_option
from aiware_resources.text.words import printable

_NAME = re.compile(r"([\w.-]+/){0,2}[\w.-]+", re.ASCII)
"""A stack's name, as Pulumi takes it."""


@click.group()
def shards() -> None:
    """Print the CI jobs of an archive in several stacks."""


def _named(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    """Refuses what Pulumi takes for no stack's name."""
    if not _NAME.fullmatch(name):
        raise click.BadParameter(
            f"'{printable(name)}' cannot be part of the name of a stack: use letters, digits, hyphens, underscores and "
            "periods; an organization, and a project, may stand before it, with slashes between them."
        )
    return name


@shards.command(
    epilog=examples(
        "aiware shards matrix talks 5",
        "aiware shards matrix talks 5 --format gitlab > shards.yml",
    )
)
@click.argument("archive", callback=_named)
@click.argument("count", type=click.IntRange(1, 256))
@click.option(
    "-f",
    "--format",
    "as_format",
    type=click.Choice(("github", "gitlab")),
    default="github",
    help="Print what this CI takes: a matrix of GitHub (default), or a child pipeline of GitLab.",
)
@json_option("Print JSON, as --format github does, and errors as JSON on standard error.")
@click.option("--job", default=".shard", show_default=True, help="Extend this job of the child pipeline, for GitLab.")
@click.option(
    "--include", default=".gitlab-ci.yml", show_default=True, help="Take that job from this file, for GitLab."
)
def matrix(archive: str, count: int, as_format: str, job: str, include: str, as_json: bool) -> None:
    """Print the CI jobs that update an archive's stacks.

    They are ARCHIVE-0, ARCHIVE-1 and so on, COUNT of them.
    COUNT is the number of shards that the program gives as media_from(..., shards=COUNT). Each job of the matrix has
    the stack and the number of a shard.
    """
    stacks = [f"{archive}-{index}" for index in range(count)]
    if as_json or as_format == "github":
        click.echo(json.dumps({"include": [{"shard": index, "stack": stack} for index, stack in enumerate(stacks)]}))
        return
    # JSON is YAML.
    made = {"extends": job, "parallel": {"matrix": [{"STACK": stacks}]}}
    click.echo(json.dumps({"include": [{"local": include}], "shard": made}, indent=2))
