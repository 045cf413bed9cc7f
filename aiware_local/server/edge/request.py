"""One request to the Edge API, as its operations see it; the kinds of values in requests, and the page of a list."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse, Response

from aiware_local.installation.installation import Call
from aiware_local.installation.lists import LARGEST_LIMIT, paging_now, sort_key
from aiware_local.jobs.records import show_job, show_task
from aiware_local.server.edge.errors import EdgeError, bad, missing
from aiware_local.server.edge.ids import internal_job_id, internal_task_id, is_uuid, job_id_of
from aiware_local.storage.store import Record

_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")

_WHOLE = re.compile(r"-?\d{1,19}", re.ASCII)

JobStatus = Literal[
    "scheduled", "pending", "queued", "running", "complete", "aborted", "failed", "rejected", "reprocessing"
]
Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Int64 = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Count64 = Annotated[int, Field(ge=0, le=2**63 - 1)]
DEFAULT_LIMIT = 10
DEFAULT_ORDER = "createdDateTime"
WORDS = {"extra_forbidden": "is not known to the API", "missing": "is required"}
"""Other words for what pydantic says of some kinds of problems."""
Model = TypeVar("Model", bound=BaseModel)


def _uuid(text: str) -> str:
    if not is_uuid(text):
        raise ValueError("must be a UUID")
    return text.lower()


def _correlation(text: str) -> str:
    if not text.strip():
        raise ValueError("must be a text, such as a name or a UUID")
    # Some clients spell a UUID in capitals in one place, and not in another.
    return text.lower() if is_uuid(text) else text


def _seconds(text: str) -> str:
    if not _DATE_TIME.fullmatch(text):
        raise ValueError("must be a time such as 2026-11-24T09:51:42.331Z")
    datetime.fromisoformat(text.upper())
    return text.upper()


def _json_text(text: str) -> str:
    try:
        require_text(json.loads(text, parse_constant=_no_number))
    except (ValueError, RecursionError):
        raise ValueError("must be JSON as text") from None
    return text


def require_text(value: Any) -> None:
    """Refuses JSON with halves of characters (lone surrogates) in it, which could be stored but not answered.

    Raises:
        ValueError: there is one somewhere.
    """
    json.dumps(value, ensure_ascii=False).encode()


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _whole(text: Any) -> Any:
    if not isinstance(text, str) or not _WHOLE.fullmatch(text):
        raise ValueError("must be a whole number")
    return int(text)


def _truth(text: Any) -> Any:
    if text not in ("true", "false"):
        raise ValueError("must be true or false")
    return text == "true"


Uuid = Annotated[str, AfterValidator(_uuid)]
"""A UUID, in lower case from here on."""
Correlation = Annotated[str, AfterValidator(_correlation)]
"""A text by which a request names one of its own parts."""
DateTime = Annotated[str, AfterValidator(_seconds)]
"""A time with its zone, as RFC 3339 has it."""
JsonText = Annotated[str, AfterValidator(_json_text)]
QueryNumber = Annotated[Int64, BeforeValidator(_whole)]
QueryTime = QueryNumber
"""A moment in a query: seconds since the epoch (a unix timestamp)."""
QueryTruth = Annotated[bool, BeforeValidator(_truth)]


class Body(BaseModel):
    """A part of a body: nothing that the contract does not name, no null, every value of the type that it has there."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, value: Any) -> Any:
        names = [str(name) for name, item in value.items() if item is None] if isinstance(value, dict) else []
        if names:
            raise ValueError(f"{', '.join(names)} cannot be null: leave out what has no value")
        return value

    def given(self, *names: str) -> dict[str, Any]:
        """What was given, by the names of the API; all of it, or of these fields."""
        values = self.model_dump(by_alias=True, exclude_none=True)
        return {name: value for name, value in values.items() if not names or name in names}


class Query(BaseModel):
    """The query parameters of an operation; their values come as text."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _direction(text: str) -> str:
    if text.upper() not in ("ASC", "DESC"):
        raise ValueError("must be ASC or DESC")
    return text.upper()


class Page(Query):
    """Which part of a list, in which order."""

    offset: Annotated[QueryNumber, Field(ge=0)] = 0
    limit: Annotated[QueryNumber, Field(ge=1, le=LARGEST_LIMIT)] = DEFAULT_LIMIT
    order_by: Annotated[str, Field(alias="orderBy")] = DEFAULT_ORDER
    direction: Annotated[str, AfterValidator(_direction)] = "DESC"


def answer_page(
    records: Iterable[Record],
    page: Page,
    orders: Mapping[str, Callable[[Record], Any]],
    show: Callable[[Record], Mapping[str, Any]],
    *,
    newest_first: bool = False,
) -> Response:
    """The page in its wrapper; `count` is the number of entries in this page unless all are to be counted.

    Args:
        records: the whole list.
        page: what the query asks for.
        orders: the fields that the list can be ordered by, and how a record is asked for each.
        show: the entry of a record.
        newest_first: whether the records come so; where that is asked for, they are read no further than the page goes.

    Raises:
        EdgeError: 400 for an order that there cannot be.
    """
    value = orders.get(page.order_by)
    if value is None:
        raise bad(f"orderBy is '{page.order_by}'; it must be one of {', '.join(orders)}.")
    paging = paging_now()
    is_ordered = newest_first and (page.order_by, page.direction) == (DEFAULT_ORDER, "DESC")
    ordered = iter(records if is_ordered else sorted(records, key=sort_key(value), reverse=page.direction == "DESC"))
    before = sum(1 for _ in islice(ordered, page.offset))
    result = [show(record) for record in islice(ordered, paging.length(page.limit))]
    count = before + len(result) + sum(1 for _ in ordered) if paging.counts_all else len(result)
    return JSONResponse({"success": True, "offset": page.offset, "limit": page.limit, "count": count, "result": result})


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

    def task(self) -> Record:
        """The task that the path names, as it is now.

        Raises:
            EdgeError: 400 if that is not a UUID, 404 if there is no such task, 500 if a fault makes its job unreadable.
        """
        internal_id = self.path["TaskID"].lower()
        if not is_uuid(internal_id):
            raise bad(f"TaskID is '{internal_id}'; it must be the internalTaskID that the job's detail shows.")
        for job in self.call.store.scan("job"):
            task = next((each for each in job["_tasks"] if internal_task_id(each["id"]) == internal_id), None)
            if task is not None:
                self._require_readable(job)
                return show_task(show_job(job, self.call.now), task["order"])
        raise missing("task", internal_id)

    def job(self) -> Record:
        """The job that the path names.

        Raises:
            EdgeError: 400 if that is not a UUID, 404 if there is no such job, 500 if a fault makes it unreadable.
        """
        internal_id = self.path["JobID"]
        if not is_uuid(internal_id):
            raise bad(f"JobID is '{internal_id}'; it must be the UUID that creating the job answered.")
        job_id = job_id_of(internal_id)
        job = None if job_id is None else self.call.store.get("job", job_id)
        if job is None:
            raise missing("job", internal_id)
        self._require_readable(job)
        return job

    def _require_readable(self, job: Record) -> None:
        internal_id = internal_job_id(job["id"])
        if not self.unreadable.isdisjoint((internal_id, job["id"])):
            raise EdgeError(500, f"The local aiWARE was told that job {internal_id} cannot be read.")


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
