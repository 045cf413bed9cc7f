"""The results of the engines of an Edge job: the documents among its outputs."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from aiware_resources import errors
from aiware_resources.api.client import Client
from aiware_resources.api.edge.abilities import EDGE
from aiware_resources.api.edge.calls import Calls, Operation, Request, is_route_missing, is_unknown
from aiware_resources.api.edge.job_routes import JobRoutes
from aiware_resources.api.edge.records import Output
from aiware_resources.api.failures import text_of
from aiware_resources.api.interface import lacking
from aiware_resources.api.json_text import read_json
from aiware_resources.api.records import EngineResultRecord

JOB_OUTPUT = Operation("get_job_output", "GET", "/proc/job/{job}/output/{output}")
JOB_DOWNLOAD = Operation("get_job_download", "GET", "/proc/job/{job}/download/{output}")


class ResultCalls(Calls):
    """Calls about what jobs have made."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._routes = JobRoutes(client)

    def engine_results(
        self, *, job_id: str | None = None, tdo_id: str | None = None, engine_ids: Sequence[str] = ()
    ) -> list[EngineResultRecord]:
        if job_id is None:
            raise lacking(EDGE, "engineResults of a TDO")
        outputs = [output for output in self._routes.outputs(job_id).outputs if output.is_document]
        found = [self._result(job_id, output) for output in sorted(outputs, key=lambda output: output.name)]
        return [result for result in found if not engine_ids or result.engine_id in engine_ids]

    def _result(self, job_id: str, listed: Output) -> EngineResultRecord:
        document = self._document(job_id, listed)
        told = document if isinstance(document, dict) else {}
        return EngineResultRecord(
            name=listed.name,
            jsondata=document,
            engine_id=text_of(told.get("sourceEngineId")) or text_of(told.get("engineId")),
            task_id=text_of(told.get("taskId")),
            tdo_id=text_of(told.get("tdoId")),
        )

    def _document(self, job_id: str, listed: Output) -> Any:
        """The content of an output; where it does not come along with its description, it is downloaded."""
        path = {"job": job_id, "output": listed.name}
        output = self._described(Request(JOB_OUTPUT, path))
        if output is not None and output.contents is not None and output.contents_valid is not False:
            if not isinstance(output.contents, str):
                return output.contents
            # Cut off, for example, where it is not JSON: the download has all of it.
            if (document := _json(output.contents)) is not _NOT_JSON:
                return document
        request = Request(JOB_DOWNLOAD, path)
        document = _downloaded(self._answered(request, lambda reply: reply.content), listed.size)
        if document is _NOT_JSON:
            raise errors.ServerFailure(
                f"The output {listed.name} of job {job_id} is not JSON, though its name says so.",
                remedy="Report it to the maker of the engine.",
                operation=request.operation.name,
                object_id=job_id,
            )
        return document

    def _described(self, request: Request) -> Output | None:
        """An output with its contents; None where an installation has no such route, as for one that is not there."""
        try:
            answer = self._ask(request)
        except errors.ApiError as error:
            # The download says whether it is there.
            if not is_unknown(error) and not is_route_missing(error):
                raise
            return None
        output = self._record(Output, answer.get("output"), request)
        name = request.path["output"]
        if output.name not in (name, name.removesuffix(".json")):
            raise self._unfit(f"an answer about another output, {output.name}", request)
        return output


_NOT_JSON = object()


def _json(content: str | bytes) -> Any:
    try:
        return read_json(content)
    except ValueError:
        return _NOT_JSON


def _downloaded(content: bytes, size: int | None) -> Any:
    """The document in a download: as it is, or in pieces of base64 text in a list, as the specification says.

    A document may look like such a list itself: it is one where the pieces do not hold a document, or where the
    listed size is its own.
    """
    document = _json(content)
    file = _decoded(document)
    if file is None or (size == len(content) and size != len(file)):
        return document
    held = _json(file)
    return document if held is _NOT_JSON else held


def _decoded(pieces: Any) -> bytes | None:
    """The file that pieces of base64 text hold; None where they are none."""
    listed = [pieces] if isinstance(pieces, str) else pieces
    if not isinstance(listed, list) or not listed or not all(isinstance(piece, str) for piece in listed):
        return None
    try:
        return b"".join(base64.b64decode(piece, validate=True) for piece in listed)
    except (binascii.Error, ValueError):
        return None
