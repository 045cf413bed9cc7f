"""The aiWARE API: a synchronous, thread-safe client, the records of its answers, and downloads."""

from __future__ import annotations

from aiware_resources.api.abilities import Abilities
from aiware_resources.api.cloud import CloudApi
from aiware_resources.api.connecting import abilities_of, close_connections, connect, traffic_of
from aiware_resources.api.download import Downloaded, download
from aiware_resources.api.edge import EdgeApi
from aiware_resources.api.interface import Api, Unread
from aiware_resources.api.local_file import LocalFile, Progress
from aiware_resources.api.rate_limit import Traffic
from aiware_resources.api.records import (
    AssetRecord,
    CatalogueEngineRecord,
    ClusterRecord,
    EngineCategoryRecord,
    EngineFieldRecord,
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
from aiware_resources.api.server_time import by_server, learned_from

__all__ = [
    "Abilities",
    "Api",
    "AssetRecord",
    "CatalogueEngineRecord",
    "CloudApi",
    "ClusterRecord",
    "Downloaded",
    "EdgeApi",
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
    "Traffic",
    "Unread",
    "UserRecord",
    "abilities_of",
    "by_server",
    "close_connections",
    "connect",
    "download",
    "learned_from",
    "traffic_of",
]
