"""TDOs: looking at them before something is done to them, and what is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from aiware_resources.api import Api, TdoRecord
from aiware_resources.errors import NotFound

_PICTURES = ("thumbnailUrl", "previewUrl", "sourceImageUrl")


def found(api: Api, tdo_ids: Sequence[str]) -> list[TdoRecord]:
    """Reads TDOs (query temporalDataObject).

    Raises:
        NotFound: One of them is not there; nothing must be done to the others then, since an id may be mistyped.
        ApiError: If they could not be read.
    """
    records = api.tdos(tdo_ids)
    missing = [tdo_id for tdo_id in dict.fromkeys(tdo_ids) if tdo_id not in records]
    if missing:
        raise NotFound(
            f"aiWARE has no TDO {' and no TDO '.join(missing)} that this token can see.",
            remedy=f"Check the {'id' if len(missing) == 1 else 'ids'}.",
            operation="temporalDataObject",
            object_id=missing[0],
        )
    return list(records.values())


def properties(record: TdoRecord) -> dict[str, Any]:
    """A TDO as JSON values. Addresses of pictures lose their queries: there the signatures are that open them."""
    values = record.properties()
    pictures = {key: urlsplit(values[key])._replace(query="").geturl() for key in _PICTURES if values[key]}
    return values | pictures


def described(record: TdoRecord) -> str:
    """A TDO in a few words."""
    return f'TDO {record.id} "{record.name}"' if record.name else f"TDO {record.id}"
