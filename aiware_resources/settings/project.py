"""A Pulumi project as its files say: the manifest, and one file for each stack."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from aiware_resources.errors import ConfigurationError

MANIFEST = "Pulumi.yaml"

Keys = tuple[str | int, ...]
"""The place of a value: keys and indices."""


@dataclass(frozen=True)
class Stack:
    """A stack, as far as its file tells.

    Attributes:
        name: Its name.
        file: Its file; the only thing that stands for it in the project.
    """

    name: str
    file: Path

    def content(self) -> Mapping[str, Any]:
        """Reads the file.

        Raises:
            ConfigurationError: It cannot be read, or is not YAML.
        """
        return read_yaml(self.file)

    def has_secrets(self) -> bool:
        """Says whether anything in the file is encrypted.

        Raises:
            ConfigurationError: It cannot be read, or is not YAML.
        """
        return any(True for _ in encrypted_paths(self.content()))


@dataclass(frozen=True)
class Project:
    """A Pulumi project.

    Attributes:
        folder: Where its manifest is.
    """

    folder: Path

    @classmethod
    def around(cls, folder: Path) -> Project:
        """The project that a folder belongs to.

        Raises:
            ConfigurationError: It belongs to none.
        """
        for each in (folder, *folder.parents):
            if (each / MANIFEST).is_file():
                return cls(each)
        raise ConfigurationError(
            f"There is no Pulumi project here: neither {folder} nor a folder above it has a {MANIFEST}.",
            remedy="Change into the project's folder.",
        )

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """The content of the manifest; empty where the folder has none.

        Raises:
            ConfigurationError: It cannot be read, or is not YAML.
        """
        file = self.folder / MANIFEST
        return read_yaml(file) if file.exists() else {}

    @property
    def name(self) -> str:
        """The project's name, which is the namespace of its own keys."""
        return str(self.manifest.get("name", self.folder.name))

    @property
    def stacks_folder(self) -> Path:
        """The folder of the stacks' files."""
        return self.folder / str(self.manifest.get("stackConfigDir") or "")

    @property
    def refreshes(self) -> bool:
        """Says whether Pulumi reads the objects before each preview and update, which the manifest asks for."""
        options = self.manifest.get("options")
        return isinstance(options, Mapping) and options.get("refresh") == "always"

    def stacks(self) -> list[Stack]:
        """The stacks that have a file, by name."""
        files = sorted(self.stacks_folder.glob("Pulumi.*.yaml"))
        return [Stack(file.name.removeprefix("Pulumi.").removesuffix(".yaml"), file) for file in files]

    def stack(self, name: str) -> Stack:
        """One stack; of `organization/stack`, as Pulumi Cloud has it, the last part counts.

        Raises:
            ConfigurationError: It has no file.
        """
        wanted = name.rpartition("/")[2]
        known = {stack.name: stack for stack in self.stacks()}
        if wanted not in known:
            raise ConfigurationError(
                f"There is no stack {wanted}: {self.stacks_folder / f'Pulumi.{wanted}.yaml'} is missing.",
                remedy=f"The stacks are {', '.join(known)}." if known else "Make its file.",
            )
        return known[wanted]


class _Loader(yaml.SafeLoader):
    """Reads plain values as Pulumi does: `12:30:00`, `yes` and a 30th of February are text; no key is there twice."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """A mapping, whose keys have to differ; what it merges may have the same ones."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if (key.tag, str(key.value)) in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} is there twice", key.start_mark)
            seen.add((key.tag, str(key.value)))
        return node

    def time_or_text(self, node: yaml.ScalarNode) -> Any:
        """A point in time, or the text that looks like one."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return self.construct_scalar(node)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":int", ":float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|True|TRUE|false|False|FALSE$"), list("tTfF"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(?:[0-9][0-9_]*|0x[0-9a-fA-F_]+|0b[01_]+)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.time_or_text)


def is_encrypted(value: Any) -> bool:
    """Says whether a value of a stack's file is encrypted."""
    return isinstance(value, Mapping) and value.keys() == {"secure"}


def encrypted_paths(value: Any, path: Keys = ()) -> Iterator[Keys]:
    """Finds the encrypted values inside a value of a stack's file."""
    if is_encrypted(value):
        yield path
    elif isinstance(value, Mapping | list):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, item in items:
            yield from encrypted_paths(item, (*path, key))


def read_yaml(file: Path) -> Mapping[str, Any]:
    """Reads a YAML file that holds a mapping, or nothing.

    Raises:
        ConfigurationError: It cannot be read, or holds something else.
    """
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}.") from error
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = f", line {place.line + 1}" if place else ""
        raise ConfigurationError(
            f"{file}{line} is not YAML: {getattr(error, 'problem', None) or 'it cannot be understood'}."
        ) from error
    if not isinstance(content, dict | None):
        raise ConfigurationError(f"{file} must hold keys and values.")
    return content or {}
