"""What the engines of an Edge job found out: the documents among its outputs."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from aiware_resources import errors
from aiware_resources.api.caller import Caller
from aiware_resources.api.edge import operations
from aiware_resources.api.edge.calls import EdgeCalls, is_route_missing, is_unknown
from aiware_resources.api.edge.jobs import EdgeJobs
from aiware_resources.api.edge.records import Output
from aiware_resources.api.edge.transport import Request, RestTransport
from aiware_resources.api.json_text import read_json
from aiware_resources.api.records import EngineResultRecord


class EdgeResults(EdgeCalls):
    """Calls about the outputs of jobs.

    Args:
        transport: Sends requests.
        caller: Makes calls, with a token.
        jobs: The calls about jobs.
    """

    def __init__(self, transport: RestTransport, caller: Caller, jobs: EdgeJobs) -> None:
        super().__init__(transport, caller)
        self._jobs = jobs

    def of_job(self, job_id: str) -> list[EngineResultRecord]:
        """Reads the documents that a job has made (get_job_outputs, get_job_output), in the order of their names.

        Raises:
            NotFound: There is no such job.
            ServerFailure: One of the documents cannot be read.
        """
        outputs = [output for output in self._jobs.outputs(job_id).outputs if output.is_document]
        return [self._result(job_id, output) for output in sorted(outputs, key=lambda output: output.name)]

    def _result(self, job_id: str, listed: Output) -> EngineResultRecord:
        document = self._document(job_id, listed)
        told = document if isinstance(document, dict) else {}
        return EngineResultRecord(
            name=listed.name,
            jsondata=document,
            engine_id=_text(told.get("sourceEngineId")) or _text(told.get("engineId")),
            task_id=_text(told.get("taskId")),
            tdo_id=_text(told.get("tdoId")),
        )

    def _document(self, job_id: str, listed: Output) -> Any:
        """The content of an output; where it does not come along with its description, it is downloaded."""
        path = {"job": job_id, "output": listed.name}
        output = self._described(Request(operations.JOB_OUTPUT, path))
        if output is not None and output.contents is not None and output.contents_valid is not False:
            if not isinstance(output.contents, str):
                return output.contents
            # Cut off, for example, where it is not JSON: the download has all of it.
            if (document := _json(output.contents)) is not _NOT_JSON:
                return document
        request = Request(operations.JOB_DOWNLOAD, path)
        document = _downloaded(self._content(request), listed.size)
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


def _text(value: Any) -> str | None:
    """An id; None where a document has something else in its place."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else None


def _downloaded(content: bytes, size: int | None) -> Any:
    """The document in a download: as it is, or in pieces of base64 text in a list, as the specification says.

    A document may look like such a list itself: it is one where what the pieces hold is no document, or where the
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
