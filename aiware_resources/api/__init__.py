"""The aiWARE API: a synchronous, thread-safe client, the records of its answers, and downloads."""

from __future__ import annotations

from aiware_resources.api.cloud import CloudApi, close_connections, connect
from aiware_resources.api.download import Downloaded, download, remote_size
from aiware_resources.api.records import (
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
    "CloudApi",
    "ClusterRecord",
    "Downloaded",
    "EngineRecord",
    "EngineResultRecord",
    "ExportRecord",
    "IoFolderRecord",
    "JobRecord",
    "RouteRecord",
    "TaskRecord",
    "TdoRecord",
    "UserRecord",
    "close_connections",
    "connect",
    "download",
    "remote_size",
]
