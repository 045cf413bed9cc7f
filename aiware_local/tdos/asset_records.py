"""Assets as the store holds them, for the resolvers and for engines that make some."""

from __future__ import annotations

from typing import Any

from aiware_local.installation.installation import Installation
from aiware_local.storage.records import Record
from aiware_local.storage.store import Store

PRIMARY_TYPES = ("media", "transcript")
"""The asset types that a TDO has a primary asset of."""


def new_asset(installation: Installation, asset_id: str, tdo_id: str, **fields: Any) -> Record:
    """An asset of a TDO, not yet stored.

    Its content is the file `_file`, or lies where `_reference` says. `_sidecar` is the file with what is said in it.
    """
    now = installation.clock.now()
    return {
        "id": asset_id,
        "containerId": tdo_id,
        "createdDateTime": now,
        "modifiedDateTime": now,
        "name": None,
        "contentType": None,
        "description": None,
        "jsondata": {},
        "details": {},
        "fileData": {},
        "sourceData": {},
        "isUserEdited": False,
        "_file": None,
        "_reference": None,
        "_sidecar": None,
        **fields,
    }


def save_asset(store: Store, asset: Record) -> None:
    """Stores the asset."""
    store.put("asset", asset, owner=asset["containerId"])


def assets_of(store: Store, tdo_id: str) -> list[Record]:
    """The assets of a TDO, newest first."""
    return list(store.scan("asset", owner=tdo_id))


def set_primary(installation: Installation, tdo_id: str, asset: Record) -> None:
    """Makes the asset the TDO's primary one of its type."""
    tdo = installation.store.get("tdo", tdo_id)
    if tdo is not None:
        tdo["_primary"][asset["assetType"]] = asset["id"]
        tdo["modifiedDateTime"] = installation.clock.now()
        installation.store.put("tdo", tdo)


def newest_asset(store: Store, tdo: Record, asset_type: str) -> Record | None:
    """The TDO's primary asset of the type, else the newest that still has its content."""
    primary = tdo["_primary"].get(asset_type)
    candidates = [
        asset for asset in assets_of(store, tdo["id"]) if asset["assetType"] == asset_type and has_content(asset)
    ]
    return next((asset for asset in candidates if asset["id"] == primary), candidates[0] if candidates else None)


def has_content(asset: Record) -> bool:
    """Whether there is still something behind the asset's metadata."""
    return asset["_file"] is not None or asset["_reference"] is not None


def drop_content(installation: Installation, asset: Record) -> None:
    """Removes what is behind the asset's metadata."""
    for name in (asset["_file"], asset["_sidecar"]):
        if name is not None:
            installation.files.delete(name)
    asset["_file"] = asset["_sidecar"] = asset["_reference"] = None
