"""Which engines may be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi.output import Unknown

from aiware_resources import engines
from aiware_resources.policies.declared import Declared, Objection, Part, shortened
from aiware_resources.reconcile.paths import Path


def engine_ids(named: Sequence[str]) -> frozenset[str]:
    """The ids of engines.

    Args:
        named: Ids, or names of engines of `aiware_resources.engines`, whatever their capitals.
    """
    known = {name.casefold(): id_ for id_, name in engines.NAMES.items()}
    return frozenset(known.get(each.strip().casefold(), each.strip()) for each in named)


def objections(resource: Declared, allowed: frozenset[str]) -> Iterator[Objection]:
    """What speaks against the engines that a resource names: in tasks, as a single engine, or in an export.

    Args:
        resource: The resource.
        allowed: The ids of the engines that may be used.
    """
    return shortened(_objections(resource, allowed))


def _objections(resource: Declared, allowed: frozenset[str]) -> Iterator[Objection]:
    seen: set[str] = set()
    for where, engine in _used(resource):
        if isinstance(engine, Unknown):
            yield resource.not_known(where)
        elif engine not in allowed and engine not in seen:
            # Thousands of entries of a fleet use the same ones.
            seen.add(engine)
            name = f" ({engines.NAMES[engine]})" if engine in engines.NAMES else ""
            yield resource.objection(
                f"{where} is the engine {engine}{name}, which is not allowed. Use another engine, or add this one "
                "to `engines` of the policy allowed-engines."
            )


def _used(resource: Declared) -> Iterator[tuple[str, Any]]:
    for job in resource.jobs():
        for path, engine in _engines_of(job):
            yield job.where(path), engine
    configurations = resource.properties.get("outputConfigurations") if resource.is_ours else None
    for path, engine in _listed(configurations, ("outputConfigurations",)):
        yield Part({}).where(path), engine


def _engines_of(job: Part) -> Iterator[tuple[Path, Any]]:
    yield from _named(job.properties, ())
    for above in ("media", "template"):
        if isinstance(job.properties.get(above), Unknown):
            yield (above,), job.properties[above]
    yield from _listed(job.properties.get("tasks"), ("tasks",))


def _listed(items: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(items, Unknown):
        yield path, items
    elif isinstance(items, list):
        for index, item in enumerate(items):
            yield from _named(item, (*path, index))


def _named(item: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """The engine of a task, of a configuration, or of a single-engine job; and those that stand by for it."""
    if isinstance(item, Unknown):
        yield path, item
    elif isinstance(item, Mapping):
        if item.get("engineId") is not None:
            engine = item["engineId"]
            yield (*path, "engineId"), engine if isinstance(engine, Unknown) else str(engine)
        if "standbyTask" in item:
            yield from _named(item["standbyTask"], (*path, "standbyTask"))
