"""The command ``aiware`` as click sees it.

Its commands are imported when they are called; what the help says of each is known before. Errors end as a sentence, or
as a JSON object, and an exit code, and not as a traceback.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NoReturn

import click

from aiware_resources.errors import AiwareError, ConfigurationError, RunFailed

DONE = 0
FAILED = 1
USAGE = 2
CHANGES = 2
SETTINGS = 3
INTERRUPTED = 130

EXIT_CODES = {
    DONE: "Done.",
    FAILED: "aiWARE refused, or work failed: an error of the API, a failed job, nothing found under an id.",
    USAGE: "Wrong usage; and, of commands that say so, something is to change.",
    SETTINGS: "The settings cannot be used: no token, a stack that cannot be read, a value that makes no sense.",
    INTERRUPTED: "Interrupted by Ctrl-C.",
}
"""The meaning of each exit code, for the help and the documents."""

_AS_JSON = "aiware.as_json"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""Errors of a file for which there is no space; they do not name the file."""
_FACTS = ("operation", "status", "name", "request_id", "object_id")
"""Attributes of errors beside their text, see `aiware_resources.errors`."""


class Interrupted(AiwareError):
    """The user has ended the command by Ctrl-C."""


class Aborted(AiwareError):
    """The user was asked, and said no or nothing."""


class Root(click.Group):
    """The group above all others.

    Args:
        package: Where its commands are: each in the module of its name, under that name.
        lazy: The names of the commands, and what the help says of each.
    """

    def __init__(self, *args: Any, package: str, lazy: Mapping[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        self._package = package
        self._lazy = lazy
        for name, said in lazy.items():
            self.add_command(click.Command(name, short_help=said))

    def load(self, name: str) -> click.Command:
        """Imports a command, where it is not there yet."""
        if name not in self._lazy:
            return self.commands[name]
        command: click.Command = getattr(import_module(f"{self._package}.{name}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds the command that is called, for calling it, its help, and its completion."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, self.load(name) if name else command, rest

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> click.Context:
        """Reads the arguments of ``aiware`` itself.

        Raises:
            click.exceptions.Exit: When they are wrong, with 2.
        """
        # Known before anything is parsed: wrong usage is an error as well.
        as_json = "--json" in args
        with _ending(as_json):
            context = super().make_context(info_name, args, parent, **extra)
        context.meta[_AS_JSON] = as_json
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command.

        Raises:
            click.exceptions.Exit: When it ended in an error, see `EXIT_CODES`.
        """
        with _ending(ctx.meta[_AS_JSON]):
            return super().invoke(ctx)


def commands(group: click.Command) -> Iterator[tuple[str, click.Command]]:
    """The commands of a group, by name, imported; none for what is not a group."""
    for name, command in sorted(group.commands.items()) if isinstance(group, click.Group) else ():
        yield name, group.load(name) if isinstance(group, Root) else command


@contextmanager
def _ending(as_json: bool) -> Iterator[None]:
    try:
        yield
    except AiwareError as error:
        _end(error, as_json)
    except click.ClickException as error:
        _end_usage(error, as_json)
    except KeyboardInterrupt:
        _end(Interrupted("Interrupted."), as_json)
    except click.Abort:
        _end(Aborted("Nothing was done."), as_json)
    except OSError as error:
        if error.errno in _FULL:
            what = f"The output could not be written: {error.strerror}."
            _end(AiwareError(what, remedy="Make space, or write it elsewhere."), as_json)
        if error.filename is None:
            # Not about a file: a closed pipe, which click knows how to end.
            raise
        what = f"{error.filename} cannot be used: {error.strerror}."
        _end(AiwareError(what, remedy="Check the path and its permissions."), as_json)


def _end(error: AiwareError, as_json: bool) -> NoReturn:
    """Ends the command with an error of the library."""
    if isinstance(error, Interrupted):
        code = INTERRUPTED
    else:
        code = SETTINGS if isinstance(error, ConfigurationError) else FAILED
    if as_json:
        said = json.dumps({"error": {**described(error), "exitCode": code}}, ensure_ascii=False)
    else:
        said = str(error) if isinstance(error, Interrupted | Aborted) else f"Error: {error}"
    click.echo(said, err=True)
    raise click.exceptions.Exit(code) from error


def _end_usage(error: click.ClickException, as_json: bool) -> NoReturn:
    """Ends the command with an error of click: wrong usage, mostly."""
    if as_json:
        kind = "WrongUsage" if isinstance(error, click.UsageError) else "Failed"
        found = {"kind": kind, "message": error.format_message(), "exitCode": error.exit_code}
        click.echo(json.dumps({"error": found}, ensure_ascii=False), err=True)
    else:
        error.show()
    raise click.exceptions.Exit(error.exit_code) from error


def described(error: AiwareError) -> dict[str, Any]:
    """Describes an error by plain JSON values: its kind, message and remedy, and what else it knows."""
    # pydantic, for an error only.
    from pydantic.alias_generators import to_camel

    facts = {to_camel(name): getattr(error, name, None) for name in _FACTS}
    found = {"kind": type(error).__name__, "message": error.message, "remedy": error.remedy, **facts}
    known = {name: value for name, value in found.items() if value not in (None, "")}
    if isinstance(error, RunFailed):
        known["failures"] = [described(failure) for failure in error.failures]
    return known
