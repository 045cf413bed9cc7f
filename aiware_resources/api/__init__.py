"""The aiWARE API: a synchronous, thread-safe client, the records of its answers, and downloads."""

from __future__ import annotations

from aiware_resources.api.cloud import CloudApi
from aiware_resources.api.connecting import Api, close_connections, connect
from aiware_resources.api.download import Downloaded, download, remote_size
from aiware_resources.api.engine_records import (
    CatalogueEngineRecord,
    EngineCategoryRecord,
    EngineFieldRecord,
)
from aiware_resources.api.local_file import LocalFile, Progress
from aiware_resources.api.records import (
    AssetRecord,
    ClusterRecord,
    EngineRecord,
    EngineResultRecord,
    ExportRecord,
    IoFolderRecord,
    JobRecord,
    RouteRecord,
    TaskRecord,
    TdoRecord,
    UserRecord,
)

__all__ = [
    "Api",
    "AssetRecord",
    "CatalogueEngineRecord",
    "CloudApi",
    "ClusterRecord",
    "Downloaded",
    "EngineCategoryRecord",
    "EngineFieldRecord",
    "EngineRecord",
    "EngineResultRecord",
    "ExportRecord",
    "IoFolderRecord",
    "JobRecord",
    "LocalFile",
    "Progress",
    "RouteRecord",
    "TaskRecord",
    "TdoRecord",
    "UserRecord",
    "close_connections",
    "connect",
    "download",
    "remote_size",
]
