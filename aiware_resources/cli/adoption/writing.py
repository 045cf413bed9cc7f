"""The program: imports, one statement for each object, and references between them by variable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_snake

from aiware_resources.cli.writing.layout import Argument, assignment, codes
from aiware_resources.cli.writing.names import RESERVED, Names, variable, words
from aiware_resources.reconcile.adoption import Code, Declaration, NotTold
from aiware_resources.text.commands import config_set
from aiware_resources.text.secret_words import is_secret

_CREDENTIALS = (
    "aiWARE does not show its credentials, and they stay as they are. To change them:",
    "{set_object}",
)
_LEFT_OUT = "Left out is what may be a secret. Set it before the first `pulumi up`:"


def _set_object(key: str) -> str:
    return config_set(f"{key}.NAME", is_path=True)


def program(declarations: Sequence[Declaration]) -> str:
    """Writes a program that takes objects over as they are.

    Args:
        declarations: The objects; those that others refer to come first.

    Returns:
        Python source, formatted.
    """
    writer = _Writer(declarations)
    statements = "\n".join(writer.statements())
    names = sorted({each.resource for each in declarations})
    imports = ", ".join([*names, "engines"] if "engines" in writer.used else names)
    uses_config = "config" in writer.used
    head = [
        "from __future__ import annotations",
        "",
        *(["import pulumi", ""] if uses_config else []),
        f"from aiware_resources import {imports}",
        "",
        *(["config = pulumi.Config()", ""] if uses_config else []),
    ]
    return "\n".join([*head, statements, ""])


class _Writer:
    """Writes the statements of one program."""

    def __init__(self, declarations: Sequence[Declaration]) -> None:
        self._declarations = declarations
        self._called = {(each.resource, each.object_id): each.called for each in declarations}
        self._variables: dict[tuple[str, str], str] = {}
        resources = {each.resource for each in declarations}
        self._free = Names({*RESERVED, *resources, "annotations", "config", "engines", "pulumi"})
        self._resource_names = {resource: Names() for resource in resources}
        self._keys = Names()
        self.used: set[str] = set()
        """The names that expressions begin with."""

    def statements(self) -> Iterator[str]:
        """One statement for each object, with its notes above it."""
        for each in self._declarations:
            called = self._name_of(each)
            self._variables[each.resource, each.object_id] = self._free.unique(variable(called, each.kind), "_")
            notes = [f"# {line}" for line in each.notes]
            yield "\n".join([*notes, self._statement(each, words(called).replace("_", "-"))])

    def _name_of(self, each: Declaration) -> str:
        """What the object is called; one without a name, as the object it is named after; everything else by its id."""
        other = (each.refers.get(each.named_after, ""), str(each.arguments.get(each.named_after)))
        names = (each.called, self._called.get(other, ""), each.object_id, each.kind)
        return next(name for name in names if words(name))

    def _statement(self, each: Declaration, name: str) -> str:
        unique = self._resource_names[each.resource].unique(name, "-")
        arguments = [Argument("adopt", each.object_id)]
        arguments += [self._argument(each, key, value) for key, value in each.arguments.items()]
        self.used |= {code.partition(".")[0] for argument in arguments for code in codes(argument.value)}
        return assignment(self._variables[each.resource, each.object_id], each.resource, unique, arguments)

    def _argument(self, each: Declaration, key: str, value: Any) -> Argument:
        comment = list(each.comments.get(key, ()))
        reference = self._variables.get((each.refers.get(key, ""), str(value)))
        if reference is not None:
            return Argument(key, Code(f"{reference}.id"), comment)
        if isinstance(value, NotTold):
            secret = self._key(each, key)
            comment += [line.format(set_object=_set_object(secret)) for line in _CREDENTIALS]
            return Argument(key, Code(f'config.get_secret_object("{secret}")'), comment)
        commands: list[str] = []
        shown = self._without_secrets(each, key, value, commands)
        return Argument(key, shown, [*comment, *([_LEFT_OUT] if commands else []), *commands])

    def _without_secrets(self, each: Declaration, key: str | int, value: Any, commands: list[str]) -> Any:
        """The value with its secrets replaced by the stack's configuration; adds the commands that set them there."""
        if is_secret(key, value):
            secret, is_text = self._key(each, str(key)), isinstance(value, str)
            commands.append(config_set(secret) if is_text else _set_object(secret))
            return Code(f'config.require_secret{"" if is_text else "_object"}("{secret}")')
        if isinstance(value, Mapping):
            return {inner: self._without_secrets(each, inner, item, commands) for inner, item in value.items()}
        if isinstance(value, list):
            return [self._without_secrets(each, index, item, commands) for index, item in enumerate(value)]
        return value

    def _key(self, each: Declaration, key: str) -> str:
        """A key of the stack's configuration, which takes plain letters only."""
        readable = f"{self._variables[each.resource, each.object_id]}_{words(to_snake(key))}"
        plain = readable if readable.isascii() else f"{each.kind}_{words(each.object_id)}_secret"
        return self._keys.unique(plain.replace("_", "-"), "-")
