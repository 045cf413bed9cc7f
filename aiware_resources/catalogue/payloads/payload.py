"""Does the payload of one task suit the task's engine?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from aiware_resources.api import CatalogueEngineRecord, EngineFieldRecord
from aiware_resources.api.json_text import read_json
from aiware_resources.catalogue.payloads.fields import objections
from aiware_resources.reconcile import Path, Problem, is_within, path_text
from aiware_resources.text import commands
from aiware_resources.text.words import did_you_mean

COMMON_KEYS = ("url", "mode", "libraryId", "libraryEngineModelId")
"""Keys that any engine's payload may have though no engine lists them: input, what to do, and which library."""


@dataclass(frozen=True)
class TaskPayload:
    """The payload of one task, to be checked against its engine's custom fields.

    Attributes:
        task: The task, as the program gives it, without what is not known yet.
        path: Where the task stands.
        engine: Its engine.
        unknown: Paths of what is not known yet, and not checked.
        is_tdo_empty: Whether the job makes itself a TDO that has no media.
        oddities: What is odd without being wrong, as `problems` finds it.
    """

    task: Mapping[str, Any]
    path: Path
    engine: CatalogueEngineRecord
    unknown: frozenset[Path]
    is_tdo_empty: bool = False
    oddities: list[str] = field(default_factory=list)

    def problems(self) -> Iterator[Problem]:
        """Everything wrong: what is missing, and values that their fields do not take."""
        if self._values is None:
            return
        yield from self._missing()
        for key, value in self._values.items():
            yield from self._value_problems((key,), value)

    @cached_property
    def _where(self) -> Path:
        return (*self.path, "payload" if self.task.get("payloadString") is None else "payloadString")

    @cached_property
    def _values(self) -> Mapping[str, Any] | None:
        """The payload; ``None`` for one that is not an object, of which the catalogue says nothing."""
        payload = self.task.get(str(self._where[-1]))
        if self._where[-1] == "payloadString" and isinstance(payload, str):
            try:
                payload = read_json(payload)
            except ValueError:
                return None
        payload = {} if payload is None else payload
        return payload if isinstance(payload, dict) else None

    @cached_property
    def _fields(self) -> Mapping[str, EngineFieldRecord]:
        return {each.name: each for each in self.engine.fields}

    @property
    def _is_adapter(self) -> bool:
        category = self.engine.category
        return category is not None and category.type is not None and category.type.name == "Ingestion"

    @property
    def _engine(self) -> str:
        return f"engine {self.engine.name or self.engine.id}"

    def _missing(self) -> Iterator[Problem]:
        """What the engine requires, and gets neither from the payload nor from a default."""
        required = {
            name: f"{self._engine} needs it{_about(each)}"
            for name, each in self._fields.items()
            if each.required and each.default_value is None and not each.default_values
        }
        if self._is_adapter and not self.is_tdo_empty:
            # It reads the primary media of the job's TDO then.
            required.pop("url", None)
        if self.engine.library_required:
            required.setdefault("libraryId", f"{self._engine} works with a library")
        for name, why in required.items():
            keys = name.split(".")
            path = (*self._where, *keys)
            if _at(self._values, keys) is None and not is_within(path, self.unknown):
                yield Problem(path, f"is missing: {why}")

    def _value_problems(self, keys: tuple[str, ...], value: Any) -> Iterator[Problem]:
        name = ".".join(keys)
        path = (*self._where, *keys)
        described = self._fields.get(name)
        has_parts = any(each.startswith(f"{name}.") for each in self._fields)
        if value is None:
            return
        if has_parts and isinstance(value, dict):
            for key, item in value.items():
                yield from self._value_problems((*keys, key), item)
        elif described is not None:
            for below, reason in objections(described, value):
                yield Problem((*path, *below), reason)
        elif has_parts:
            yield Problem(path, f"must be an object: {self._engine} looks for values in it")
        elif self._fields and name not in COMMON_KEYS:
            self.oddities.append(f"{path_text(path)} is not known to {self._engine}: {self._meant(keys)}")

    def _meant(self, keys: Sequence[str]) -> str:
        """What somebody may have meant who wrote a key that is not known."""
        *outer, key = keys
        prefix = "".join(f"{each}." for each in outer)
        names = [name.removeprefix(prefix) for name in (*self._fields, *COMMON_KEYS) if name.startswith(prefix)]
        # What could stand here, and what belongs into an object that could stand here.
        names += [name.partition(".")[0] for name in names]
        otherwise = f"{commands.aiware('engines', 'show', self.engine.id)} lists what it takes"
        return did_you_mean(key, names, otherwise, before=prefix)


def _about(each: EngineFieldRecord) -> str:
    return f" ({each.info.rstrip('.')})" if each.info else ""


def _at(value: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
