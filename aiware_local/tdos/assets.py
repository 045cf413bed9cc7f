"""Assets: create by URI or upload, delete, and how they are read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from ariadne import ObjectType
from starlette.datastructures import UploadFile

from aiware_local.installation.errors import ApiError, ErrorName, RunError, invalid_input, require_count
from aiware_local.installation.installation import MUTATION, QUERY, Call, Info
from aiware_local.installation.media import DEFAULT_TYPE, Media
from aiware_local.storage.ids import new_uuid
from aiware_local.storage.store import Record
from aiware_local.tdos.records import (
    PRIMARY_TYPES,
    TARGET_LENGTH_SECONDS,
    drop_content,
    has_content,
    new_asset,
    new_tdo,
    save_asset,
    set_primary,
)
from aiware_local.tdos.transcripts import words_of

ASSET = ObjectType("Asset")
ASSET_SOURCE = ObjectType("AssetSourceData")
FILE_DATA = ObjectType("AssetFileData")

LARGEST_INT = 2**31 - 1


@QUERY.field("asset")
def resolve_asset(_: Any, info: Info, **args: Any) -> Record:
    """One asset."""
    return info.context.find("asset", "Asset", args["id"])


@MUTATION.field("createAsset")
async def resolve_create_asset(_: Any, info: Info, **args: Any) -> Record:
    """Adds an asset to a TDO, by uri or upload."""
    call, values = info.context, args["input"]
    tdo = call.find("tdo", "TemporalDataObject", values["containerId"])
    return await _create(call, tdo["id"], values, "input")


@MUTATION.field("createTDOWithAsset")
async def resolve_create_tdo_with_asset(_: Any, info: Info, **args: Any) -> Record:
    """Creates a TDO and its first asset; both or none."""
    call, values = info.context, args.get("input")
    if values is None:
        raise invalid_input("createTDOWithAsset needs an input with startDateTime.")
    start, stop = values["startDateTime"], values.get("stopDateTime")
    stop = start + TARGET_LENGTH_SECONDS if stop is None else stop
    source = values.get("sourceData") or {}
    extra = {key: values.get(key) for key in ("sourceId", "scheduledJobId") if values.get(key) is not None}
    if values.get("scheduleId") is not None:
        extra.setdefault("scheduledJobId", values["scheduleId"])
    _require_source(call, values, "input")
    with call.store.transaction():
        tdo = new_tdo(call, {**values, "stopDateTime": stop, "sourceData": {**extra, **source}})
    asset_input = {key: values.get(key) for key in ("contentType", "uri", "file", "assetType")}
    primary = values.get("assetType") in PRIMARY_TYPES
    try:
        await _create(call, tdo["id"], {**asset_input, "setAsPrimary": primary}, "input")
    except ApiError:
        call.store.delete("tdo", tdo["id"])
        raise
    return call.find("tdo", "TemporalDataObject", tdo["id"])


@MUTATION.field("deleteAsset")
def resolve_delete_asset(_: Any, info: Info, **args: Any) -> Record:
    """Removes an asset and its content."""
    call = info.context
    asset = call.find("asset", "Asset", args["id"])
    drop_content(call.installation, asset)
    call.store.delete("asset", asset["id"])
    return {"id": asset["id"], "message": f"Asset {asset['id']} was deleted."}


def require_asset_inputs(inputs: Sequence[Mapping[str, Any]] | None) -> None:
    """Refuses assets of a createTDO input that are wrong in themselves, before anything is made.

    Raises:
        ApiError: invalid_input.
    """
    for place, values in enumerate(inputs or []):
        _require_primary_type(values, f"assets[{place}]")


async def add_assets(call: Call, tdo_id: str, inputs: Sequence[Mapping[str, Any]] | None) -> None:
    """Makes the assets of a createTDO input."""
    for place, values in enumerate(inputs or []):
        await _create(call, tdo_id, values, f"assets[{place}]")


async def _create(call: Call, tdo_id: str, values: Mapping[str, Any], path: str) -> Record:
    asset_type = values.get("assetType") or values.get("type")
    if not asset_type:
        raise invalid_input(f"{path} needs an assetType.", field="assetType")
    _require_primary_type(values, path)
    for name in ("size", "mediaDurationMs"):
        require_count((values.get("fileData") or {}).get(name), f"{path}.fileData.{name}")
    upload = _require_source(call, values, path)
    asset_id = new_uuid()
    given_file = {key: value for key, value in (values.get("fileData") or {}).items() if key != "mode"}
    asset = new_asset(
        call.installation,
        asset_id,
        tdo_id,
        assetType=asset_type,
        name=values.get("name"),
        description=values.get("description"),
        contentType=values.get("contentType"),
        details=values.get("details") or {},
        jsondata=values.get("jsondata") or {},
        sourceData=dict(values.get("sourceData") or {}),
        isUserEdited=bool(values.get("isUserEdited")),
        fileData={"md5sum": values.get("md5sum"), **given_file},
    )
    if upload is not None:
        await _take_upload(call, asset, upload)
    else:
        await _take_uri(call, asset, values)
    save_asset(call.store, asset)
    if values.get("setAsPrimary"):
        set_primary(call.installation, tdo_id, asset)
    if values.get("updateContainerStopDateTime"):
        _extend_container(call, tdo_id, asset)
    return asset


def _require_primary_type(values: Mapping[str, Any], path: str) -> None:
    asset_type = values.get("assetType") or values.get("type")
    if values.get("setAsPrimary") and asset_type not in PRIMARY_TYPES:
        raise invalid_input(f"{path}: only an asset of type media or transcript can be primary, not {asset_type}.")


def _require_source(call: Call, values: Mapping[str, Any], path: str) -> UploadFile | None:
    """The uploaded file, or None if a uri is given."""
    upload: UploadFile | None = values.get("file") or call.upload
    if upload is None and not values.get("uri"):
        raise invalid_input(f"{path} needs a uri, or a file as part of a multipart/form-data request.")
    return upload


async def _take_upload(call: Call, asset: Record, upload: UploadFile) -> None:
    stored = await asyncio.to_thread(call.installation.files.copy, asset["id"], upload.file)
    if asset["fileData"].get("md5sum") not in (None, stored.md5):
        call.installation.files.delete(stored.name)
        raise invalid_input("md5sum is not that of the uploaded file.", field="md5sum")
    asset["_file"] = stored.name
    asset["name"] = asset["name"] or upload.filename
    asset["contentType"] = asset["contentType"] or upload.content_type or DEFAULT_TYPE
    asset["fileData"] |= {"md5sum": stored.md5, "size": stored.size}


async def _take_uri(call: Call, asset: Record, values: Mapping[str, Any]) -> None:
    """Copies the content of the uri; stores the uri alone if asked to, or where it is out of reach."""
    uri = values["uri"]
    asset["fileData"].setdefault("originalFileUri", uri)
    if values.get("storeAsReference"):
        asset["_reference"] = uri
        return
    try:
        media: Media = await call.installation.media.fetch(uri, asset["id"])
    except RunError as error:
        raise invalid_input(error.message, field="uri") from error
    asset["name"] = asset["name"] or media.name
    asset["contentType"] = asset["contentType"] or media.content_type
    if media.file is None:
        asset["_reference"] = uri
        return
    asset["_file"] = media.file
    asset["fileData"] |= {"md5sum": media.md5, "size": media.size}
    if media.sidecar is not None:
        asset["_sidecar"] = asset["id"] + PurePosixPath(media.sidecar).suffix


def _extend_container(call: Call, tdo_id: str, asset: Record) -> None:
    duration = asset["fileData"].get("mediaDurationMs")
    tdo = call.store.get("tdo", tdo_id)
    if tdo is not None and duration is not None:
        tdo["stopDateTime"] = max(tdo["stopDateTime"], tdo["startDateTime"] + duration / 1000)
        call.store.put("tdo", tdo)


@ASSET.field("type")
def resolve_type(asset: Record, _: Info) -> str:
    return str(asset["assetType"])


@ASSET.field("container")
def resolve_container(asset: Record, info: Info) -> Record | None:
    return info.context.store.get("tdo", asset["containerId"])


@ASSET.field("uri")
def resolve_uri(asset: Record, info: Info) -> str | None:
    """The address that needs a token; for content that is stored elsewhere, the address there."""
    return _address(asset) or (f"{info.context.base_url}/assets/{asset['id']}" if has_content(asset) else None)


@ASSET.field("signedUri")
def resolve_signed_uri(asset: Record, info: Info) -> str | None:
    """The signed address, which needs no token and works for a while."""
    return _address(asset) or (info.context.signed(f"/assets/{asset['id']}") if has_content(asset) else None)


def _address(asset: Record) -> str | None:
    reference: str | None = asset["_reference"]
    return reference


@ASSET.field("details")
def resolve_details(asset: Record, _: Info, **args: Any) -> Any:
    return pick(asset["details"], args.get("path"))


@ASSET.field("jsonstring")
def resolve_jsonstring(asset: Record, _: Info, **args: Any) -> str:
    return json.dumps(asset["jsondata"], indent=args.get("indent"), ensure_ascii=False)


@ASSET.field("transform")
def resolve_transform(asset: Record, info: Info, **args: Any) -> str:
    function = args["transformFunction"]
    if function == "XML2JSON":
        raise ApiError(ErrorName.NOT_IMPLEMENTED, "transform: XML2JSON is not available here.")
    if asset["_file"] is None:
        raise invalid_input(f"Asset {asset['id']} has no content here to transform.")
    try:
        content = json.loads(info.context.installation.files.path(asset["_file"]).read_bytes())
    except ValueError:
        raise invalid_input(f"Asset {asset['id']} does not hold JSON.") from None
    if function == "Transcript2JSON":
        content = [{"word": word.text, "start": word.start_ms, "stop": word.stop_ms} for word in words_of(content)]
    return json.dumps(content, ensure_ascii=False)


@FILE_DATA.field("size")
def resolve_size(file_data: Record, _: Info) -> int | None:
    size = file_data.get("size")
    return size if size is not None and size <= LARGEST_INT else None


@ASSET_SOURCE.field("schema")
def resolve_schema(source: Record, _: Info) -> Record | None:
    schema_id = source.get("schemaId")
    return None if schema_id is None else {"id": schema_id}


@ASSET_SOURCE.field("engine")
def resolve_engine(source: Record, info: Info) -> Record | None:
    return info.context.installation.catalogue.engine(source.get("engineId") or "")


def pick(value: Any, path: str | None) -> Any:
    """The value at a path of keys and list positions joined by dots; None where it leads nowhere."""
    for step in path.split(".") if path else []:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
