"""The kinds of values in requests: UUIDs, times, JSON text, whole numbers; and the form of bodies and queries."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")

_WHOLE = re.compile(r"-?\d{1,19}", re.ASCII)

JobStatus = Literal[
    "scheduled", "pending", "queued", "running", "complete", "aborted", "failed", "rejected", "reprocessing"
]


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID of the usual form."""
    return _UUID.fullmatch(text) is not None


def _uuid(text: str) -> str:
    if not is_uuid(text):
        raise ValueError("must be a UUID")
    return text.lower()


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
    raise ValueError(f"{name} is no JSON")


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
DateTime = Annotated[str, AfterValidator(_seconds)]
"""A time with its zone, as RFC 3339 has it."""
JsonText = Annotated[str, AfterValidator(_json_text)]
Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Int64 = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
QueryNumber = Annotated[Int64, BeforeValidator(_whole)]
QueryTime = QueryNumber
"""A moment in a query: seconds since the epoch (a unix timestamp)."""
QueryTruth = Annotated[bool, BeforeValidator(_truth)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


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
