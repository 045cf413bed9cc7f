"""Veritone aiWARE as code: clusters, temporal data objects, jobs and export requests as Pulumi resources.

What a program uses is public: the names of this module; `aiware_resources.engines` and `aiware_resources.pipelines`,
the well-known engines and ready task graphs; `aiware_resources.dag`, to build other graphs; `aiware_resources.errors`;
and `aiware_resources.configuration`, for what a project reads from the files of its stacks. So are the modules of the
resources (`cluster`, `temporal_data_object`, `job`, `single_engine_job`, `job_fleet`, `export_request`), since states
name the providers in them. All other modules are internal, and change without notice.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiware_resources.catalogue import (
        get_cluster,
        get_clusters,
        get_engine,
        get_engine_categories,
        get_engines,
        get_job,
        get_temporal_data_object,
    )
    from aiware_resources.cluster import Cluster, CollaboratorArgs, SubscriptionArgs
    from aiware_resources.components import Transcription, Translation
    from aiware_resources.dag import Dag, ExecutionPreferencesArgs, IoFolderArgs, RouteArgs, TaskArgs
    from aiware_resources.export_request import ExportRequest
    from aiware_resources.exports.formats import Extension
    from aiware_resources.exports.state import ExportedTdoArgs, FormatArgs, OutputConfigurationArgs
    from aiware_resources.fleet import JobTemplate, media_key, media_value
    from aiware_resources.fleet.files.formats import CaptionFormatArgs
    from aiware_resources.job import Job
    from aiware_resources.job_fleet import JobFleet
    from aiware_resources.jobs.results import get_engine_results
    from aiware_resources.reconcile.explicit import Provider
    from aiware_resources.single_engine_job import SingleEngineJob
    from aiware_resources.sources import Media, list_media, media_from
    from aiware_resources.tdos.assets import AssetArgs, AssetFileArgs, AssetSourceArgs, TdoAssetArgs
    from aiware_resources.tdos.content import ContentTemplateArgs, PrimaryAssetArgs, SourceDataArgs, TargetArgs
    from aiware_resources.temporal_data_object import TemporalDataObject

_NAMES = {
    "catalogue": (
        "get_cluster",
        "get_clusters",
        "get_engine",
        "get_engine_categories",
        "get_engines",
        "get_job",
        "get_temporal_data_object",
    ),
    "cluster": ("Cluster", "CollaboratorArgs", "SubscriptionArgs"),
    "components": ("Transcription", "Translation"),
    "dag": ("Dag", "ExecutionPreferencesArgs", "IoFolderArgs", "RouteArgs", "TaskArgs"),
    "export_request": ("ExportRequest",),
    "exports.formats": ("Extension",),
    "exports.state": ("ExportedTdoArgs", "FormatArgs", "OutputConfigurationArgs"),
    "fleet": ("JobTemplate", "media_key", "media_value"),
    "fleet.files.formats": ("CaptionFormatArgs",),
    "job": ("Job",),
    "job_fleet": ("JobFleet",),
    "jobs.results": ("get_engine_results",),
    "reconcile.explicit": ("Provider",),
    "single_engine_job": ("SingleEngineJob",),
    "sources": ("Media", "list_media", "media_from"),
    "tdos.assets": ("AssetArgs", "AssetFileArgs", "AssetSourceArgs", "TdoAssetArgs"),
    "tdos.content": ("ContentTemplateArgs", "PrimaryAssetArgs", "SourceDataArgs", "TargetArgs"),
    "temporal_data_object": ("TemporalDataObject",),
}
"""The names of each module. They are imported at their first use: the command and the provider host use few of them."""
_MODULES = {name: module for module, names in _NAMES.items() for name in names}

_PUBLIC = ("configuration", "dag", "engines", "errors", "pipelines")
"""Modules that a program may use as attributes of this one."""

__all__ = [
    "AssetArgs",
    "AssetFileArgs",
    "AssetSourceArgs",
    "CaptionFormatArgs",
    "Cluster",
    "CollaboratorArgs",
    "ContentTemplateArgs",
    "Dag",
    "ExecutionPreferencesArgs",
    "ExportRequest",
    "ExportedTdoArgs",
    "Extension",
    "FormatArgs",
    "IoFolderArgs",
    "Job",
    "JobFleet",
    "JobTemplate",
    "Media",
    "OutputConfigurationArgs",
    "PrimaryAssetArgs",
    "Provider",
    "RouteArgs",
    "SingleEngineJob",
    "SourceDataArgs",
    "SubscriptionArgs",
    "TargetArgs",
    "TaskArgs",
    "TdoAssetArgs",
    "TemporalDataObject",
    "Transcription",
    "Translation",
    "get_cluster",
    "get_clusters",
    "get_engine",
    "get_engine_categories",
    "get_engine_results",
    "get_engines",
    "get_job",
    "get_temporal_data_object",
    "list_media",
    "media_from",
    "media_key",
    "media_value",
]

if not TYPE_CHECKING:  # which would take any name to be there

    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            found = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
            return found
        if name in _PUBLIC:
            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_PUBLIC})
