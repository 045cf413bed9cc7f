"""Runs every operation of Veritone's published Python client, and prints as JSON what each came to.

Runs in the virtual environment of the client. Arguments: the local aiWARE's address, and the address of a recording.
The token is in AIWARE_TOKEN.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
import types
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def client_of(address: str) -> Any:
    """The client, without the rest of its package: that asks for LangChain as soon as it is imported."""
    package = types.ModuleType("veri_agents_aiware")
    package.__path__ = [str(Path(importlib.util.find_spec("veri_agents_aiware").origin).parent)]  # type: ignore[union-attr, arg-type]
    sys.modules[package.__name__] = package
    from aiware.common.auth import AiwareSessionToken, TokenAuth
    from veri_agents_aiware.aiware_client.client_generated.client import AgentsAiware

    return AgentsAiware(base_url=f"{address}/", auth=TokenAuth(AiwareSessionToken(os.environ["AIWARE_TOKEN"])))


def payload(**content: Any) -> Any:
    from aiware.common.schemas import JSONData

    return JSONData(value=content)


def upload(client: Any, tdo_id: str) -> str:
    """Stores a text as an asset in the way of the package's knowledge base: a form with query, variables and file."""
    query = """mutation CreateAsset($assetType: String!, $containerId: ID!, $name: String) {
        createAsset(input: {assetType: $assetType, containerId: $containerId, name: $name}) { id name } }"""
    variables = {"assetType": "text", "containerId": tdo_id, "name": "notes"}
    answer = client.http_client.post(
        client.graphql_url,
        data={"query": query, "variables": json.dumps(variables)},
        files={"file": ("notes.txt", b"Notes", "text/plain")},
    )
    return str(answer.raise_for_status().json()["data"]["createAsset"]["id"])


def wait(client: Any, tdo_id: str) -> list[str]:
    """Polls the jobs of a TDO by the client until all have ended, and returns their statuses."""
    while True:
        page = client.jobs_for_tdo(id=tdo_id).temporalDataObject.jobs
        statuses = [record.status.value for record in page.records]
        if all(status in ("complete", "failed", "cancelled") for status in statuses):
            return statuses
        time.sleep(0.1)


def main(address: str, tdo_id: str) -> dict[str, str]:
    client = client_of(address)
    speech, faces = "c0e55cde-340b-44d7-bb42-2e0d65e98255", "e62665c7-f855-4168-8aa3-668a7b0a50ea"
    name = "published client"
    since, until = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    job: dict[str, Any] = {"tdoId": tdo_id, "name": name}
    asset_id = upload(client, tdo_id)
    calls: dict[str, Callable[[], Any]] = {
        "upload": lambda: asset_id,
        "create_asset": lambda: client.create_asset(assetType="text", containerId=tdo_id, name="notes"),
        "delete_asset": lambda: client.delete_asset(id=asset_id).deleteAsset.id == asset_id,
        "create_media_processing_job": lambda: (
            client.create_media_processing_job(
                engineId=speech, chunkPayload=payload(ffmpegTemplate="audio"), payload=payload(), **job
            ).createJob.id
        ),
        "create_processing_job": lambda: (
            client.create_processing_job(engineId=speech, payload=payload(), **job).createJob.id
        ),
        "create_sglang_image_job": lambda: (
            client.create_sglang_image_job(engineId=faces, payload=payload(), **job).createJob.id
        ),
        "create_sglang_video_job": lambda: (
            client.create_sglang_video_job(engineId=speech, payload=payload(), **job).createJob.id
        ),
        "create_ome_video_job": lambda: (
            client.create_ome_video_job(engineId=speech, payload=payload(), **job).createJob.id
        ),
        "jobs_for_tdo": lambda: wait(client, tdo_id) == ["complete"] * 5,
        "count_active_jobs_for_engine": lambda: client.count_active_jobs_for_engine(engineIds=[speech]).jobs.count >= 4,
        "get_viewer": lambda: client.get_viewer().myRights.operations,
        "get_recent_tdos": lambda: listed(client.get_recent_tdos(fromDateTime=since, toDateTime=until), tdo_id),
        "get_tdos_with_assets": lambda: listed(client.get_tdos_with_assets(fromDateTime=since), tdo_id),
        "get_tdos_by_id_with_assets": lambda: listed(client.get_tdos_by_id_with_assets(ids=[tdo_id]), tdo_id),
        "rag_get_td_os_meta": lambda: listed(client.rag_get_td_os_meta(ids=[tdo_id], idsCount=1), tdo_id),
        "rag_get_tdo_content": lambda: client.rag_get_tdo_content(id=tdo_id).temporalDataObject.assets.records,
        "get_folder": lambda: client.get_folder(id=tdo_id),
        "get_root_folders": client.get_root_folders,
        "get_libraries": client.get_libraries,
        "get_library_engine_models": lambda: client.get_library_engine_models(libraryId=tdo_id),
        "get_entities": client.get_entities,
        "get_mentions": client.get_mentions,
        "get_mentions_with_engine_results": client.get_mentions_with_engine_results,
        "get_watchlists": client.get_watchlists,
        "get_schema_json": lambda: client.get_schema_json(id=tdo_id),
    }
    return {name: outcome(call) for name, call in calls.items()}


def listed(answer: Any, tdo_id: str) -> bool:
    return any(record.id == tdo_id for record in answer.temporalDataObjects.records)


def outcome(call: Callable[[], Any]) -> str:
    """`ok` where the call returned something that is true; else what it raised."""
    try:
        return "ok" if call() else "empty"
    except Exception as error:  # noqa: BLE001 - whatever a client of others raises
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
