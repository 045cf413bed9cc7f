"""Uploads a file and downloads it again, and prints the highest memory use of this process after each, in bytes.

Usage: transfer.py ENDPOINT TDO FILE DESTINATION, with AIWARE_TOKEN set.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

import httpx
from pydantic import SecretStr

from aiware_resources.api import CloudApi, LocalFile
from aiware_resources.files.downloads import fetch
from aiware_resources.settings import Settings

SMALL = b"x" * 1000


def main(endpoint: str, tdo_id: str, source: str, destination: str) -> None:
    settings = Settings(endpoint=endpoint, token=SecretStr(os.environ["AIWARE_TOKEN"]))
    api = CloudApi(settings, settings.resolve_endpoint())
    # Once with a small file: what a first transfer imports and sets up is no part of what a large one takes.
    small = Path(destination).with_name("small")
    small.write_bytes(SMALL)
    fetch(settings, signed_uri(settings, upload(api, tdo_id, small)), small.with_name("small-back"))
    peaks = {"before": peak()}
    asset_id = upload(api, tdo_id, Path(source))
    peaks["upload"] = peak()
    fetch(settings, signed_uri(settings, asset_id), Path(destination))
    peaks["download"] = peak()
    print(json.dumps(peaks))


def upload(api: CloudApi, tdo_id: str, path: Path) -> str:
    content = {"containerId": tdo_id, "assetType": "media", "name": path.name}
    return api.upload_asset(content, LocalFile.read(path)).id


def signed_uri(settings: Settings, asset_id: str) -> str:
    body = {"query": "query($id: ID!) { asset(id: $id) { signedUri } }", "variables": {"id": asset_id}}
    token = os.environ["AIWARE_TOKEN"]
    answer = httpx.post(settings.endpoint, json=body, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    return str(answer.json()["data"]["asset"]["signedUri"])


def peak() -> int:
    """The highest resident memory of this process so far, in bytes; Linux counts in kilobytes."""
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return highest if sys.platform == "darwin" else highest * 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
