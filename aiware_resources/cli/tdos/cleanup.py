"""``aiware tdos cleanup``."""

from __future__ import annotations

from typing import Any, get_args

import click

from aiware_resources.cli.framework.options import confirm, json_option, stack_option, yes_option
from aiware_resources.cli.framework.several import to_each
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.session import Session
from aiware_resources.cli.tdos.found import described, found
from aiware_resources.reconcile import repeat_until_applied
from aiware_resources.reconcile.policies import CleanupOption

CHOICES = get_args(CleanupOption)
DEFAULT = ("storage", "searchIndex")
"""What aiWARE removes when nothing is said."""

_REMOVED = {"storage": "stored files", "searchIndex": "search data", "engineResults": "engine results"}


@click.command(
    epilog=examples("aiware tdos cleanup 460907869", "aiware tdos cleanup --yes --option engineResults 460907869")
)
@click.argument("tdo_ids", metavar="TDO...", nargs=-1, required=True)
@click.option(
    "--option",
    "options",
    type=click.Choice(CHOICES),
    multiple=True,
    help="Removes this; repeatable (storage and searchIndex when left out).",
)
@yes_option("Cleans up")
@json_option()
@stack_option
@click.pass_obj
def cleanup(session: Session, tdo_ids: tuple[str, ...], options: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Removes content of TDOs and keeps the TDOs (mutation cleanupTDO).

    Asks first: what is removed is gone. When one of the TDOs is not there, none is cleaned up.
    """
    api = session.api()
    removed = options or DEFAULT
    records = found(api, tdo_ids)
    what = " and ".join(_REMOVED[option] for option in removed)
    confirm(f"Remove the {what} of {', '.join(map(described, records))}? There is no way back.", yes=yes)

    def clean(tdo_id: str) -> dict[str, Any]:
        # Nothing tells whether it was done, and doing it again does no harm.
        repeat_until_applied(lambda: api.cleanup_tdo(tdo_id, removed), lambda: False)
        return {"removed": list(removed)}

    to_each(tdo_ids, clean, lambda tdo_id: f"TDO {tdo_id} is cleaned up.", as_json=as_json)
