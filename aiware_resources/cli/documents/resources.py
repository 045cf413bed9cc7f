"""The resource that declares a job which is written down elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field, StrictStr

from aiware_resources.cli.documents.edge import as_cloud_job, edge_path
from aiware_resources.cli.documents.found import FoundJob
from aiware_resources.job import PRODUCES, RUNS, JobProvider
from aiware_resources.job_fleet import JobFleetProvider
from aiware_resources.reconcile import ApiModel, EntityProvider, Path, Problem
from aiware_resources.reconcile.provider import schema_of
from aiware_resources.reconcile.unknowns import cut
from aiware_resources.single_engine_job import PLACES, SingleEngineJobProvider

TAKEN: Mapping[str, tuple[str, ...]] = {
    "job": (*PRODUCES, *RUNS),
    "single-engine job": ("engineId", "uploadUrl", "targetId", "fields", "clusterId"),
}
"""What the inputs of the mutations take; the resources have more, for the library itself."""

_PROVIDERS: Mapping[str, type[EntityProvider]] = {
    "job": JobProvider,
    "Edge job": JobProvider,
    "single-engine job": SingleEngineJobProvider,
    "job fleet": JobFleetProvider,
}


class LaunchField(ApiModel):
    """A field of a single-engine job (``SingleEngineJobField``)."""

    field_name: StrictStr
    field_value: StrictStr | None = None


class LaunchFields(ApiModel):
    """The fields of the input of ``launchSingleEngineJob``."""

    fields: list[LaunchField] = Field(default_factory=list)


@dataclass(frozen=True)
class Resource:
    """A resource that declares a job.

    Attributes:
        provider: Its provider.
        properties: Its properties.
        written: Gives the path of a property in the file that the job is from.
    """

    provider: type[EntityProvider]
    properties: Mapping[str, Any]
    written: Callable[[Path], Path]

    @property
    def name(self) -> str:
        """The name of its class."""
        return self.provider.type_name.rpartition(":")[2]


def resource_of(job: FoundJob) -> Resource:
    """The resource that declares a job; it has nothing of what the job's mutation does not take."""
    provider = _PROVIDERS[job.kind]
    if job.is_declared:
        return Resource(provider, job.properties, lambda path: path)
    if job.kind == "Edge job":
        return Resource(provider, as_cloud_job(job.properties), lambda path: edge_path(job.properties, path))
    known = {key: value for key, value in job.properties.items() if key in TAKEN[job.kind]}
    if job.kind == "job":
        return Resource(provider, known, lambda path: path)
    return Resource(provider, _launched(known), lambda path: _launch_path(known, path))


def field_problems(given: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the fields of the input of a single-engine job by themselves."""
    known, unknown = cut({"fields": _fields(given)})
    return schema_of(LaunchFields).validate(known, unknown)[1]


def _fields(given: Mapping[str, Any]) -> Any:
    """The fields; in GraphQL, one by itself stands for a list."""
    fields = given.get("fields")
    return [fields] if isinstance(fields, Mapping) else fields


def _launched(given: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a single-engine job; what its resource has a property for is not one of its fields."""
    fields = _fields(given)
    if not isinstance(fields, list):
        return dict(given)
    values = {str(each.get("fieldName")): each.get("fieldValue") for each in fields if isinstance(each, Mapping)}
    named = {name: value for name, value in values.items() if value is not None and (name, value) != ("priority", "")}
    places = {
        name: _number(named.pop(name)) if name == "priority" else named.pop(name) for name in PLACES if name in named
    }
    rest = {key: value for key, value in given.items() if key != "fields"}
    # Beside a field of the same name, the property wins.
    return {**places, **rest, **({"fields": named} if named else {})}


def _number(value: Any) -> Any:
    try:
        return int(value)
    except (TypeError, ValueError):
        return value


def _launch_path(given: Mapping[str, Any], path: Path) -> Path:
    """Where a property of a single-engine job is in the input of its mutation."""
    if not path or (path[0] in given and path[0] != "fields"):
        return path
    name = path[1] if path[0] == "fields" and len(path) > 1 else path[0]
    fields = given.get("fields")
    for index, each in enumerate(fields if isinstance(fields, list) else []):
        if isinstance(each, Mapping) and each.get("fieldName") == name:
            return ("fields", index, "fieldValue")
    return path
