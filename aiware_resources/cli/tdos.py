"""``aiware tdos``: temporal data objects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from aiware_resources.cli.assets import asset_table
from aiware_resources.cli.framework.options import (
    at_server,
    confirm,
    examples,
    json_option,
    limit_option,
    since_option,
    stack_option,
    yes_option,
)
from aiware_resources.cli.framework.printing import (
    console,
    first,
    new_table,
    print_facts,
    print_json,
    print_table,
    shown,
    text_column,
    to_each,
)
from aiware_resources.cli.framework.session import Session, not_seen

if TYPE_CHECKING:
    from aiware_resources.api import Api, TdoRecord

CONTENT = {"storage": "stored files", "searchIndex": "search data", "engineResults": "engine results"}
"""Content that can be removed of a TDO, and what people call it."""
DEFAULT = ("storage", "searchIndex")
"""Content that aiWARE removes by default."""

_PICTURES = ("thumbnailUrl", "previewUrl", "sourceImageUrl")


@click.group()
def tdos() -> None:
    """Show temporal data objects (TDOs), delete and clean them up."""


@tdos.command("list", epilog=examples("aiware tdos list --since 1w", "aiware -s prod tdos list --limit 200 --json"))
@since_option("TDOs")
@limit_option()
@json_option()
@stack_option
@click.pass_obj
def list_(session: Session, since: datetime | None, limit: int, as_json: bool) -> None:
    """List TDOs, newest first (query temporalDataObjects)."""
    api = session.api()
    records, more = first(api.find_tdos(since=at_server(api, since)), limit)
    if as_json:
        print_json([_properties(record) for record in records])
    else:
        table = new_table("id", text_column("name"), "status", "from", "created (UTC)", least=("created (UTC)", "from"))
        for record in records:
            start = (record.start_date_time or "")[:16].replace("T", " ")
            table.add_row(record.id, record.name, record.status, start, shown(record.created_date_time))
        print_table(table, "There are no such TDOs.")
    if more:
        session.note(f"These are the newest {limit}; --limit shows more.")


@tdos.command(epilog=examples("aiware tdos show 460907869", "aiware tdos show 460907869 --json"))
@click.argument("tdo_id", metavar="TDO")
@json_option("Print the whole record and its assets as JSON, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def show(session: Session, tdo_id: str, as_json: bool) -> None:
    """Show a TDO and its assets (query temporalDataObject)."""
    api = session.api()
    (record,) = _found(api, [tdo_id])
    assets = list(api.assets(tdo_id))
    if as_json:
        print_json({**_properties(record), "assets": [asset.properties() for asset in assets]})
        return
    print_facts(_facts(record))
    if assets:
        console().print(asset_table(assets))
    else:
        click.echo("It holds no assets.")


def _facts(record: TdoRecord) -> dict[str, str | None]:
    return {
        "id": record.id,
        "name": record.name,
        "description": record.description,
        "status": record.status,
        "source": record.source,
        "from": record.start_date_time,
        "to": record.stop_date_time,
        "organization": record.organization_id,
        "public": "yes" if record.is_public else None,
        "folders": ", ".join(folder.id for folder in record.folders),
        "created": shown(record.created_date_time) + " UTC" if record.created_date_time else None,
    }


@tdos.command(epilog=examples("aiware tdos delete 460907869", "aiware tdos delete --yes 460907869 460907870 --json"))
@click.argument("tdo_ids", metavar="TDO...", nargs=-1, required=True)
@yes_option("Delete")
@json_option()
@stack_option
@click.pass_obj
def delete(session: Session, tdo_ids: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Delete TDOs with all that they hold (mutation deleteTDO).

    Asks first: it is immediate and final. When one of the TDOs is not there, none is deleted. The next `pulumi up` of
    the stack that declares a TDO makes it again: to be rid of it, take it out of the program instead.
    """
    from aiware_resources.reconcile import repeat_until_applied

    api = session.api()
    records = _found(api, tdo_ids)
    named = ", ".join(map(_named, records))
    confirm(f"Delete {named} with all assets and results? There is no way back.", yes=yes)

    def remove(tdo_id: str) -> dict[str, Any]:
        repeat_until_applied(lambda: api.delete_tdo(tdo_id), lambda: not api.tdos([tdo_id]))
        return {"deleted": True}

    to_each(tdo_ids, remove, lambda tdo_id: f"TDO {tdo_id} is deleted.", as_json=as_json)


@tdos.command(
    epilog=examples("aiware tdos cleanup 460907869", "aiware tdos cleanup --yes --option engineResults 460907869")
)
@click.argument("tdo_ids", metavar="TDO...", nargs=-1, required=True)
@click.option(
    "--option",
    "options",
    type=click.Choice(list(CONTENT)),
    multiple=True,
    help="Remove this; repeatable (storage and searchIndex when left out).",
)
@yes_option("Clean up")
@json_option()
@stack_option
@click.pass_obj
def cleanup(session: Session, tdo_ids: tuple[str, ...], options: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Remove content of TDOs, but not the TDOs (mutation cleanupTDO).

    Asks first: what is removed is gone. When one of the TDOs is not there, none is cleaned up.
    """
    from aiware_resources.reconcile import repeat_until_applied

    api = session.api()
    removed = options or DEFAULT
    named = ", ".join(map(_named, _found(api, tdo_ids)))
    what = " and ".join(CONTENT[option] for option in removed)
    confirm(f"Remove the {what} of {named}? There is no way back.", yes=yes)

    def clean(tdo_id: str) -> dict[str, Any]:
        # Nothing tells whether it was done, and doing it again does no harm.
        repeat_until_applied(lambda: api.cleanup_tdo(tdo_id, removed), lambda: False)
        return {"removed": list(removed)}

    to_each(tdo_ids, clean, lambda tdo_id: f"TDO {tdo_id} is cleaned up.", as_json=as_json)


def _found(api: Api, tdo_ids: Sequence[str]) -> list[TdoRecord]:
    """Reads TDOs (query temporalDataObject).

    Raises:
        NotFound: One of them is not there; nothing must be done to the others then, since an id may be mistyped.
        ApiError: If they could not be read.
    """
    records = api.tdos(tdo_ids)
    if missing := [tdo_id for tdo_id in dict.fromkeys(tdo_ids) if tdo_id not in records]:
        raise not_seen("TDO", missing, "temporalDataObject")
    return list(records.values())


def _properties(record: TdoRecord) -> dict[str, Any]:
    """A TDO as JSON values. Addresses of pictures lose their queries: there the signatures are that open them."""
    values = record.properties()
    pictures = {key: urlsplit(values[key])._replace(query="").geturl() for key in _PICTURES if values[key]}
    return values | pictures


def _named(record: TdoRecord) -> str:
    return f'TDO {record.id} "{record.name}"' if record.name else f"TDO {record.id}"
