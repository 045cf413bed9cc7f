"""The command ``aiware`` as click sees it: errors end as a sentence and an exit code, not as a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from aiware_resources.cli.framework.endings import Aborted, Interrupted, end, end_usage
from aiware_resources.errors import AiwareError

_AS_JSON = "aiware.as_json"


class Root(click.Group):
    """The group above all others."""

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
            click.exceptions.Exit: When it ended in an error, see `exit_codes`.
        """
        with _ending(ctx.meta[_AS_JSON]):
            return super().invoke(ctx)


@contextmanager
def _ending(as_json: bool) -> Iterator[None]:
    try:
        yield
    except AiwareError as error:
        end(error, as_json=as_json)
    except click.ClickException as error:
        end_usage(error, as_json=as_json)
    except KeyboardInterrupt:
        end(Interrupted("Interrupted."), as_json=as_json)
    except click.Abort:
        end(Aborted("Nothing was done."), as_json=as_json)
    except OSError as error:
        if error.filename is None:
            # Not about a file: a closed pipe, which click knows how to end.
            raise
        what = f"{error.filename} cannot be used: {error.strerror}."
        end(AiwareError(what, remedy="Check the path and its permissions."), as_json=as_json)
