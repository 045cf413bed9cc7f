"""The keys of the project itself in a stack's file."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic.alias_generators import to_camel

from aiware_resources.cluster import ClusterProvider
from aiware_resources.errors import ConfigurationError
from aiware_resources.reconcile import ApiModel, Path, Schema, path_text
from aiware_resources.reconcile.paths import is_within
from aiware_resources.settings.project import Project, encrypted_paths, is_encrypted
from aiware_resources.text import commands
from aiware_resources.text.times import parse_time
from aiware_resources.text.words import did_you_mean

MODEL_FILE = "configuration.py"
MODEL = "Configuration"

_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str, int, float, bool),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
"""The types of the manifest; Pulumi takes numbers and booleans for text as well."""

_SECRETS = ClusterProvider.secrets
"""Arguments that are secret whatever the program says; a stack's file has them in objects."""


@dataclass(frozen=True)
class OwnKeys:
    """The keys that a project has, and the values they may have.

    Attributes:
        project: The project's name.
        declared: The `config` of its manifest, by key without namespace.
        model: The model of its configuration, where it has one.
    """

    project: str
    declared: Mapping[str, Any]
    model: type[ApiModel] | None

    @classmethod
    def of(cls, project: Project) -> OwnKeys:
        """Reads a project's manifest, and its model.

        Raises:
            ConfigurationError: One of them cannot be read.
        """
        config = project.manifest.get("config") or {}
        prefix = f"{project.name}:"
        declared = {str(key).removeprefix(prefix): _declaration(value) for key, value in config.items()}
        return cls(project.name, declared, _model(project))

    def problems(self, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Finds what is wrong with the project's keys in a stack.

        Args:
            config: All keys of the stack, and their values.

        Yields:
            Keys, or places inside their values, each with a sentence about it.
        """
        prefix = f"{self.project}:"
        own = {key.removeprefix(prefix): _as_passed(value) for key, value in config.items() if key.startswith(prefix)}
        known = {*self.declared, *(self._schema.properties if self._schema else ())}
        others = f"its keys are {', '.join(sorted(known))}."
        for key in own.keys() - known if known else ():
            yield f"{prefix}{key}", f"is not a key of this project: {did_you_mean(key, known, others)}"
        for key, declaration in self.declared.items():
            if declaration.get("type") and key in own and own[key] is None:
                yield f"{prefix}{key}", "is null, which Pulumi refuses: give it a value, or leave it out."
                continue
            yield from ((f"{prefix}{key}", sentence) for sentence in _declared_problems(declaration, own.get(key)))
        for path in plain_secrets(own):
            yield f"{prefix}{path_text(path)}", plain_secret_sentence(self.project, path)
        if self._schema is not None:
            yield from self._model_problems(self._schema, {key: own[key] for key in own.keys() & known})

    @property
    def _schema(self) -> Schema | None:
        return None if self.model is None else Schema(self.model)

    def _model_problems(self, schema: Schema, own: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        encrypted = frozenset(encrypted_paths(own))
        typed_wrong = {key for key, value in own.items() if list(_declared_problems(self.declared.get(key, {}), value))}
        checked = {key: value for key, value in own.items() if key not in typed_wrong}
        for problem in schema.validate(checked, encrypted)[1]:
            declared_as_missing = len(problem.path) == 1 and problem.path[0] not in checked
            if not declared_as_missing and not is_within(problem.path, encrypted):
                yield f"{self.project}:{path_text(problem.path)}", problem.sentence


def plain_secrets(value: Any, path: Path = (), *, is_secret: bool = False) -> Iterator[Path]:
    """Finds secrets in plain text: the values of `dockerCredentials` and `serviceToken`, at any depth.

    Args:
        value: A value of a stack's file.
        path: Where it is.
        is_secret: Whether all of it is secret.
    """
    if is_encrypted(value) or value is None or value == "":
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            is_named = isinstance(key, str) and to_camel(key) in _SECRETS
            yield from plain_secrets(item, (*path, key), is_secret=is_secret or is_named)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from plain_secrets(item, (*path, index), is_secret=is_secret)
    elif is_secret:
        yield path


def plain_secret_sentence(namespace: str, path: Path) -> str:
    """Says what is wrong with a secret in plain text, and what to do about it.

    Args:
        namespace: The namespace of the key: the project's name.
        path: Where it is, the key included.
    """
    set_it = commands.config_set(f"'{namespace}:{path_text(path)}'", is_path=True)
    return f"is a secret, and stands here for everybody to read, as it would in the state and in previews: {set_it}"


def _as_passed(value: Any) -> Any:
    """A value as Pulumi passes it to the program: a time without quotes inside of an object is text."""
    if isinstance(value, Mapping):
        return {key: _inside(item) for key, item in value.items()}
    return [_inside(item) for item in value] if isinstance(value, list) else value


def _inside(value: Any) -> Any:
    if isinstance(value, date):
        return parse_time(value).isoformat().replace("+00:00", "Z")
    return _as_passed(value)


def _declaration(value: Any) -> Mapping[str, Any]:
    """A key of the manifest as a declaration; a plain value there is the value itself."""
    return value if isinstance(value, Mapping) else {"value": value}


def _declared_problems(declaration: Mapping[str, Any], value: Any) -> Iterator[str]:
    """Finds what is wrong, by the manifest, with a value or its absence."""
    kind = declaration.get("type")
    if value is None:
        if kind and declaration.get("default") is None and declaration.get("value") is None:
            yield "is missing, and the project has no default for it."
        return
    if kind in _KINDS and not is_encrypted(value) and not _is_of(str(kind), value):
        yield f"must be of the type {kind}, but is {_shown(value)}."


def _is_of(kind: str, value: Any) -> bool:
    if isinstance(value, str) and kind in {"integer", "boolean"}:
        return value in {"true", "false"} if kind == "boolean" else value.lstrip("-").isdecimal()
    return isinstance(value, _KINDS[kind]) and not (kind == "integer" and isinstance(value, bool))


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list) else repr(value)


def _model(project: Project) -> type[ApiModel] | None:
    """The project's own model; it is code of the project, and is run as such."""
    file = project.folder / MODEL_FILE
    if not file.is_file():
        return None
    spec = importlib.util.spec_from_file_location(f"_{MODEL_FILE.removesuffix('.py')}_of_{project.name}", file)
    if spec is None or spec.loader is None:
        raise ConfigurationError(f"{file} cannot be loaded as Python.")
    module = importlib.util.module_from_spec(spec)
    # Annotations that are text are looked up in the module by its name.
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        # The project's own code can fail in any way; whoever runs it wants to know how.
        raise ConfigurationError(f"{file} failed: {type(error).__name__}: {error}.") from error
    finally:
        del sys.modules[spec.name]
    found = getattr(module, MODEL, None)
    if found is None:
        return None
    if not (isinstance(found, type) and issubclass(found, ApiModel)):
        raise ConfigurationError(
            f"{MODEL} in {file} is not a StackConfiguration.",
            remedy="Derive it from the one in aiware_resources.configuration.",
        )
    return found
