"""How a TDO that is there is declared."""

from __future__ import annotations

from aiware_resources.api import Api, TdoRecord
from aiware_resources.reconcile import EntityProvider, marker_of, unmarked
from aiware_resources.reconcile.adoption import Adoption, Declaration, by_id, declaration
from aiware_resources.tdos.content import TDO_CHANGEABLE
from aiware_resources.text.secret_words import is_signed

_LINKS = ("thumbnailUrl", "previewUrl", "sourceImageUrl")


def _declared(provider: EntityProvider, record: TdoRecord, _: Api) -> Declaration:
    """All that can be changed of one, but links that let in whoever has them (query ``temporalDataObject``)."""
    live = record.properties() | {"details": unmarked(record.details)}
    # A signed link is another one with every look.
    signed = {key for key in _LINKS if is_signed(live.get(key) or "")}
    props = {key: live.get(key) for key in TDO_CHANGEABLE if key not in signed}
    found = declaration(provider, record.id, props, called=record.name, is_marked=marker_of(record.details) is not None)
    # People look for the name first.
    found.arguments = {name: found.arguments[name] for name in sorted(found.arguments, key="name".__ne__)}
    return found


adoption: Adoption[TdoRecord] = Adoption(
    "tdo", by_id("TDO", "temporalDataObject", lambda api, ids: api.tdos(ids)), _declared
)
