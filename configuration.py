"""The keys of this program in a stack's file, and the shape of their values.

The program reads its configuration through this, so that a wrong key ends the run before anything is created, and
`aiware stacks check` checks every stack file by it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from aiware_resources.configuration import (
    CleanupOption,
    ClusterArguments,
    ConfigurationModel,
    Extension,
    Identifier,
    Name,
    Problem,
    StackConfiguration,
    TdoPolicy,
    Time,
    check_span,
)

CLUSTER = "cluster"
"""The resource and the output that are the cluster."""

_LONGEST_NAME = 200
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
)


def _captions() -> list[Extension]:
    return ["vtt"]


def _distinct(formats: list[Extension]) -> list[Extension]:
    twice = sorted(each for each, count in Counter(formats).items() if count > 1)
    if twice:
        raise ValueError(f"lists {', '.join(twice)} more than once: each is one file")
    return formats


def _file_name(name: str) -> str:
    """A name that is a file's or folder's in out/<stack>/ on any system."""
    if any(sign in name for sign in "/\\"):
        raise ValueError("must be the name of a file, not a path: it has a slash or backslash in it")
    if any(unicodedata.category(sign) in _UNPRINTABLE for sign in name):
        raise ValueError("has characters in it that cannot be seen, such as a line end")
    if name != name.strip() or name.startswith(".") or name.endswith("."):
        raise ValueError("must not begin or end with a dot or a space: it names files")
    if name.split(".")[0].lower() in _RESERVED:
        raise ValueError("is the name of a device on Windows: choose another name")
    if len(name.encode()) > _LONGEST_NAME:
        raise ValueError(f"is longer than {_LONGEST_NAME} bytes: it names files")
    return name


def _place(name: str) -> str:
    """What a file system may take a name for: some tell neither capitals nor composed letters apart."""
    return unicodedata.normalize("NFC", name).casefold()


FileName = Annotated[Name, AfterValidator(_file_name)]


class Recording(ConfigurationModel):
    """A recording to transcribe: at a URL, or in a TDO that holds it already.

    Attributes:
        name: Names the resources, the TDO and the files: ``out/<stack>/<name>.<format>``. No path; no other recording
            or document may have it.
        url: Where the recording is.
        tdo_id: Instead of ``url``: a TDO that holds the recording already. It is not declared, so it is never deleted.
        formats: What to export, each once: captions and other texts.
        start: When the recording starts: a time, with or without quotes, or a date (its first moment in UTC); any hour
            will do.
        stop: When it ends.
        on_destroy: What happens to its TDO: ``delete`` (default), ``cleanup`` or ``retain``.
        cleanup_options: What ``cleanup`` removes: ``storage``, ``searchIndex``, ``engineResults``.
    """

    name: FileName
    url: str | None = None
    tdo_id: Identifier | None = None
    formats: Annotated[list[Extension], AfterValidator(_distinct)] = Field(default_factory=_captions)
    # A TDO needs a time span; where a recording names none, any will do.
    start: Time = "2026-01-01T00:00:00Z"
    stop: Time = "2026-01-01T01:00:00Z"
    on_destroy: TdoPolicy | None = None
    cleanup_options: list[CleanupOption] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.url is None) == (self.tdo_id is None):
            raise ValueError("needs url, where the recording is, or tdoId, the TDO that holds it already, and not both")
        if self.url is not None:
            check_span(self.start, self.stop)
        return self

    @property
    def files(self) -> list[str]:
        """The names of its files."""
        return [f"{self.name}.{extension}" for extension in self.formats]


class Document(ConfigurationModel):
    """A Spanish text to translate into English.

    Attributes:
        name: Names the job and the folder of its results: ``out/<stack>/<name>/``. No path; no recording or other
            document may have it.
        url: Where the text is.
    """

    name: FileName
    url: Name


class Archive(ConfigurationModel):
    """Recordings of a source to transcribe: all that are there, and with each update those that are new.

    Attributes:
        name: Names the resource and the folder of its captions: ``out/<stack>/<name>/``. No path; no recording,
            document or other archive may have it.
        media: The source: ``s3://bucket/prefix``, a folder, the address of an index or of a feed, a table; see
            docs/sources.md.
        pattern: Which files: ``*.mp4``, or a list of patterns.
        formats: What to export of each, each once.
        min_size: Bytes that a file has at least.
        max_size: Bytes that it has at the most.
        min_age: Seconds: a file that was changed more recently is left for the next update.
        most_new: How many new recordings one update takes, oldest first.
        allow_empty: Whether the source may be empty. Otherwise that ends the run.
        shards: Over how many stacks the archive is spread.
        on_destroy: What happens to the TDO of a recording that is gone: ``delete`` (default), ``cleanup`` or
            ``retain``.
        cleanup_options: What ``cleanup`` removes: ``storage``, ``searchIndex``, ``engineResults``.
    """

    name: FileName
    media: Name
    pattern: Name | list[Name] = "*"
    formats: Annotated[list[Extension], AfterValidator(_distinct)] = Field(default_factory=_captions)
    min_size: Annotated[int, Field(ge=0)] = 1
    max_size: Annotated[int, Field(ge=0)] | None = None
    min_age: Annotated[float, Field(ge=0)] | None = None
    most_new: Annotated[int, Field(ge=1)] | None = None
    allow_empty: bool = False
    shards: Annotated[int, Field(ge=1)] | None = None
    on_destroy: TdoPolicy | None = None
    cleanup_options: list[CleanupOption] | None = None

    def filters(self) -> dict[str, Any]:
        """The arguments of `media_from`, beside the source."""
        names = {"pattern", "min_size", "max_size", "most_new", "allow_empty", "shards"}
        min_age = None if self.min_age is None else timedelta(seconds=self.min_age)
        return {**self.model_dump(include=names), "min_age": min_age}


N = TypeVar("N", Recording, Document, Archive)


def _named_apart(named: list[N]) -> list[N]:
    names = [each.name for each in named]
    places = Counter(map(_place, names))
    twice = sorted({name for name in names if places[_place(name)] > 1})
    if twice:
        raise ValueError(f"has several entries called {', '.join(twice)}: give each a name of its own")
    if CLUSTER in names:
        raise ValueError(f"has an entry called {CLUSTER}, as the output that is the cluster: choose another name")
    return named


def _none_if_empty(value: Any) -> Any:
    return value or None


class Configuration(StackConfiguration):
    """The keys of this project in a stack's file."""

    # A stack of aiWARE Edge has no cluster, which is an empty object in Pulumi's configuration.
    cluster: Annotated[ClusterArguments | None, BeforeValidator(_none_if_empty)] = None
    recordings: Annotated[list[Recording], AfterValidator(_named_apart)] = Field(default_factory=list)
    documents: Annotated[list[Document], AfterValidator(_named_apart)] = Field(default_factory=list)
    archives: Annotated[list[Archive], AfterValidator(_named_apart)] = Field(default_factory=list)
    protect: bool = False

    @classmethod
    def problems_together(cls, values: Mapping[str, Any]) -> Iterator[Problem]:
        """Of one name, a recording, a document and an archive would be one resource, and may write to one place."""
        recordings = values.get("recordings", [])
        names = {_place(each.name): f"recording {each.name}" for each in recordings}
        places = {_place(file): file for each in recordings for file in each.files}
        for kind in ("documents", "archives"):
            for index, each in enumerate(values.get(kind, [])):
                place = _place(each.name)
                if place in names:
                    yield Problem((kind, index, "name"), f"is the name of the {names[place]} too: rename one")
                elif place in places:
                    yield Problem(
                        (kind, index, "name"), f"is a folder where the file {places[place]} of a recording goes"
                    )
                names[place] = f"{kind.removesuffix('s')} {each.name}"
