"""Downloads: asset contents, exported files and task logs, by signed URI or with a token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from aiware_local.installation.errors import ApiError
from aiware_local.installation.installation import Call, Installation
from aiware_local.installation.media import DEFAULT_TYPE
from aiware_local.jobs.tasks import find_task, task_log
from aiware_local.server.connections import answer_under_fault
from aiware_local.server.worker import Worker


class Downloads:
    """Answers `GET` and `HEAD` of /assets/<id>, /exports/<id> and /logs/<task id>.

    Args:
        installation: The local aiWARE behind it.
        worker: Brings it up to date before a log is read.
    """

    def __init__(self, installation: Installation, worker: Worker) -> None:
        self._installation = installation
        self._worker = worker

    def routes(self) -> list[Route]:
        """The routes of the downloads."""
        answers = {"assets": self._asset, "exports": self._export, "logs": self._log}
        return [Route(f"/{name}/{{id}}", partial(self._answer, answer)) for name, answer in answers.items()]

    async def _answer(self, answer: Callable[[str], Awaitable[Response]], request: Request) -> Response:
        """The answer, if the request has a signature or a token, or what a fault makes of it."""
        now = self._installation.clock.now()

        async def allowed() -> Response:
            self._require_allowed(request, now)
            return await answer(request.path_params["id"])

        return await answer_under_fault(self._installation.faults, ["download"], allowed, now, named_only=True)

    def _require_allowed(self, request: Request, now: float) -> None:
        query = request.query_params
        if "signature" in query or "expires" in query:
            signer = self._installation.signer
            if not signer.allows(request.url.path, query.get("expires"), query.get("signature"), now):
                raise HTTPException(403, "The signature of this URI is not valid or has expired.")
            return
        try:
            self._installation.tokens.check(request.headers.get("authorization"))
        except ApiError as error:
            raise HTTPException(401, error.message, {"WWW-Authenticate": "Bearer"}) from error

    async def _asset(self, asset_id: str) -> Response:
        asset = self._installation.store.get("asset", asset_id)
        if asset is None or asset["_file"] is None:
            raise HTTPException(404, "There is no such asset, or it has no content any more.")
        return self._file(asset["_file"], asset["contentType"], asset["name"] or asset["id"])

    async def _export(self, export_id: str) -> Response:
        export = self._installation.store.get("export", export_id)
        if export is None or export["_file"] is None:
            raise HTTPException(404, "There is no such export, or it is not complete.")
        file = export["_file"]
        return self._file(file["file"], file["contentType"], file["name"])

    async def _log(self, task_id: str) -> Response:
        await self._worker.settle()
        task = find_task(Call(self._installation, self._installation.clock.now(), ""), task_id)
        if task is None:
            raise HTTPException(404, "There is no such task.")
        return PlainTextResponse("\n".join(task_log(task)) + "\n")

    def _file(self, name: str, content_type: str | None, file_name: str) -> Response:
        path = self._installation.files.path(name)
        return FileResponse(path, media_type=content_type or DEFAULT_TYPE, filename=file_name)
