"""Veritone's published JSON schemas of vtn-standard, as far as they are installed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from tests.support.project import ROOT

_PACKAGE = ROOT / "tools" / "vtn-schemas" / "node_modules" / "veritone-json-schemas" / "schemas" / "vtn-standard"
GENERAL = "aion"
"""The schema that all documents have to fulfil."""


class Schemas:
    """The schemas: a general one, and one for each validation contract that a document may claim to fulfil."""

    def __init__(self) -> None:
        paths = [_PACKAGE / "master.json", *(path for path in _PACKAGE.glob("*/*.json"))]
        self._schemas = {schema["$id"]: schema for schema in map(_read, paths)}
        resources = [(id_, DRAFT7.create_resource(schema)) for id_, schema in self._schemas.items()]
        self._registry: Registry[Any] = Registry().with_resources(resources)

    def problems(self, document: Mapping[str, Any]) -> list[str]:
        """What is wrong with a document, by the general schema and by each of its contracts."""
        names = [GENERAL, *document.get("validationContracts", [])]
        return [f"{name}: {problem}" for name in names for problem in self.problems_by(name, document)]

    def problems_by(self, name: str, document: Mapping[str, Any]) -> list[str]:
        """What is wrong with a document, by one schema."""
        id_ = f"https://docs.veritone.com/schemas/vtn-standard/{name}/{name}.json"
        if id_ not in self._schemas:
            return ["there is no such schema"]
        # The schemas of contracts name the general one as what they are written in, which is not so.
        schema = {**self._schemas[id_], "$schema": "http://json-schema.org/draft-07/schema#"}
        validator = Draft7Validator(schema, registry=self._registry, format_checker=Draft7Validator.FORMAT_CHECKER)
        return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)]


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    """The schemas; a test that needs them is skipped where they are not installed."""
    if not _PACKAGE.is_dir():
        pytest.skip("Veritone's JSON schemas are not installed; `make schemas` does that where there is npm")
    return Schemas()


def examples(kind: str) -> list[Path]:
    """The documents that Veritone ships with the schemas: ``examples`` or ``invalid-examples``."""
    return sorted(_PACKAGE.glob(f"*/{kind}/*.json"))


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read
