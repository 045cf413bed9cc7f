"""Veritone's JSON schemas of what engines write (npm `veritone-json-schemas`), as `make test` has fetched them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema
import referencing.jsonschema

from tests.support.project import ROOT

FOLDER = ROOT / ".published" / "json-schemas" / "package" / "schemas" / "vtn-standard"
ARE_THERE = FOLDER.is_dir()


@cache
def _registry() -> referencing.Registry[Any]:
    # Some of the schemas name another schema as their dialect; all are of draft 7.
    draft = referencing.jsonschema.DRAFT7
    schemas = [json.loads(path.read_text()) for path in [FOLDER / "master.json", *FOLDER.glob("*/*.json")]]
    return referencing.Registry().with_resources((schema["$id"], draft.create_resource(schema)) for schema in schemas)


def problems(document: Any) -> list[str]:
    """What the schemas find wrong with a document: that of AION, and those of the contracts that it names."""
    names = ["aion", *document.get("validationContracts", [])]
    schemas = [json.loads((FOLDER / name / f"{name}.json").read_text()) for name in names]
    validators = [jsonschema.Draft7Validator(schema, registry=_registry()) for schema in schemas]
    return [f"{error.json_path}: {error.message}" for each in validators for error in each.iter_errors(document)]
