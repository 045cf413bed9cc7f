"""The catalogue: which engines, engine categories and clusters there are, and which TDO or job has a name.

Each question is asked once a run.

A program uses the functions that start with ``get_``; they return Outputs. Providers and the command line use the
`Catalogue` itself.
"""

from __future__ import annotations

from aiware_resources.catalogue.lookups import Catalogue, catalogue_of
from aiware_resources.catalogue.outputs import (
    ClusterInfo,
    Engine,
    EngineCategory,
    EngineField,
    JobInfo,
    PicklistOption,
    TdoInfo,
    get_cluster,
    get_clusters,
    get_engine,
    get_engine_categories,
    get_engines,
    get_job,
    get_temporal_data_object,
)

__all__ = [
    "Catalogue",
    "ClusterInfo",
    "Engine",
    "EngineCategory",
    "EngineField",
    "JobInfo",
    "PicklistOption",
    "TdoInfo",
    "catalogue_of",
    "get_cluster",
    "get_clusters",
    "get_engine",
    "get_engine_categories",
    "get_engines",
    "get_job",
    "get_temporal_data_object",
]
