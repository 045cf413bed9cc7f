"""``aiware tdos delete``."""

from __future__ import annotations

from typing import Any

import click

from aiware_resources.cli.framework.options import confirm, json_option, stack_option, yes_option
from aiware_resources.cli.framework.several import to_each
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.session import Session
from aiware_resources.cli.tdos.found import described, found
from aiware_resources.reconcile import repeat_until_applied


@click.command(epilog=examples("aiware tdos delete 460907869", "aiware tdos delete --yes 460907869 460907870 --json"))
@click.argument("tdo_ids", metavar="TDO...", nargs=-1, required=True)
@yes_option("Deletes")
@json_option()
@stack_option
@click.pass_obj
def delete(session: Session, tdo_ids: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Deletes TDOs with all that they hold (mutation deleteTDO).

    Asks first: it is immediate and final. When one of the TDOs is not there, none is deleted. The next `pulumi up` of
    the stack that declares a TDO makes it anew: to be rid of it, take it out of the program instead.
    """
    api = session.api()
    records = found(api, tdo_ids)
    confirm(f"Delete {', '.join(map(described, records))} with all assets and results? There is no way back.", yes=yes)

    def remove(tdo_id: str) -> dict[str, Any]:
        repeat_until_applied(lambda: api.delete_tdo(tdo_id), lambda: not api.tdos([tdo_id]))
        return {"deleted": True}

    to_each(tdo_ids, remove, lambda tdo_id: f"TDO {tdo_id} is deleted.", as_json=as_json)
