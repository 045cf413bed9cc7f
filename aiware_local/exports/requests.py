"""Export requests: create, update, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ariadne import ObjectType

from aiware_local.exports.formats import checked_format
from aiware_local.installation.errors import ApiError, ErrorName, invalid_input, not_found, require_count
from aiware_local.installation.installation import MUTATION, ORGANIZATION_ID, QUERY, Call, Info
from aiware_local.installation.lists import among, equals, page
from aiware_local.storage.ids import new_uuid
from aiware_local.storage.store import Record, without_notes

EXPORT = ObjectType("ExportRequest")


def show_export(export: Record) -> Record:
    """The export request in the shape of the API."""
    return {**without_notes(export), "status": _status(export), "_export": export}


@QUERY.field("exportRequest")
def resolve_export(_: Any, info: Info, **args: Any) -> Record:
    """One export request."""
    if args.get("event") == "mentionExportRequest":
        raise not_found("ExportRequest", str(args["id"]))
    return show_export(info.context.find("export", "ExportRequest", args["id"]))


@QUERY.field("exportRequests")
def resolve_exports(_: Any, info: Info, **args: Any) -> Record:
    """Export requests by id or status; newest first."""
    chosen = (
        export
        for export in map(show_export, info.context.store.scan("export"))
        if args.get("event") != "mentionExportRequest"
        and equals(export["id"], args.get("id"))
        and among(export["status"], args.get("status"))
    )
    return page(chosen, args)


@MUTATION.field("createExportRequest")
def resolve_create_export(_: Any, info: Info, **args: Any) -> Record:
    """Requests an export; it is rendered when its time has come."""
    call, values = info.context, args["input"]
    due = call.now + call.installation.behaviour.settings.export_seconds
    export: Record = {
        "id": new_uuid(),
        "organizationId": ORGANIZATION_ID,
        "createdDateTime": call.now,
        "modifiedDateTime": call.now,
        "requestorId": call.installation.user_id,
        "_includeMedia": bool(values.get("includeMedia")),
        "_tdoData": _spans(call, values["tdoData"]),
        "_outputConfigurations": _configurations(call, values.get("outputConfigurations") or []),
        "_dueAt": due,
        "_file": None,
        "_failure": None,
        "_set": {},
    }
    call.store.put("export", export, due=due)
    return show_export(export)


@MUTATION.field("updateExportRequest")
def resolve_update_export(_: Any, info: Info, **args: Any) -> Record:
    """Sets status or assetUri, as platform components do."""
    call, values = info.context, args["input"]
    export = call.find("export", "ExportRequest", values["id"])
    export["_set"] |= {name: values[name] for name in ("status", "assetUri") if values.get(name) is not None}
    export["modifiedDateTime"] = call.now
    open_ = export["_file"] is None and export["_failure"] is None
    call.store.put("export", export, due=export["_dueAt"] if open_ else None)
    return show_export(export)


@EXPORT.field("assetUri")
def resolve_asset_uri(shown: Record, info: Info) -> str | None:
    export = shown["_export"]
    if "assetUri" in export["_set"]:
        return str(export["_set"]["assetUri"])
    if shown["status"] not in ("complete", "downloaded") or export["_file"] is None:
        return None
    return info.context.signed(f"/exports/{export['id']}")


def _status(export: Record) -> str:
    if "status" in export["_set"]:
        return str(export["_set"]["status"])
    if export["_failure"] is not None:
        return "failed"
    return "incomplete" if export["_file"] is None else "complete"


def _spans(call: Call, given: Sequence[Mapping[str, Any]]) -> list[Record]:
    if not given:
        raise invalid_input("tdoData is empty: name at least one TDO.", field="tdoData")
    for place, span in enumerate(given):
        if span.get("mentionId") is not None:
            raise ApiError(ErrorName.NOT_IMPLEMENTED, f"tdoData[{place}].mentionId: there are no mentions here.")
        if span.get("tdoId") is None:
            raise invalid_input(f"tdoData[{place}] needs a tdoId.", field="tdoData")
        for name in ("startOffsetMs", "stopOffsetMs"):
            require_count(span.get(name), f"tdoData[{place}].{name}")
        call.find("tdo", "TemporalDataObject", span["tdoId"])
    return [{**span, "tdoId": str(span["tdoId"])} for span in given]


def _configurations(call: Call, given: Sequence[Mapping[str, Any]]) -> list[Record]:
    catalogue = call.installation.catalogue
    configurations = []
    for place, config in enumerate(given):
        path = f"outputConfigurations[{place}]"
        engine_id, category_id = config.get("engineId"), config.get("categoryId")
        if engine_id is None and category_id is None:
            raise invalid_input(f"{path} needs an engineId or a categoryId.", field="outputConfigurations")
        if engine_id is not None and catalogue.engine(engine_id) is None:
            raise not_found("Engine", engine_id)
        if category_id is not None and catalogue.category(category_id) is None:
            raise not_found("EngineCategory", category_id)
        formats = [checked_format(entry, f"{path}.formats[{n}]") for n, entry in enumerate(config["formats"])]
        configurations.append({"engineId": engine_id, "categoryId": category_id, "formats": formats})
    return configurations
