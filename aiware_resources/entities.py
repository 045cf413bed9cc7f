"""The entities, for reports and commands that go through all of them, or ask which one a resource is."""

from __future__ import annotations

from functools import cache

from aiware_resources.cluster import Cluster
from aiware_resources.export_request import ExportRequest
from aiware_resources.job import Job
from aiware_resources.job_fleet import JobFleet
from aiware_resources.reconcile import EntityProvider, EntityResource
from aiware_resources.reconcile.entity import Entity
from aiware_resources.single_engine_job import SingleEngineJob
from aiware_resources.temporal_data_object import TemporalDataObject

ENTITIES: tuple[type[EntityResource], ...] = (
    Cluster,
    TemporalDataObject,
    Job,
    SingleEngineJob,
    JobFleet,
    ExportRequest,
)
"""Those that others refer to come first."""

_PREFIX = "pulumi-python:dynamic/"
_OTHER = Entity()


def entity_of(type_: str) -> Entity:
    """The entity of a Pulumi type, such as ``pulumi-python:dynamic/aiware:Job``; a bare `Entity` for any other type."""
    return _by_type().get(type_, _OTHER)


@cache
def _by_type() -> dict[str, EntityProvider]:
    providers = [resource.provider() for resource in ENTITIES]
    return {f"{_PREFIX}{provider.type_name}": provider for provider in providers}
