"""Downloads: asset contents, exported files and task logs, by signed URI or with a token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from aiware_local.installation.errors import ApiError
from aiware_local.installation.installation import Call, Installation
from aiware_local.installation.media import DEFAULT_TYPE
from aiware_local.jobs.tasks import find_task, task_log
from aiware_local.server.connections import answer_with
from aiware_local.server.worker import Worker

Answer = Callable[[], Awaitable[Response]]


class Downloads:
    """Answers `GET` and `HEAD` of /assets/<id>, /exports/<id> and /logs/<task id>.

    Args:
        installation: the local aiWARE behind it.
        worker: brings it up to date before it is looked at.
    """

    def __init__(self, installation: Installation, worker: Worker) -> None:
        self._installation = installation
        self._worker = worker

    async def asset(self, request: Request) -> Response:
        """The content of an asset."""

        async def answer() -> Response:
            asset = self._installation.store.get("asset", request.path_params["id"])
            if asset is None or asset["_file"] is None:
                raise HTTPException(404, "There is no such asset, or it has no content any more.")
            return self._file(asset["_file"], asset["contentType"], asset["name"] or asset["id"])

        return await self._guarded(request, answer)

    async def export(self, request: Request) -> Response:
        """The file of an export request."""

        async def answer() -> Response:
            export = self._installation.store.get("export", request.path_params["id"])
            if export is None or export["_file"] is None:
                raise HTTPException(404, "There is no such export, or it is not complete.")
            file = export["_file"]
            return self._file(file["file"], file["contentType"], file["name"])

        return await self._guarded(request, answer)

    async def log(self, request: Request) -> Response:
        """The log of a task."""

        async def answer() -> Response:
            await self._worker.settle()
            call = Call(self._installation, self._installation.clock.now(), "")
            task = find_task(call, request.path_params["id"])
            if task is None:
                raise HTTPException(404, "There is no such task.")
            return PlainTextResponse("\n".join(task_log(task)) + "\n")

        return await self._guarded(request, answer)

    async def _guarded(self, request: Request, answer: Answer) -> Response:
        """The answer, if the request may have it, or what a fault makes of it."""
        now = self._installation.clock.now()

        async def allowed() -> Response:
            self._require_allowed(request, now)
            return await answer()

        fault = self._installation.faults.take(["download"], named_only=True)
        return await allowed() if fault is None else await answer_with(fault, None, allowed, now)

    def _require_allowed(self, request: Request, now: float) -> None:
        query = request.query_params
        if "signature" in query or "expires" in query:
            if not self._installation.signer.allows(
                request.url.path, query.get("expires"), query.get("signature"), now
            ):
                raise HTTPException(403, "The signature of this URI is not valid or has expired.")
            return
        try:
            self._installation.tokens.check(request.headers.get("authorization"))
        except ApiError as error:
            raise HTTPException(401, error.message, {"WWW-Authenticate": "Bearer"}) from error

    def _file(self, name: str, content_type: str | None, file_name: str) -> Response:
        path = self._installation.files.path(name)
        return FileResponse(path, media_type=content_type or DEFAULT_TYPE, filename=file_name)
