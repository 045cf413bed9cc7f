"""The Edge REST API as an OpenAPI definition, made from `edge.yaml`.

A shape lists its fields and their types; `!` after a type says that the field is required, `= 5` that 5 is its default.
Types are those below, the names of enums and other shapes, and lists of one of them: `[uuid]`; an answer may also be a
`zip`. Each operation takes `X-Correlation-Id`, answers with the errors of the table, and tells by the table whether
they carry `Retry-After`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Schema = dict[str, Any]

TYPES: Mapping[str, Schema] = {
    "text": {"type": "string"},
    "json": {"type": "string", "format": "json"},
    "uuid": {"type": "string", "format": "uuid"},
    "time": {"type": "string", "format": "date-time"},
    "email": {"type": "string", "format": "email"},
    "base64": {"type": "string", "format": "byte"},
    "flag": {"type": "boolean"},
    "int": {"type": "integer"},
    "int32": {"type": "integer", "format": "int32"},
    "int64": {"type": "integer", "format": "int64"},
}
TEXT_HEADER = {"schema": TYPES["text"]}
CORRELATION = {"name": "X-Correlation-Id", "in": "header", **TEXT_HEADER}
HEADERS = {"X-Aiware-Version": TEXT_HEADER, "X-Correlation-Id": TEXT_HEADER}

CONTENT: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("edge.yaml").read_text(encoding="utf-8"))
BASE: str = CONTENT["base"]


@cache
def definition() -> dict[str, Any]:
    """The OpenAPI definition."""
    paths: dict[str, dict[str, Any]] = {}
    for name, operation in CONTENT["operations"].items():
        method, path = operation["call"].split()
        paths.setdefault(path, {})[method.lower()] = _operation(name, path, operation)
    enums = {name: {"type": "string", "enum": values} for name, values in CONTENT["enums"].items()}
    shapes = {name: _schema(fields) for name, fields in CONTENT["shapes"].items()}
    return {
        "openapi": "3.0.1",
        "info": {"title": "aiWARE Edge", "version": "3.15.2"},
        "servers": [{"url": BASE}],
        "paths": paths,
        "components": {
            "schemas": {**enums, **shapes},
            "securitySchemes": {"api_key": {"type": "apiKey", "in": "header", "name": "api_key"}},
        },
    }


def _operation(name: str, path: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    in_path = [
        {"name": part, "in": "path", "required": True, "schema": _schema(CONTENT["path"][part])}
        for part in re.findall(r"{(\w+)}", path)
    ]
    in_query = [
        {"name": key, "in": "query", "schema": _schema(type_)} for key, type_ in operation.get("query", {}).items()
    ]
    answers = {"200": _answer("OK", operation["answer"])} if "answer" in operation else {"204": _answer("Done")}
    errors = {str(code): _answer("Error", "Error", again=again) for code, again in CONTENT["errors"].items()}
    made = {
        "operationId": name,
        "security": [{"api_key": []}],
        "parameters": [CORRELATION, *in_path, *in_query],
        "responses": {**answers, **errors},
    }
    if "body" in operation:
        body = operation["body"]
        required = isinstance(body, str) and body.endswith("!")
        made["requestBody"] = {"required": required, "content": _content(body)}
    return made


def _answer(description: str, shape: Any = None, *, again: bool = False) -> dict[str, Any]:
    headers = HEADERS | ({"Retry-After": TEXT_HEADER} if again else {})
    return {"description": description, "headers": headers, **({"content": _content(shape)} if shape else {})}


def _content(shape: Any) -> dict[str, Any]:
    if shape == "zip":
        return {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
    return {"application/json": {"schema": _schema(shape)}}


def _schema(shape: Any) -> Schema:
    """The schema of a type, or of fields with their types."""
    if isinstance(shape, Mapping):
        required = [name for name, type_ in shape.items() if type_.endswith("!")]
        properties = {name: _schema(type_) for name, type_ in shape.items()}
        return {"type": "object", "properties": properties, **({"required": required} if required else {})}
    name, _, default = shape.removesuffix("!").partition(" = ")
    if name.startswith("["):
        return {"type": "array", "items": _schema(name.strip("[]"))}
    if name not in TYPES:
        return {"$ref": f"#/components/schemas/{name}"}
    return TYPES[name] | ({"default": _value(default)} if default else {})


def _value(text: str) -> Any:
    return json.loads(text) if text.isdigit() else text
