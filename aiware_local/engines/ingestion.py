"""Engines that bring media in: the adapter fetches it, others store it in the TDO."""

from __future__ import annotations

from pathlib import PurePosixPath

from aiware_local.engines.run import Run
from aiware_local.installation.media import Media
from aiware_local.storage.ids import made_by_task
from aiware_local.tdos.asset_records import new_asset, save_asset, set_primary


async def adapt(run: Run) -> None:
    """Fetches payload.url and passes it on."""
    run.media = await run.installation.media.fetch(run.payload.get("url"), f"{run.task['id']}.media")
    run.note(_fetched(run.media))
    run.output = {"url": run.media.url, "contentType": run.media.content_type, "bytes": run.media.size}


async def store_media(run: Run) -> None:
    """Stores the media that it gets in the TDO, as its primary media asset."""
    media = await run.find_media(of_tdo=False)
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
    if media.file is None:
        return f"{media.url} is out of reach of the local aiWARE: the media is simulated."
    beside = " and the transcript beside it" if media.sidecar else ""
    return f"Fetched {media.url}{beside}: {media.size} bytes of {media.content_type}."
