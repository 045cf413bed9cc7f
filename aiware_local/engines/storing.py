"""Engines that bring in, join and store: the adapter, the media stores, the chunk aggregator and the output writer."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

from aiware_local.engines.run import Run, has_document
from aiware_local.installation.media import UNREACHABLE, Media, is_blank
from aiware_local.storage.ids import made_by_task
from aiware_local.storage.store import Record, from_text
from aiware_local.tdos.records import new_asset, newest_asset, save_asset, set_primary


async def adapt(run: Run) -> None:
    """Fetches payload.url, or reads the primary media of the TDO, and passes it on.

    Without folders nothing takes what it passes on: it stores what it has fetched in the TDO.
    """
    run.media = await run.find_media(of_tdo=True)
    is_fetched = not is_blank(run.payload.get("url"))
    if run.media.file is None:
        run.simulate(UNREACHABLE, f"{run.media.url} is out of reach of the local aiWARE: the media is simulated.")
    else:
        run.note(_fetched(run.media) if is_fetched else f"Read {run.media.name} of the TDO.")
    run.output = {"url": run.media.url, "contentType": run.media.content_type, "bytes": run.media.size}
    if is_fetched and run.has_tdo and not run.task["ioFolders"]:
        asset = _store_as_asset(run, run.media)
        run.note(f"Stored {run.media.name} as asset {asset}.")
        run.output["assetId"] = asset


async def store_media(run: Run) -> None:
    """Stores the media that it gets in the TDO, as its primary media asset.

    A task without folders works on what the TDO has, which is stored already.
    """
    media = await run.find_media(of_tdo=not run.task["ioFolders"])
    stored = newest_asset(run.installation.store, run.require_tdo(), "media")
    if not run.task["ioFolders"] and stored is not None:
        run.note(f"TDO {run.tdo_id} has {media.name} already, as asset {stored['id']}.")
        run.output = {"assetId": stored["id"]}
        return
    asset = _store_as_asset(run, media)
    run.note(f"Stored {media.name} as asset {asset}.")
    run.output = {"assetId": asset}


def _store_as_asset(run: Run, media: Media) -> str:
    installation = run.installation
    asset_id = made_by_task(run.tdo_id, run.task["id"], "media")
    asset = new_asset(
        installation,
        asset_id,
        run.tdo_id,
        assetType="media",
        contentType=media.content_type,
        name=media.name,
        fileData={"md5sum": media.md5, "size": media.size, "originalFileUri": media.url},
        sourceData={"taskId": run.task["id"], "engineId": run.task["engineId"], "name": run.engine["name"]},
    )
    if media.file is None:
        asset["_reference"] = media.url
    else:
        installation.files.link(media.file, asset_id)
        asset["_file"] = asset_id
    if media.sidecar is not None:
        asset["_sidecar"] = asset_id + PurePosixPath(media.sidecar).suffix
        installation.files.link(media.sidecar, asset["_sidecar"])
    with installation.store.transaction():
        save_asset(installation.store, asset)
        set_primary(installation, run.tdo_id, asset)
    return asset_id


def _fetched(media: Media) -> str:
    beside = " and the transcript beside it" if media.sidecar else ""
    return f"Fetched {media.url}{beside}: {media.size} bytes of {media.content_type}."


async def aggregate(run: Run) -> None:
    """Joins the documents of the tasks before into one; they are not results of their own any more."""
    found = run.upstream_documents()
    if not found:
        run.note("There was nothing to join.")
        return
    documents = [document for _, document in found]
    joined = {**documents[0], **_joined(documents)}
    run.keep_document(joined)
    for task, _ in found:
        task["_result"]["collected"] = True
    run.note(f"Joined {len(documents)} documents into one.")


async def write_output(run: Run) -> None:
    """Stores the documents of the tasks before in the TDO as assets of type vtn-standard."""
    assets = []
    found = [(task, run.path(task["_result"]["document"]).read_bytes()) for task in run.upstream(has_document)]
    for task, content in found:
        assets.append(_store_document(run, task, content))
        task["_result"]["collected"] = True
    run.note(f"Stored in TDO {run.tdo_id}: {', '.join(assets)}." if assets else "There was nothing to collect.")
    run.output = {"assetIds": assets}


def _joined(documents: list[Record]) -> Record:
    series = [entry for document in documents for entry in document.get("series") or []]
    items = [item for document in documents for item in document.get("object") or []]
    contracts = sorted({contract for document in documents for contract in document.get("validationContracts") or []})
    result: Record = {"validationContracts": contracts} if contracts else {}
    if series:
        result["series"] = sorted(series, key=lambda entry: (entry["startTimeMs"], entry["stopTimeMs"]))
    return {**result, "object": items} if items else result


def _store_document(run: Run, task: Record, content: bytes) -> str:
    """Stores the document of a task as an asset of the engine that recognized it."""
    installation = run.installation
    asset_id = made_by_task(run.tdo_id, task["id"], "vtn-standard")
    installation.files.link(task["_result"]["document"], asset_id)
    engine_id = from_text(content)["sourceEngineId"]
    engine = installation.catalogue.engine(engine_id)
    source = {"taskId": task["id"], "engineId": engine_id, "name": engine["name"] if engine else None}
    asset = new_asset(
        installation,
        asset_id,
        run.tdo_id,
        assetType="vtn-standard",
        contentType="application/json",
        name=f"{asset_id}.json",
        fileData={"md5sum": hashlib.md5(content, usedforsecurity=False).hexdigest(), "size": len(content)},
        sourceData=source,
    )
    asset["_file"] = asset_id
    save_asset(installation.store, asset)
    return asset_id
