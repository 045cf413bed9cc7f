"""A whole stack, compared with aiWARE without Pulumi: what has drifted, and what aiWARE has that no stack owns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from pulumi.dynamic import Config, ConfigureRequest

from aiware_resources.api import Api
from aiware_resources.entities import ENTITIES, entity_of
from aiware_resources.fleet.packing import unpacked_resource
from aiware_resources.reconcile import FAILURE, EntityProvider, Path
from aiware_resources.reconcile.compare import ABSENT
from aiware_resources.reconcile.entity import DriftedProperty, Existing, PropertyChange
from aiware_resources.reconcile.schema import INTERNAL_PREFIX
from aiware_resources.reconcile.unknowns import NOT_KNOWN
from aiware_resources.report.drift import in_order, kept_failure
from aiware_resources.report.masking import SECRET
from aiware_resources.report.model import Drifted, KeptFailure
from aiware_resources.report.properties import found_differences, overlaps, property_changes
from aiware_resources.text.secret_words import SIGNATURE

READERS = 8
"""Objects read at the same time; the requests of all of them share one rate limit."""

_IS_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the public signature of a value that is encrypted
_IN_STATE_ONLY = {"delete", "external"}


@dataclass(frozen=True)
class Recorded:
    """A resource as a stack's state has it.

    Attributes:
        urn: Which one.
        kind: What it is.
        id: The id of its object.
        outputs: What is recorded of it, with `[secret]` for what is secret.
        secrets: Where that stands.
        provider: The URN of its provider.
        inputs: What the program has declared, with `[secret]` too.
    """

    urn: str
    entity: EntityProvider
    id: str
    outputs: dict[str, Any]
    secrets: tuple[Path, ...]
    provider: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)


def recorded_in(resources: Sequence[Mapping[str, Any]]) -> list[Recorded]:
    """The aiWARE objects in a state, as ``pulumi stack export`` prints it.

    What waits to be deleted, after an update that was interrupted, is left out.
    """
    found = []
    for resource in map(unpacked_resource, resources):
        entity = entity_of(str(resource.get("type")))
        is_there = resource.get("id") and not any(resource.get(key) for key in _IN_STATE_ONLY)
        if isinstance(entity, EntityProvider) and is_there:
            secrets: list[Path] = []
            outputs = _without_secrets(resource.get("outputs") or {}, (), secrets)
            provider = str(resource.get("provider", "")).rpartition("::")[0]
            inputs = _without_secrets(resource.get("inputs") or {}, (), [])
            urn, id_ = resource["urn"], str(resource["id"])
            found.append(Recorded(urn, entity, id_, outputs, tuple(secrets), provider, inputs))
    return found


def drift_of(
    resources: Sequence[Recorded], config: Mapping[str, str], explicit: Mapping[str, Mapping[str, str]]
) -> tuple[list[Drifted], list[KeptFailure]]:
    """Reads every object.

    Args:
        resources: The objects.
        config: The stack's configuration, for the connection to aiWARE.
        explicit: The settings of its explicit providers, by URN.

    Returns:
        Which are not as they were recorded, and which have failed and stay so (``on_failure`` is ``keep``), which is
        not drift; each in the order that reports have.

    Raises:
        AiwareError: One of them could not be read.
    """
    with ThreadPoolExecutor(READERS) as pool:
        found = list(pool.map(lambda each: _looked_at(each, explicit.get(each.provider, config)), resources))
    kept = (each for _, each in found if each is not None)
    return in_order(each for each, _ in found if each is not None), sorted(
        kept, key=lambda each: (each.type, each.name)
    )


def _looked_at(resource: Recorded, config: Mapping[str, str]) -> tuple[Drifted | None, KeptFailure | None]:
    urn, entity = resource.urn, resource.entity
    # As the engine configures one.
    provider = type(entity)()
    provider.configure(ConfigureRequest(Config(dict(config), "")))
    provider.reads_all = True
    read = provider.read(resource.id, resource.outputs)
    first = (urn, resource.id, entity.noun)
    if not read.id:
        return Drifted(*first, "gone"), None
    live = {key: value for key, value in (read.outs or {}).items() if not key.startswith(INTERNAL_PREFIX)}
    kept = kept_failure(entity, urn, resource.id, live, resource.outputs)
    entries = entity.entry_drift(resource.outputs, live, None, with_failures=kept is None)
    failure = live.pop(FAILURE, None)
    changes = _changes(entity, resource, live)
    properties = (*(DriftedProperty(each.path, each.old, each.new) for each in changes), *entries)
    if failure and kept is None and FAILURE not in resource.outputs:
        told = (DriftedProperty(f"{FAILURE}.{key}", ABSENT, value) for key, value in failure.items())
        return Drifted(*first, "failed", (*properties, *told)), None
    return (Drifted(*first, "changed", properties) if properties else None), kept


def _changes(entity: EntityProvider, resource: Recorded, live: dict[str, Any]) -> tuple[PropertyChange, ...]:
    """What differs; a value that is recorded as a secret is neither compared nor shown."""
    recorded = {key: value for key, value in resource.outputs.items() if not key.startswith(INTERNAL_PREFIX)}
    recorded.pop(FAILURE, None)
    compared = _with(recorded, resource.secrets, NOT_KNOWN)
    found = [each.path for each in found_differences(entity, live, compared)]
    paths = [path for path in found if path not in resource.secrets]
    # A list that holds secrets may have them elsewhere by now.
    open_ = [path for path in paths if not overlaps(path[:1], _in_lists(resource.secrets))]
    veiled = dict.fromkeys(str(path[0]) for path in paths if path not in open_)
    return (
        *property_changes(entity, recorded, _with(live, resource.secrets, SECRET), open_),
        *(PropertyChange(key, SECRET, SECRET) for key in veiled),
    )


def _in_lists(paths: Sequence[Path]) -> list[Path]:
    return [path[:1] for path in paths if any(isinstance(step, int) for step in path)]


def _without_secrets(value: Any, path: Path, found: list[Path]) -> Any:
    if isinstance(value, dict):
        if value.get(SIGNATURE) == _IS_SECRET:
            found.append(path)
            return SECRET
        return {key: _without_secrets(item, (*path, key), found) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_secrets(item, (*path, index), found) for index, item in enumerate(value)]
    return value


def _with(value: Any, paths: Sequence[Path], there: Any, at: Path = ()) -> Any:
    """The value with something else at some places."""
    if at in paths:
        return there
    if isinstance(value, dict):
        return {key: _with(item, paths, there, (*at, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_with(item, paths, there, (*at, index)) for index, item in enumerate(value)]
    return value


def owned_ids(resources: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The ids of all objects that a stack's state holds: its resources, and what exists because of them."""
    for resource in map(unpacked_resource, resources):
        if resource.get("id") and not resource.get("external"):
            yield str(resource["id"])
        yield from entity_of(str(resource.get("type"))).made_with_it(resource.get("outputs") or {})


def unmanaged(api: Api, owned: frozenset[str]) -> list[Existing]:
    """The objects that are none of the owned ones, of the kinds that a stack can lose.

    Args:
        api: Where to look.
        owned: The ids of what stacks own.
    """
    return [each for resource in ENTITIES for each in resource.provider().existing(api) if each.id not in owned]
