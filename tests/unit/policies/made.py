"""Resources as the engine shows them to policies, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiware_resources.policies.declared import Declared, Objection

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine writes a value that a preview does not know yet."""


def urn(kind: str, name: str, stack: str = "dev") -> str:
    return f"urn:pulumi:{stack}::studio::pulumi-python:dynamic/aiware:{kind}::{name}"


def declared(kind: str, properties: Mapping[str, Any], *, name: str = "it", protect: bool = False) -> Declared:
    """A resource; ``__provider`` is Pulumi's own, and is nobody's business."""
    inputs = {"__provider": "http://pickled.example.com", **properties}
    return Declared.of(urn(kind, name), f"pulumi-python:dynamic/aiware:{kind}", inputs, is_protected=protect)


def violations(found: Iterable[Objection]) -> list[str]:
    return [each.says for each in found if each.is_known]


def not_known(found: Iterable[Objection]) -> list[str]:
    return [each.says for each in found if not each.is_known]
