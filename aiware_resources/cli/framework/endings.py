"""How a command that did not do what it should ends: a sentence, or a JSON object, on standard error."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import click
from pydantic.alias_generators import to_camel

from aiware_resources.cli.framework.exit_codes import FAILED, INTERRUPTED, SETTINGS
from aiware_resources.errors import AiwareError, ConfigurationError, RunFailed

_FACTS = ("operation", "status", "name", "request_id", "object_id")
"""What errors know beside their text, see `aiware_resources.errors`."""


class Interrupted(AiwareError):
    """The user has ended the command by Ctrl-C."""


class Aborted(AiwareError):
    """The user was asked, and said no or nothing."""


def end(error: AiwareError, *, as_json: bool) -> NoReturn:
    """Ends the command with an error of the library.

    Args:
        error: The error.
        as_json: Whether to print it as JSON.

    Raises:
        click.exceptions.Exit: With the exit code that fits.
    """
    code = _code(error)
    if as_json:
        said = json.dumps({"error": {**described(error), "exitCode": code}}, ensure_ascii=False)
    else:
        said = str(error) if isinstance(error, Interrupted | Aborted) else f"Error: {error}"
    click.echo(said, err=True)
    raise click.exceptions.Exit(code) from error


def end_usage(error: click.ClickException, *, as_json: bool) -> NoReturn:
    """Ends the command with an error of click: wrong usage, mostly.

    Args:
        error: The error.
        as_json: Whether to print it as JSON.

    Raises:
        click.exceptions.Exit: With click's own exit code.
    """
    if as_json:
        kind = "WrongUsage" if isinstance(error, click.UsageError) else "Failed"
        found = {"kind": kind, "message": error.format_message(), "exitCode": error.exit_code}
        click.echo(json.dumps({"error": found}, ensure_ascii=False), err=True)
    else:
        error.show()
    raise click.exceptions.Exit(error.exit_code) from error


def described(error: AiwareError) -> dict[str, Any]:
    """An error as plain JSON values: its kind, message and remedy, and what else it knows."""
    facts = {to_camel(name): getattr(error, name, None) for name in _FACTS}
    found = {"kind": type(error).__name__, "message": error.message, "remedy": error.remedy, **facts}
    known = {name: value for name, value in found.items() if value not in (None, "")}
    if isinstance(error, RunFailed):
        known["failures"] = [described(failure) for failure in error.failures]
    return known


def _code(error: AiwareError) -> int:
    if isinstance(error, Interrupted):
        return INTERRUPTED
    return SETTINGS if isinstance(error, ConfigurationError) else FAILED
