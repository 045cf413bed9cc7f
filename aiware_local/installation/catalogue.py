"""The engines and categories that the local aiWARE knows; they are there from the start and survive a reset."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from aiware_local.storage.store import Record

CATALOGUE_TIME = 1546300800.0
"""When every engine and category was made: the first second of 2019."""


class Catalogue:
    """Engines and categories by id, in the order of `catalogue.json`.

    Args:
        content: the parsed file: `categories` and `engines`, with the API's field names. An engine's `role` says which
            of the server's engine runs plays it.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self.categories = {entry["id"]: _dated(entry) for entry in content["categories"]}
        self.engines = {entry["id"]: _engine(entry) for entry in content["engines"]}

    def engine(self, engine_id: str) -> Record | None:
        """The engine, or None."""
        return self.engines.get(engine_id)

    def engine_named(self, name: str) -> Record | None:
        """The engine of exactly this name, or None."""
        return next((engine for engine in self.engines.values() if engine["name"] == name), None)

    def category(self, category_id: str) -> Record | None:
        """The category, or None."""
        return self.categories.get(category_id)

    def engines_of(self, category_id: str) -> list[Record]:
        """The engines of a category."""
        return [engine for engine in self.engines.values() if engine["categoryId"] == category_id]


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that ships with the package: what Veritone's documents name, then what is only here."""
    parts = [
        json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
        for name in ("catalogue.json", "catalogue_extra.json")
    ]
    return Catalogue({kind: [entry for part in parts for entry in part[kind]] for kind in ("categories", "engines")})


def _dated(entry: Record) -> Record:
    return {**entry, "createdDateTime": CATALOGUE_TIME, "modifiedDateTime": CATALOGUE_TIME}


def _engine(entry: Record) -> Record:
    dated = _dated(entry)
    role = dated.pop("role")
    return {
        "isPublic": True,
        "state": "active",
        "price": 0,
        "createsTDO": False,
        "libraryRequired": False,
        "deploymentModel": "FullyNetworkIsolated",
        "fields": [],
        "runtimeType": "edge",
        "isConductor": False,
        "hasScanPhase": False,
        "deployedVersion": 1,
        "displayName": entry["name"],
        "supportedInputFormats": [],
        "outputFormats": [],
        "supportedSourceTypes": [],
        "supportedScheduleTypes": ["Now"],
        "validStateActions": [],
        "useCases": [],
        "industries": [],
        **dated,
        "_role": role,
    }
