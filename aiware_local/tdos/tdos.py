"""TDOs (temporal data objects): create, update, delete, clean up, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ariadne import ObjectType

from aiware_local.installation.errors import ApiError, invalid_input
from aiware_local.installation.installation import MUTATION, ORGANIZATION_ID, QUERY, Call, Info
from aiware_local.installation.lists import among, equals, ordered, page, within
from aiware_local.storage.store import Record
from aiware_local.tdos.assets import add_assets, pick, require_asset_inputs
from aiware_local.tdos.records import (
    PLAIN_FIELDS,
    PRIMARY_TYPES,
    add_content_templates,
    assets_of,
    drop_content,
    drop_results,
    new_tdo,
    newest_asset,
    remove_tdo,
    require_span,
    save_asset,
)

TDO = ObjectType("TemporalDataObject")


@QUERY.field("temporalDataObject")
def resolve_tdo(_: Any, info: Info, **args: Any) -> Record:
    """One TDO."""
    return info.context.find("tdo", "TemporalDataObject", args["id"])


@QUERY.field("temporalDataObjects")
def resolve_tdos(_: Any, info: Info, **args: Any) -> Record:
    """TDOs by id or time."""
    call = info.context
    chosen = (tdo for tdo in _candidates(call, args) if _passes(tdo, args))
    field, direction = args.get("orderBy") or "startDateTime", args.get("orderDirection") or "desc"
    return page(ordered(chosen, [{"field": field, "direction": direction}]), args)


@MUTATION.field("createTDO")
async def resolve_create_tdo(_: Any, info: Info, **args: Any) -> Record:
    """Creates a TDO, and its assets if it gives any; all or nothing."""
    call, values = info.context, args.get("input")
    if values is None:
        raise invalid_input("createTDO needs an input with startDateTime and stopDateTime.")
    require_asset_inputs(values.get("assets"))
    with call.store.transaction():
        tdo = new_tdo(call, values)
    try:
        await add_assets(call, tdo["id"], values.get("assets"))
    except ApiError:
        remove_tdo(call, tdo)
        raise
    return call.find("tdo", "TemporalDataObject", tdo["id"])


@MUTATION.field("updateTDO")
def resolve_update_tdo(_: Any, info: Info, **args: Any) -> Record:
    """Changes what is given; an explicit null clears."""
    call, values = info.context, args.get("input")
    if values is None:
        raise invalid_input("updateTDO needs an input with the id of the TDO.")
    tdo = call.find("tdo", "TemporalDataObject", values["id"])
    tdo |= {name: values[name] for name in PLAIN_FIELDS if name in values}
    require_span(tdo["startDateTime"], tdo["stopDateTime"])
    if "isPublic" in values:
        tdo["isPublic"] = bool(values["isPublic"])
    if "details" in values:
        tdo["_details"] = values["details"] if values["details"] is not None else {}
    for choice in values.get("primaryAsset") or []:
        asset = call.find("asset", "Asset", choice["id"])
        _require_primary(tdo, asset, choice["assetType"])
        tdo["_primary"][choice["assetType"]] = asset["id"]
    tdo |= {"modifiedDateTime": call.now, "modifiedBy": call.installation.user_id}
    with call.store.transaction():
        call.store.put("tdo", tdo)
        add_content_templates(call, tdo, values.get("contentTemplates"))
    return tdo


@MUTATION.field("deleteTDO")
def resolve_delete_tdo(_: Any, info: Info, **args: Any) -> Record:
    """Removes a TDO at once and for good; task records stay."""
    call = info.context
    tdo = call.find("tdo", "TemporalDataObject", args["id"])
    remove_tdo(call, tdo)
    return {"id": tdo["id"], "message": f"TemporalDataObject {tdo['id']} was deleted."}


@MUTATION.field("cleanupTDO")
def resolve_cleanup_tdo(_: Any, info: Info, **args: Any) -> Record:
    """Removes parts of a TDO, but not the TDO."""
    call = info.context
    tdo = call.find("tdo", "TemporalDataObject", args["id"])
    options = args.get("options")
    options = ["storage", "searchIndex"] if options is None else [each for each in options if each is not None]
    if not options:
        raise invalid_input("options is empty: name at least one of storage, searchIndex and engineResults.")
    with call.store.transaction():
        if "storage" in options:
            for asset in assets_of(call.store, tdo["id"]):
                drop_content(call.installation, asset)
                save_asset(call.store, asset)
        if "engineResults" in options:
            drop_results(call, tdo, collected_too=False)
        if "searchIndex" in options:
            tdo["_indexed"] = False
        tdo["modifiedDateTime"] = call.now
        call.store.put("tdo", tdo)
    return {"id": tdo["id"], "message": f"Data deleted from {tdo['id']}:  {','.join(options)}"}


@TDO.field("details")
def resolve_details(tdo: Record, _: Info, **args: Any) -> Any:
    return pick(tdo["_details"], args.get("path"))


@TDO.field("jsondata")
def resolve_jsondata(tdo: Record, _: Info) -> Any:
    return tdo["_details"]


@TDO.field("mediaId")
def resolve_media_id(tdo: Record, _: Info) -> str:
    return str(tdo["id"])


@TDO.field("assets")
def resolve_assets(tdo: Record, info: Info, **args: Any) -> Record:
    types = set(args.get("type") or []) | set(args.get("assetType") or [])
    chosen = (
        asset
        for asset in assets_of(info.context.store, tdo["id"])
        if among(asset["assetType"], types)
        and equals(asset["id"], args.get("id"))
        and equals(asset["sourceData"].get("taskId"), args.get("sourceTaskId"))
    )
    field, direction = args.get("orderBy") or "createdDateTime", args.get("orderDirection") or "desc"
    return page(ordered(chosen, [{"field": field, "direction": direction}]), args)


@TDO.field("assetCount")
def resolve_asset_count(tdo: Record, info: Info) -> int:
    return len(assets_of(info.context.store, tdo["id"]))


@TDO.field("primaryAsset")
def resolve_primary_asset(tdo: Record, info: Info, **args: Any) -> Record | None:
    if args["assetType"] not in PRIMARY_TYPES:
        raise invalid_input(f"assetType is '{args['assetType']}'; it must be media or transcript.", field="assetType")
    return newest_asset(info.context.store, tdo, args["assetType"])


@TDO.field("security")
def resolve_security(tdo: Record, _: Info) -> Record:
    return {"global": tdo["isPublic"]}


@TDO.field("folders")
def resolve_folders(tdo: Record, _: Info) -> list[Record]:
    folder = tdo["_folderId"]
    if folder is None:
        return []
    # Only the id of a folder is known here, so that is what it is called.
    shown: Record = {"id": folder, "treeObjectId": folder, "name": folder}
    return [{**shown, "folderPath": [shown]}]


@TDO.field("streams")
def resolve_streams(_: Record, __: Info) -> list[Record]:
    return []  # nothing is really segmented here, so there is nothing to stream


def _candidates(call: Call, args: Mapping[str, Any]) -> Iterable[Record]:
    wanted = set(map(str, args["ids"])) if args.get("ids") is not None else None
    if args.get("id") is not None:
        wanted = {str(args["id"])} if wanted is None else wanted & {str(args["id"])}
    if wanted is None:
        return call.store.scan("tdo")
    found = (call.store.get("tdo", tdo_id) for tdo_id in sorted(wanted))
    return [tdo for tdo in found if tdo is not None]


def _passes(tdo: Record, args: Mapping[str, Any]) -> bool:
    source = tdo["sourceData"] or {}
    return (
        all(equals(ORGANIZATION_ID, args.get(name)) for name in ("organizationId", "applicationId"))
        and all(equals(source.get(name), args.get(name)) for name in ("sourceId", "scheduledJobId"))
        and args.get("mentionId") is None  # there are no mentions here, so none of them has a TDO
        and within(tdo, args.get("dateTimeFilter"))
    )


def _require_primary(tdo: Record, asset: Record, asset_type: str) -> None:
    if asset_type not in PRIMARY_TYPES:
        raise invalid_input(f"primaryAsset.assetType is '{asset_type}'; it must be media or transcript.")
    if asset["containerId"] != tdo["id"] or asset["assetType"] != asset_type:
        raise invalid_input(f"Asset {asset['id']} is not a {asset_type} asset of TDO {tdo['id']}.")
