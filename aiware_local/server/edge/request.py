"""One request to the Edge API, as its operations see it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams

from aiware_local.installation.installation import Call
from aiware_local.server.edge.errors import EdgeError, bad, missing
from aiware_local.server.edge.internal_ids import job_id_of
from aiware_local.server.edge.values import is_uuid, require_text
from aiware_local.storage.records import Record

WORDS = {"extra_forbidden": "is not known to the API", "missing": "is required"}
"""Other words for what pydantic says of some kinds of problems."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class EdgeRequest:
    """A request whose operation is known.

    Attributes:
        call: the installation and the moment.
        path: the values in the path, by name.
        query: the query parameters.
        content_type: of the body, without parameters.
        content: the body.
        unreadable: ids of jobs, in either API, that a fault makes unreadable.
    """

    call: Call
    path: Mapping[str, str]
    query: QueryParams
    content_type: str
    content: bytes
    unreadable: frozenset[str] = frozenset()

    def body(self, model: type[Model], *, required: bool = True) -> Model:
        """The body.

        Raises:
            EdgeError: 400 if it is not what the operation takes; with `required` if there is none.
        """
        if not self.content and not required:
            return model()
        if self.content_type != "application/json":
            raise bad(f"The content type is '{self.content_type}'; send application/json.")
        try:
            value = json.loads(self.content)
            require_text(value)
        except (ValueError, RecursionError):
            raise bad("The body is not JSON.") from None
        return _checked(model, value, "The body")

    def parameters(self, model: type[Model]) -> Model:
        """The query parameters.

        Raises:
            EdgeError: 400 for a parameter that is not known, is given twice, or has a value that it cannot have.
        """
        names = [name for name, _ in self.query.multi_items()]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise bad(f"The query gives {', '.join(repeated)} more than once.")
        return _checked(model, dict(self.query), "The query")

    def job(self) -> Record:
        """The job that the path names.

        Raises:
            EdgeError: 400 if that is no UUID, 404 if there is no such job, 500 if a fault makes it unreadable.
        """
        internal_id = self.path["JobID"]
        if not is_uuid(internal_id):
            raise bad(f"JobID is '{internal_id}'; it must be the UUID that creating the job answered.")
        job_id = job_id_of(internal_id)
        job = None if job_id is None else self.call.store.get("job", job_id)
        if job is None:
            raise missing("job", internal_id)
        if not self.unreadable.isdisjoint((internal_id.lower(), job["id"])):
            raise EdgeError(500, f"The local aiWARE was told that job {internal_id} cannot be read.")
        return job


def _checked(model: type[Model], value: Any, what: str) -> Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise bad(_sentence(error, what)) from None


def _sentence(error: ValidationError, what: str) -> str:
    problems = [
        f"{_path(detail['loc']) or what}{_problem(detail['type'], detail['msg'])}"
        for detail in error.errors(include_url=False, include_input=False)
    ]
    return f"{'; '.join(problems)}."


def _problem(kind: str, message: str) -> str:
    return f" {WORDS[kind]}" if kind in WORDS else f": {message.removeprefix('Value error, ')}"


def _path(places: tuple[int | str, ...]) -> str:
    """A place in a body, such as `jobs[0].tasks[1].engineId`."""
    text = "".join(f"[{place}]" if isinstance(place, int) else f".{place}" for place in places)
    return text.removeprefix(".")
