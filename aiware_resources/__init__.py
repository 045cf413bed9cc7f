"""Veritone aiWARE as code: clusters, temporal data objects, jobs and export requests as Pulumi resources."""

from __future__ import annotations

from aiware_resources.cluster import Cluster, CollaboratorArgs, SubscriptionArgs
from aiware_resources.dag import Dag, ExecutionPreferencesArgs, IoFolderArgs, RouteArgs, TaskArgs
from aiware_resources.export_request import (
    ExportedTdoArgs,
    ExportRequest,
    Extension,
    FormatArgs,
    OutputConfigurationArgs,
)
from aiware_resources.job import Job
from aiware_resources.tdo_content import (
    AssetArgs,
    AssetFileArgs,
    AssetSourceArgs,
    ContentTemplateArgs,
    PrimaryAssetArgs,
    SourceDataArgs,
    TargetArgs,
)
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
    "OutputConfigurationArgs",
    "PrimaryAssetArgs",
    "RouteArgs",
    "SourceDataArgs",
    "SubscriptionArgs",
    "TargetArgs",
    "TaskArgs",
    "TemporalDataObject",
]
