"""The reference of the commands as Markdown, made from what each says of itself.

``python -m aiware_resources.cli.reference > docs/cli-reference.md`` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from aiware_resources.cli.framework.root import commands
from aiware_resources.cli.main import main

_WIDTH = 100

_HEAD = """# Reference of `aiware`

Made from the commands themselves, by `python -m aiware_resources.cli.reference`. How they are used is told in
[the command line](cli.md).
"""


def document() -> str:
    """The whole reference."""
    return "\n".join([_HEAD, *_sections(main, "aiware", None)])


def _sections(command: click.Command, name: str, parent: click.Context | None) -> Iterator[str]:
    fixed = {"terminal_width": _WIDTH, "max_content_width": _WIDTH, "color": False}
    settings: dict[str, Any] = {**command.context_settings, **fixed}
    context = click.Context(command, parent=parent, info_name=name, **settings)
    yield f"## {name if parent is None else context.command_path}\n"
    yield f"```text\n{command.get_help(context).rstrip()}\n```\n"
    for child, each in commands(command):
        yield from _sections(each, child, context)


if __name__ == "__main__":
    click.echo(document(), nl=False)
