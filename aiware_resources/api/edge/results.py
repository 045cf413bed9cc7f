"""What the engines of an Edge job found out: the documents among its outputs."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from aiware_resources import errors
from aiware_resources.api.caller import Caller
from aiware_resources.api.edge import operations
from aiware_resources.api.edge.calls import EdgeCalls
from aiware_resources.api.edge.jobs import EdgeJobs
from aiware_resources.api.edge.records import Output
from aiware_resources.api.edge.transport import Request, RestTransport
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
        """
        outputs = [output for output in self._jobs.outputs(job_id).outputs if output.is_document]
        return [self._result(job_id, output.name) for output in sorted(outputs, key=lambda output: output.name)]

    def _result(self, job_id: str, name: str) -> EngineResultRecord:
        document = self._document(job_id, name)
        told = document if isinstance(document, dict) else {}
        return EngineResultRecord(
            name=name,
            jsondata=document,
            engine_id=told.get("sourceEngineId") or told.get("engineId"),
            task_id=told.get("taskId"),
            tdo_id=told.get("tdoId"),
        )

    def _document(self, job_id: str, name: str) -> Any:
        """The content of an output; where it does not come along with its description, it is downloaded."""
        path = {"job": job_id, "output": name}
        request = Request(operations.JOB_OUTPUT, path)
        output = self._record(Output, self._ask(request).get("output"), request)
        if output.contents is not None and output.contents_valid is not False:
            try:
                return json.loads(output.contents)
            except ValueError:
                # Cut off, for example: the download has all of it.
                pass
        request = Request(operations.JOB_DOWNLOAD, path)
        try:
            return json.loads(_file(self._content(request)))
        except ValueError:
            raise errors.ServerFailure(
                f"The output {name} of job {job_id} is not JSON, though its name says so.",
                remedy="Report it to the maker of the engine.",
                operation=request.operation.name,
                object_id=job_id,
            ) from None


def _file(content: bytes) -> bytes:
    """The file in a download: as it is, or in pieces of base64 text in a list, as the specification says."""
    try:
        pieces = json.loads(content)
    except ValueError:
        return content
    if not isinstance(pieces, list) or not all(isinstance(piece, str) for piece in pieces):
        return content
    try:
        return b"".join(base64.b64decode(piece, validate=True) for piece in pieces)
    except binascii.Error:
        return content
