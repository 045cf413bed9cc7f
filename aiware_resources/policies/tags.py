"""Which tags clusters and TDOs must have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi.output import Unknown

from aiware_resources.cluster import ClusterProvider
from aiware_resources.policies.declared import Declared, Objection, Part, shortened
from aiware_resources.reconcile.paths import Path
from aiware_resources.temporal_data_object import TdoProvider

_SEPARATORS = (":", "=")


def objections(resource: Declared, clusters: Sequence[str], tdos: Sequence[str]) -> Iterator[Objection]:
    """What speaks against the tags of a cluster or a TDO, or of the TDOs that jobs make.

    Args:
        resource: The resource.
        clusters: The tags that a cluster must have, as ``owner`` or ``owner:news``.
        tdos: The tags that a TDO must have in its details.
    """
    return shortened(_objections(resource, clusters, tdos))


def _objections(resource: Declared, clusters: Sequence[str], tdos: Sequence[str]) -> Iterator[Objection]:
    properties = resource.properties
    if isinstance(resource.entity, ClusterProvider):
        yield from _missing(resource, Part(properties), ("tags",), properties.get("tags"), clusters)
    elif isinstance(resource.entity, TdoProvider):
        yield from _of_tdo(resource, Part(properties), (), properties, tdos)
    for job in resource.jobs():
        for above in ("target", "media", "template"):
            if above in job.properties:
                yield from _of_tdo(resource, job, (above,), job.properties[above], tdos)


def _of_tdo(resource: Declared, part: Part, path: Path, tdo: Any, wanted: Sequence[str]) -> Iterator[Objection]:
    details: Any = tdo
    for key in ("details", "tags"):
        if isinstance(details, Mapping):
            path, details = (*path, key), details.get(key)
    yield from _missing(resource, part, path, details, wanted)


def _missing(resource: Declared, part: Part, path: Path, given: Any, wanted: Sequence[str]) -> Iterator[Objection]:
    tags = list(given) if isinstance(given, list) else [given]
    missing = [tag for tag in wanted if not any(_is(each, tag) for each in tags)]
    if missing and any(isinstance(each, Unknown) for each in _within(tags)):
        yield resource.not_known(part.where(path))
    elif missing:
        noun, them = ("tag", "it") if len(missing) == 1 else ("tags", "them")
        yield resource.objection(f"{part.where(path)} lacks the required {noun} {', '.join(missing)}. Add {them}.")


def _is(tag: Any, wanted: str) -> bool:
    """Whether a tag is the wanted one: by its whole text, or by its key."""
    if isinstance(tag, Mapping):
        # As in a TDO's details: {"key": ..., "value": ...}, {"value": ...}, or {key: value}.
        if "value" not in tag:
            return any(_is(f"{key}{sign}{value}", wanted) for key, value in tag.items() for sign in _SEPARATORS)
        key, value = tag.get("key"), tag["value"]
        return any(_is(each, wanted) for each in ([f"{key}{sign}{value}" for sign in _SEPARATORS] if key else [value]))
    return isinstance(tag, str) and (tag == wanted or any(tag.startswith(f"{wanted}{sign}") for sign in _SEPARATORS))


def _within(tags: list[Any]) -> Iterator[Any]:
    for tag in tags:
        yield from tag.values() if isinstance(tag, Mapping) else [tag]
