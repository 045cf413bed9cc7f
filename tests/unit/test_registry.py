"""Every entity is complete: module, contract test, example, docs page, local resolver, and a provider path that stays.

An entity is a resource class of its own file in aiware_resources. What is missing is told in a sentence.
"""

from __future__ import annotations

import base64
import importlib
import pickletools
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pulumi.dynamic.dynamic import serialize_provider
from pydantic.alias_generators import to_snake

import aiware_resources
from aiware_resources.reconcile import ApiModel, EntityProvider, EntityResource
from tools.docs.entities import Entity, entities

ROOT = Path(__file__).resolve().parents[2]
ENTITIES = entities()


@dataclass(frozen=True)
class Pinned:
    """What users' states hold of a provider.

    Attributes:
        path: The import path of its class.
        serialized: The value of `__provider`: the class, pickled by reference.
    """

    path: str
    serialized: str


# Add to these, and never change one: a provider that moves, or begins to hold something, breaks the refresh and the
# destroy of every stack that was made before.
PINNED = {
    "Cluster": Pinned(
        "aiware_resources.cluster.ClusterProvider",
        "gASVMwAAAAAAAACMGGFpd2FyZV9yZXNvdXJjZXMuY2x1c3RlcpSMD0NsdXN0ZXJQcm92aWRlcpSTlCmBlC4=",
    ),
    "TemporalDataObject": Pinned(
        "aiware_resources.temporal_data_object.TdoProvider",
        "gASVPAAAAAAAAACMJWFpd2FyZV9yZXNvdXJjZXMudGVtcG9yYWxfZGF0YV9vYmplY3SUjAtUZG9Qcm92aWRlcpSTlCmBlC4=",
    ),
    "Job": Pinned(
        "aiware_resources.job.JobProvider",
        "gASVKwAAAAAAAACMFGFpd2FyZV9yZXNvdXJjZXMuam9ilIwLSm9iUHJvdmlkZXKUk5QpgZQu",
    ),
    "SingleEngineJob": Pinned(
        "aiware_resources.single_engine_job.SingleEngineJobProvider",
        "gASVRQAAAAAAAACMImFpd2FyZV9yZXNvdXJjZXMuc2luZ2xlX2VuZ2luZV9qb2KUjBdTaW5nbGVFbmdpbmVKb2JQcm92aWRlcpSTlCmBlC4=",
    ),
    "JobFleet": Pinned(
        "aiware_resources.job_fleet.JobFleetProvider",
        "gASVNgAAAAAAAACMGmFpd2FyZV9yZXNvdXJjZXMuam9iX2ZsZWV0lIwQSm9iRmxlZXRQcm92aWRlcpSTlCmBlC4=",
    ),
    "ExportRequest": Pinned(
        "aiware_resources.export_request.ExportProvider",
        "gASVOQAAAAAAAACMH2Fpd2FyZV9yZXNvdXJjZXMuZXhwb3J0X3JlcXVlc3SUjA5FeHBvcnRQcm92aWRlcpSTlCmBlC4=",
    ),
}


def missing(entity: Entity) -> Iterator[str]:
    """What an entity lacks, a sentence each."""
    name, provider = entity.name, entity.provider.__name__
    if entity.module != to_snake(name):
        yield f"{name} belongs into aiware_resources/{to_snake(name)}.py, and is in {entity.module}.py: move it."
    if name not in aiware_resources.__all__:
        yield f"{name} is not exported: add it to aiware_resources/__init__.py."
    if not _mentioned(ROOT / "tests" / "contract", rf"^from aiware_resources\.{entity.module} import .*\b{provider}\b"):
        yield f"{name} has no contract test: tests/contract/test_*.py has to drive {provider} through the real host."
    for file in ("__main__.py", "Pulumi.yaml"):
        if not (ROOT / "examples" / entity.module / file).is_file():
            yield f"{name} has no example: examples/{entity.module}/{file} is missing."
    if not (ROOT / "docs" / entity.page).is_file():
        yield f"{name} has no page: docs/{entity.page} is missing."
    elif f"](docs/{entity.page})" not in (ROOT / "README.md").read_text(encoding="utf-8"):
        yield f"{name} is not found by readers: link docs/{entity.page} in README.md."
    if not resolvers(entity):
        yield (
            f"{name} cannot be tried: no module of aiware_local resolves the mutation that makes one. {provider}'s "
            "docstring has to name it, as in: through createCluster."
        )
    for said, why in SAID.items():
        if not _says(entity.provider, said):
            yield f"{provider} does not say {said}: {why}."
    if "wait" in entity.provider.model.model_fields and "_condition" not in vars(_declaring(entity.resource)):
        yield f"{name} can be waited for, and does not say what is awaited: give it a `_condition`."
    if name not in PINNED:
        yield f"The provider of {name} is not pinned: add {entity.provider_path} to PINNED in this test."


