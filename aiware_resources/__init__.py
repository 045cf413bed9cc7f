"""Veritone aiWARE as code: clusters, temporal data objects, jobs and export requests as Pulumi resources."""

from __future__ import annotations

from aiware_resources.catalogue import get_cluster, get_clusters, get_engine, get_engine_categories, get_engines
from aiware_resources.cluster import Cluster, CollaboratorArgs, SubscriptionArgs
from aiware_resources.dag import Dag, ExecutionPreferencesArgs, IoFolderArgs, RouteArgs, TaskArgs
from aiware_resources.export_request import ExportedTdoArgs, ExportRequest, FormatArgs, OutputConfigurationArgs
from aiware_resources.exports.formats import Extension
from aiware_resources.fleet import JobTemplate, media_key, media_value
from aiware_resources.job import Job
from aiware_resources.job_fleet import JobFleet
from aiware_resources.jobs.results import get_engine_results
from aiware_resources.single_engine_job import SingleEngineJob
from aiware_resources.tdos.assets import AssetArgs, AssetFileArgs, AssetSourceArgs, TdoAssetArgs
from aiware_resources.tdos.content import ContentTemplateArgs, PrimaryAssetArgs, SourceDataArgs, TargetArgs
from aiware_resources.temporal_data_object import TemporalDataObject

__all__ = [
    "AssetArgs",
    "AssetFileArgs",
    "AssetSourceArgs",
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
    "OutputConfigurationArgs",
    "PrimaryAssetArgs",
    "RouteArgs",
    "SingleEngineJob",
    "SourceDataArgs",
    "SubscriptionArgs",
    "TargetArgs",
    "TaskArgs",
    "TdoAssetArgs",
    "TemporalDataObject",
    "get_cluster",
    "get_clusters",
    "get_engine",
    "get_engine_categories",
    "get_engine_results",
    "get_engines",
    "media_key",
    "media_value",
]
