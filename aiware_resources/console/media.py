"""The content of assets, passed on: the browser talks to this console alone, and no signed link reaches it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Depends
from nicegui import app
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from aiware_resources.api import AssetRecord
from aiware_resources.api.download import streamed
from aiware_resources.console.frame import Console
from aiware_resources.console.places import Place
from aiware_resources.console.recread import read_heard, webvtt
from aiware_resources.errors import AiwareError

_PASSED_ON = ("accept-ranges", "content-length", "content-range", "etag", "last-modified")
_SHOWN = ("audio/", "video/")
"""What a browser may play. It has to save anything else: a page or an image in an asset would run its scripts here."""
_KEPT = 60.0
"""Seconds for which a link is used again: a player asks for many parts of a file."""
_CHUNK = 1 << 17


def add(console: Console) -> None:
    """Adds the addresses of assets and captions."""
    links = _Links()

    @app.get("/{place}/assets/{asset_id}")
    def asset(asset_id: str, request: Request, where: Place = Depends(console.place)) -> Response:
        try:
            return _passed_on(where, links.of(where, asset_id), request)
        except AiwareError as error:
            return PlainTextResponse(str(error), HTTPStatus.BAD_GATEWAY)

    @app.get("/{place}/recordings/{tdo_id}/captions/{engine_id}.vtt")
    def captions(tdo_id: str, engine_id: str, where: Place = Depends(console.place)) -> Response:
        try:
            heard = read_heard(where.api(), tdo_id, [engine_id])
        except AiwareError as error:
            return PlainTextResponse(str(error), HTTPStatus.BAD_GATEWAY)
        return Response(webvtt(turn for each in heard for turn in each.turns), media_type="text/vtt")


class _Links:
    """Assets with their links, for a short time."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[float, AssetRecord]] = {}

    def of(self, place: Place, asset_id: str) -> AssetRecord:
        now = time.monotonic()
        self._known = {key: known for key, known in self._known.items() if known[0] > now}
        key = (place.slug, asset_id)
        if key not in self._known:
            self._known[key] = (now + _KEPT, place.api().asset_link(asset_id))
        return self._known[key][1]


def _passed_on(place: Place, asset: AssetRecord, request: Request) -> Response:
    if asset.signed_uri is None:
        return PlainTextResponse("aiWARE has no content of this asset.", HTTPStatus.NOT_FOUND)
    kind = asset.content_type or ""
    is_shown = kind.startswith(_SHOWN) and "download" not in request.query_params
    opened = ExitStack()
    response = opened.enter_context(streamed(place.settings, asset.signed_uri, request.headers.get("range")))

    def content() -> Iterator[bytes]:
        with opened:
            yield from response.iter_raw(_CHUNK)

    headers = {name: value for name in _PASSED_ON if (value := response.headers.get(name))}
    if not is_shown:
        headers["content-disposition"] = f"attachment; filename*=utf-8''{quote(asset.name or asset.id, safe='')}"
    return StreamingResponse(
        content(), response.status_code, headers, media_type=kind if is_shown else "application/octet-stream"
    )