SAID = {
    "kind": "messages call it so",
    "noun": "reports count it so",
    "words": "reports tell by them what happens to it",
    "adoption": "`aiware adopt` declares one by it, or cannot (None)",
    "question": "`aiware doctor` asks it, or another entity's says it all (None)",
}
"""What an entity says of itself, where inheriting the default would be to forget it."""


def _says(provider: type[EntityProvider], name: str) -> bool:
    own = provider.__mro__[: provider.__mro__.index(EntityProvider)] if EntityProvider in provider.__mro__ else ()
    return any(name in vars(each) for each in own)


def _declaring(resource: type[EntityResource]) -> type[EntityResource]:
    """The class that says what is awaited of a resource; the base of all, where none does."""
    return next((each for each in resource.__mro__ if "_condition" in vars(each)), EntityResource)


def resolvers(entity: Entity) -> list[str]:
    """The modules of the local aiWARE that resolve what makes an entity, which its provider's docstring names."""
    makes = re.findall(r"\b(?:create|launch)[A-Z]\w+", entity.provider.__doc__ or "")
    pattern = rf'^@MUTATION\.field\("(?:{"|".join(makes)})"\)'
    return _mentioned(ROOT / "aiware_local", pattern) if makes else []


def _mentioned(folder: Path, pattern: str) -> list[str]:
    found = re.compile(pattern, re.MULTILINE)
    paths = sorted(folder.rglob("*.py"))
    return [str(path.relative_to(folder)) for path in paths if found.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("entity", ENTITIES, ids=[entity.name for entity in ENTITIES])
def test_the_entity_is_complete(entity: Entity) -> None:
    lacks = list(missing(entity))
    assert not lacks, "\n".join(lacks)


def test_every_resource_class_is_among_the_entities() -> None:
    names = [module.name for module in pkgutil.iter_modules(aiware_resources.__path__) if not module.ispkg]
    modules = [importlib.import_module(f"aiware_resources.{name}") for name in names]
    classes = {each for module in modules for each in vars(module).values() if isinstance(each, type)}
    own = {each for each in classes if issubclass(each, EntityResource) and "args" in vars(each)}
    assert own == {entity.resource for entity in ENTITIES}, "add it to aiware_resources/entities.py"


def test_what_is_missing_is_told() -> None:
    ghost = replace(
        ENTITIES[0],
        name="Ghost",
        module="ghost",
        provider=type("GhostProvider", (EntityProvider,), {"model": ApiModel}),
    )
    told = "\n".join(missing(ghost))
    for words in (
        "aiware_resources/__init__.py",
        "no contract test",
        "examples/ghost/__main__.py",
        "examples/ghost/Pulumi.yaml",
        "docs/ghost.md",
        "no module of aiware_local",
        "not pinned",
        *(f"GhostProvider does not say {said}" for said in SAID),
    ):
        assert words in told
    assert "belongs into aiware_resources/ghost.py" in "\n".join(missing(replace(ghost, module="spirit")))


def test_every_entity_has_a_local_resolver_of_its_own() -> None:
    """A fleet is jobs, and has theirs."""
    alone = [entity for entity in ENTITIES if entity.name != "JobFleet"]
    modules = [name for entity in alone for name in resolvers(entity)]
    assert len(set(modules)) == len(modules) == len(alone)


@pytest.mark.parametrize("pinned", PINNED.values(), ids=PINNED)
def test_pinned_providers_can_be_imported(pinned: Pinned) -> None:
    module, _, name = pinned.path.rpartition(".")
    assert getattr(importlib.import_module(module), name).__module__ == module


@pytest.mark.parametrize("entity", [entity for entity in ENTITIES if entity.name in PINNED], ids=lambda each: each.name)
def test_what_states_hold_of_a_provider_stays(entity: Entity) -> None:
    pinned = PINNED[entity.name]
    assert entity.provider_path == pinned.path
    # The first two bytes name the version of the pickle protocol, which another Python may choose otherwise.
    recorded, now = (base64.b64decode(text)[2:] for text in (pinned.serialized, serialize_provider(entity.provider())))
    assert now == recorded


@pytest.mark.parametrize("pinned", PINNED.values(), ids=PINNED)
def test_a_pinned_value_names_its_class_and_holds_nothing_else(pinned: Pinned) -> None:
    operations = [(code.name, value) for code, value, _ in pickletools.genops(base64.b64decode(pinned.serialized))]
    named = ".".join(str(value) for name, value in operations if name == "SHORT_BINUNICODE")
    assert named == pinned.path
    assert "BUILD" not in dict(operations)
