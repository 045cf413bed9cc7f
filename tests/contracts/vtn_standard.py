"""vtn-standard, the form of what engines find out, as far as the local engines write it.

The rules are the published ones: https://docs.veritone.com/#/developer/engines/standards/engine-output/.
Fields that no local engine writes are left out, and so are refused where vtn-standard refuses what it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

Contract = Literal[
    "anomaly",
    "concept",
    "entity",
    "keyword",
    "language",
    "media-translated",
    "object",
    "sentiment",
    "summary",
    "text",
    "transcript",
]
Kind = Literal[
    "anomaly",
    "barcode",
    "concept",
    "face",
    "face-verification",
    "facial-features",
    "fingerprint",
    "keyword",
    "licensePlate",
    "logo",
    "namedEntity",
    "object",
    "sound",
    "speaker",
    "speaker-verification",
    "text",
]
Confidence = Annotated[float, Field(ge=0, le=1)]
Milliseconds = Annotated[int, Field(ge=0)]
Place = Annotated[int, Field(ge=1)]


class _Closed(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Word(_Closed):
    word: str
    confidence: Confidence | None = None
    utteranceLength: Annotated[int, Field(ge=1)] | None = None  # noqa: N815 - as in JSON
    bestPath: bool | None = None  # noqa: N815 - as in JSON


def _alternatives(words: list[Word]) -> list[Word]:
    if len(words) > 1:
        assert all(None not in (each.confidence, each.utteranceLength) for each in words), "alternatives are weighed"
        assert [each.bestPath for each in words].count(True) == 1, "one of several words is on the best path"
    return words


class Point(_Closed):
    """A point of a picture, in shares of its width and height."""

    x: Confidence
    y: Confidence


class Category(_Closed):
    class_: str = Field(alias="class")
    id_: str | None = Field(default=None, alias="@id")
    confidence: Confidence | None = None


class Object(_Closed):
    type: Kind
    label: str | None = None
    text: str | None = None
    objectCategory: Annotated[list[Category], Field(min_length=1)] | None = None  # noqa: N815 - as in JSON
    boundingPoly: Annotated[list[Point], Field(min_length=1)] | None = None  # noqa: N815 - as in JSON
    entityId: str | None = None  # noqa: N815 - as in JSON
    libraryId: str | None = None  # noqa: N815 - as in JSON
    language: str | None = None
    confidence: Confidence | None = None
    page: Place | None = None
    paragraph: Place | None = None
    sentence: Place | None = None


class Entry(_Closed):
    """What was found out of a span of time."""

    startTimeMs: Milliseconds  # noqa: N815 - as in JSON
    stopTimeMs: Milliseconds  # noqa: N815 - as in JSON
    words: Annotated[list[Word], Field(min_length=1), AfterValidator(_alternatives)] | None = None
    object: Object | None = None
    language: str | None = None
    speakerId: str | None = None  # noqa: N815 - as in JSON


class Document(BaseModel):
    """A document; it may hold more."""

    model_config = ConfigDict(strict=True)

    schemaId: str | None = None  # noqa: N815 - as in JSON
    validationContracts: Annotated[list[Contract], Field(min_length=1)] | None = None  # noqa: N815 - as in JSON
    sourceEngineId: str | None = None  # noqa: N815 - as in JSON
    sourceEngineName: str | None = None  # noqa: N815 - as in JSON
    taskId: str | None = None  # noqa: N815 - as in JSON
    generatedDateUTC: Annotated[AwareDatetime, Field(strict=False)] | None = None  # noqa: N815 - as in JSON
    language: str | None = None
    summary: str | None = None
    object: list[Object] | None = None
    series: list[Entry] | None = None

    @model_validator(mode="after")
    def _keeps_its_contracts(self) -> Document:
        objects, series = self.object or [], self.series or []
        for contract in self.validationContracts or []:
            match contract:
                case "transcript":
                    assert self.series is not None, "a transcript has a series"
                    assert all(entry.words for entry in series), "each entry of a transcript has words"
                case "language":
                    assert self.language, "the language is told"
                case "keyword":
                    assert self.object is not None, "keywords are objects"
                    assert all(each.type == "keyword" and each.label for each in objects), "each is a keyword"
                case "text":
                    assert self.object is not None or self.series is not None, "there is text"
                    found = [*objects, *(entry.object for entry in series)]
                    assert all(each and each.type == "text" and each.text is not None for each in found), "each is text"
                case "concept":
                    assert self.object is not None, "concepts are objects"
                    assert all(each.type == "concept" and each.objectCategory for each in objects), "each is a concept"
                case "entity":
                    assert self.object is not None, "entities are objects"
                    named = (each.type == "namedEntity" and (each.label or each.entityId) for each in objects)
                    assert all(named), "each is an entity"
                case "object":
                    assert self.object is not None or self.series is not None, "there are objects"
                    found = [*objects, *(entry.object for entry in series)]
                    assert all(each and each.type == "object" for each in found), "each is an object"
                case _:
                    raise AssertionError(f"no local engine writes {contract}")
        return self


def problems(document: Mapping[str, Any]) -> list[str]:
    """What is wrong with a document."""
    try:
        Document.model_validate(document)
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return []
