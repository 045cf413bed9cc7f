"""What stands in a stack's file for this program: its keys, and the shape of their values.

The program reads its configuration through this, so that a wrong key ends the run before anything is created, and
`aiware stacks check` holds every stack file against it.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Annotated, Any, Self, TypeVar

import pulumi
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from aiware_resources import Extension
from aiware_resources.cluster import ClusterState
from aiware_resources.policies import CleanupOption, TdoPolicy
from aiware_resources.reconcile import ApiModel, Identifier, Name, Schema, path_text
from aiware_resources.reconcile.values import parse_size
from aiware_resources.times import parse_time

CLUSTER = "cluster"
"""The resource and the output that are the cluster."""


def _time(value: str | int | datetime) -> str | int:
    parse_time(value)
    # Only a YAML file that is read directly has points in time.
    return value.isoformat() if isinstance(value, datetime) else value


def _size(value: Any) -> Any:
    parse_size(value)
    return value


def _captions() -> list[Extension]:
    return ["vtt"]


Time = Annotated[str | int | datetime, AfterValidator(_time)]
Size = Annotated[Any, AfterValidator(_size)]
"""A size as it stands in the file, so that a preview shows it so."""


class ClusterArguments(ClusterState):
    """The cluster that the jobs run on: the arguments of `Cluster`, under aiWARE's own names."""

    docker_credentials: dict[str, Any] = Field(default_factory=dict)
    memory_size: Size = None
    storage_size: Size = None

    def given(self) -> dict[str, Any]:
        """What the stack says of it, under Python's names."""
        return self.model_dump(exclude_unset=True)


class Recording(ApiModel):
    """A recording to transcribe: at a URL, or in a TDO that holds it already.

    Attributes:
        name: Names the resources, the TDO and the files: ``out/<stack>/<name>.<format>``.
        url: Where the recording is.
        tdo_id: Instead of ``url``: a TDO that holds the recording already. It is not declared, so it is never deleted.
        formats: What to export: captions and other texts.
        start: When the recording starts; any hour will do.
        stop: When it ends.
        on_destroy: What becomes of its TDO: ``delete`` (default), ``cleanup`` or ``retain``.
        cleanup_options: What ``cleanup`` removes: ``storage``, ``searchIndex``, ``engineResults``.
    """

    name: Name
    url: str | None = None
    tdo_id: Identifier | None = None
    formats: list[Extension] = Field(default_factory=_captions)
    # A TDO needs a time span; where a recording names none, any will do.
    start: Time = "2026-01-01T00:00:00Z"
    stop: Time = "2026-01-01T01:00:00Z"
    on_destroy: TdoPolicy | None = None
    cleanup_options: list[CleanupOption] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.url is None) == (self.tdo_id is None):
            raise ValueError("needs url, where the recording is, or tdoId, the TDO that holds it already, and not both")
        return self


class Document(ApiModel):
    """A Spanish text to translate into English.

    Attributes:
        name: Names the job and the folder of its results: ``out/<stack>/<name>/``.
        url: Where the text is.
    """

    name: Name
    url: Name


N = TypeVar("N", Recording, Document)


def _named_apart(named: list[N]) -> list[N]:
    names = Counter(each.name for each in named)
    twice = sorted(name for name, count in names.items() if count > 1)
    if twice:
        raise ValueError(f"has several entries called {', '.join(twice)}: give each a name of its own")
    if CLUSTER in names:
        raise ValueError(f"has an entry called {CLUSTER}, as the output that is the cluster: choose another name")
    return named


def _none_if_empty(value: Any) -> Any:
    return value or None


class Configuration(ApiModel):
    """The keys of this project in a stack's file."""

    # A stack of aiWARE Edge has no cluster, which is an empty object in Pulumi's configuration.
    cluster: Annotated[ClusterArguments | None, BeforeValidator(_none_if_empty)] = None
    recordings: Annotated[list[Recording], AfterValidator(_named_apart)] = Field(default_factory=list)
    documents: Annotated[list[Document], AfterValidator(_named_apart)] = Field(default_factory=list)
    protect: bool = False

    @classmethod
    def of_stack(cls) -> Self:
        """Reads the configuration of the stack that runs.

        Raises:
            pulumi.RunError: Listing what is wrong with it.
        """
        config = pulumi.Config()
        given = {key: config.get_object(key) for key in cls.model_fields}
        known = {key: value for key, value in given.items() if value is not None}
        _, problems = Schema(cls).validate(known, frozenset())
        if problems:
            wrong = [f"- {config.name}:{path_text(problem.path)} {problem.sentence}" for problem in problems]
            raise pulumi.RunError("\n".join(["The configuration of this stack cannot be used:", *wrong]))
        return cls.model_validate(known)
