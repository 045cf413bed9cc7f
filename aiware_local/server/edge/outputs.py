"""get_job_outputs, get_job_output, get_job_download: what the output writers of a job have stored."""

from __future__ import annotations

import base64
from typing import Any

from starlette.responses import JSONResponse, Response

from aiware_local.installation.installation import Installation
from aiware_local.server.edge.errors import missing
from aiware_local.server.edge.internal_ids import internal_job_id, output_name
from aiware_local.server.edge.request import EdgeRequest
from aiware_local.storage.records import Record
from aiware_local.tdos.asset_records import assets_of

PIECE_BYTES = 48 * 1024
"""A download comes in pieces of so many bytes; a multiple of three, so that only the last one is padded."""


def list_outputs(request: EdgeRequest) -> Response:
    """`GET /proc/job/{JobID}/outputs`: the names and sizes, without the contents."""
    job = request.job()
    outputs = [_summary(request.call.installation, asset) for asset in _assets(request.call.installation, job)]
    return JSONResponse({"outputs": {"internalJobID": internal_job_id(job["id"]), "outputs": outputs}})


def get_output(request: EdgeRequest) -> Response:
    """`GET /proc/job/{JobID}/output/{JobOutputName}`: one output with its contents."""
    asset, content = _named(request)
    return JSONResponse({"output": {**_summary(request.call.installation, asset), **_contents(content)}})


def download(request: EdgeRequest) -> Response:
    """`GET /proc/job/{JobID}/download/{JobOutputName}`: the contents as base64, in pieces."""
    _, content = _named(request)
    pieces = [content[start : start + PIECE_BYTES] for start in range(0, len(content), PIECE_BYTES)]
    return JSONResponse([base64.b64encode(piece).decode() for piece in pieces])


def _assets(installation: Installation, job: Record) -> list[Record]:
    """The results of the job's tasks that are stored in its TDO, oldest first."""
    tasks = {task["id"] for task in job["_tasks"]}
    return [
        asset
        for asset in reversed(assets_of(installation.store, job["targetId"]))
        if asset["assetType"] == "vtn-standard"
        and asset["_file"] is not None
        and asset["sourceData"].get("taskId") in tasks
    ]


def _named(request: EdgeRequest) -> tuple[Record, bytes]:
    """The output that the path names, and its content.

    Raises:
        EdgeError: 404.
    """
    installation, name = request.call.installation, request.path["JobOutputName"]
    for asset in _assets(installation, request.job()):
        if output_name(asset["id"]) == name:
            return asset, installation.files.path(asset["_file"]).read_bytes()
    raise missing("output", name)


def _contents(content: bytes) -> dict[str, Any]:
    """The contents as text, and whether they are text at all."""
    try:
        return {"contents": content.decode(), "contentsValid": True}
    except UnicodeDecodeError:
        return {"contents": "", "contentsValid": False}


def _summary(installation: Installation, asset: Record) -> dict[str, Any]:
    return {
        "name": output_name(asset["id"]),
        "size": installation.files.path(asset["_file"]).stat().st_size,
        "created": int(asset["createdDateTime"]),
    }
