"""TDOs and their assets as the store holds them: how they are made and removed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiware_local.installation.errors import invalid_input
from aiware_local.installation.installation import ORGANIZATION_ID, Call, Installation
from aiware_local.storage.ids import new_uuid
from aiware_local.storage.store import Record, Store

PRIMARY_TYPES = ("media", "transcript")
"""The types of asset that can be primary (source: CreateAsset in schema.graphql)."""
TARGET_LENGTH_SECONDS = 15 * 60
"""The length of a TDO whose input leaves its end open (source: CreateTDOWithAsset in schema.graphql)."""
LONGEST_SECONDS = 366 * 24 * 60 * 60
"""A TDO spans at most a year (source: CreateTDO in schema.graphql)."""
PLAIN_FIELDS = (
    "startDateTime",
    "stopDateTime",
    "source",
    "status",
    "name",
    "description",
    "thumbnailUrl",
    "previewUrl",
    "sourceImageUrl",
)


def new_asset(installation: Installation, asset_id: str, tdo_id: str, **fields: Any) -> Record:
    """An asset of a TDO, not yet stored.

    Its content is the file `_file`, or is at the address `_reference`. `_sidecar` is the file of its transcript.
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


def assets_of(store: Store, tdo_id: str | None) -> list[Record]:
    """The assets of a TDO, newest first; none where there is no TDO."""
    return [] if tdo_id is None else list(store.scan("asset", owner=tdo_id))


def set_primary(installation: Installation, tdo_id: str, asset: Record) -> None:
    """Makes the asset the TDO's primary one of its type."""
    tdo = installation.store.get("tdo", tdo_id)
    if tdo is not None:
        tdo["_primary"][asset["assetType"]] = asset["id"]
        tdo["modifiedDateTime"] = installation.clock.now()
        installation.store.update("tdo", tdo)


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


def require_span(start: float | None, stop: float | None) -> None:
    """Refuses times that do not make a TDO.

    Raises:
        ApiError: invalid_input.
    """
    if start is None or stop is None:
        raise invalid_input("startDateTime and stopDateTime cannot be null.")
    if stop < start:
        raise invalid_input("stopDateTime must not be earlier than startDateTime.", field="stopDateTime")
    if stop - start > LONGEST_SECONDS:
        raise invalid_input("stopDateTime must be at most a year after startDateTime.", field="stopDateTime")


def new_tdo(call: Call, values: Mapping[str, Any]) -> Record:
    """Makes and stores a TDO from a createTDO input, without its assets.

    Raises:
        ApiError: invalid_input for times that do not fit, not_allowed for another application's id.
    """
    call.require_own_organization(values.get("applicationId"), "applicationId")
    require_span(values.get("startDateTime"), values.get("stopDateTime"))
    source = values.get("sourceData") or {}
    tdo: Record = {
        "id": call.installation.next_tdo_id(),
        "createdDateTime": call.now,
        "modifiedDateTime": call.now,
        "createdBy": call.installation.user_id,
        "modifiedBy": call.installation.user_id,
        **{name: values.get(name) for name in PLAIN_FIELDS},
        "isPublic": bool(values.get("isPublic")),
        "organizationId": ORGANIZATION_ID,
        "applicationId": ORGANIZATION_ID,
        "sourceData": {key: source.get(key) for key in ("taskId", "sourceId", "scheduledJobId")} if source else None,
        "_details": values.get("details") if values.get("details") is not None else {},
        "_folderId": values.get("parentFolderId"),
        "_indexed": bool(values.get("addToIndex")),
        "_primary": {},
    }
    call.store.put("tdo", tdo)
    add_content_templates(call, tdo, values.get("contentTemplates"))
    return tdo


def add_content_templates(call: Call, tdo: Record, templates: list[Mapping[str, Any]] | None) -> None:
    """Adds the data of content templates to the TDO, each as an asset of type content-template.

    Raises:
        ApiError: invalid_input for a template with neither or both of sdoId and data.
    """
    for place, template in enumerate(templates or []):
        if (template.get("sdoId") is None) == (template.get("data") is None):
            raise invalid_input(f"contentTemplates[{place}] needs either sdoId or data.")
        asset_id = new_uuid()
        content = json.dumps(template.get("data") if template.get("sdoId") is None else {"sdoId": template["sdoId"]})
        stored = call.installation.files.write(asset_id, content.encode())
        asset = new_asset(
            call.installation,
            asset_id,
            tdo["id"],
            assetType="content-template",
            contentType="application/json",
            fileData={"size": stored.size, "md5sum": stored.md5},
            sourceData={"schemaId": str(template["schemaId"])},
        )
        asset["_file"] = asset_id
        save_asset(call.store, asset)


def remove_tdo(call: Call, tdo: Record) -> None:
    """Removes the TDO, its assets, and what engines stored for it; the records of its tasks stay."""
    with call.store.transaction():
        for asset in assets_of(call.store, tdo["id"]):
            drop_content(call.installation, asset)
            call.store.delete("asset", asset["id"])
        drop_results(call, tdo, collected_too=True)
        call.store.delete("tdo", tdo["id"])


def drop_results(call: Call, tdo: Record, *, collected_too: bool) -> None:
    """Removes the engine results that are stored on the tasks of the TDO's jobs."""
    for job in list(call.store.scan("job", owner=tdo["id"])):
        drop_job_results(call.installation, job, collected_too=collected_too)
        call.store.update("job", job)


def drop_job_results(installation: Installation, job: Record, *, collected_too: bool) -> None:
    """Removes the files of the engine results that are stored on the job's tasks; the job is not saved."""
    for task in job["_tasks"]:
        result = task["_result"]
        for chunk in (result or {}).get("chunks") or []:
            installation.files.delete(chunk["file"])
        if result is None or result["document"] is None or (result["collected"] and not collected_too):
            continue
        installation.files.delete(result["document"])
        result["document"] = result["output"] = None
