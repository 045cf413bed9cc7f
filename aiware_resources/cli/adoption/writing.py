"""The program: imports, one statement for each object, and references between them by variable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aiware_resources.cli.writing.layout import Argument, assignment, codes
from aiware_resources.cli.writing.module import TAKEN, module
from aiware_resources.cli.writing.names import RESERVED, Names, variable, words
from aiware_resources.cli.writing.secrets import LEFT_OUT, Secrets, set_object
from aiware_resources.reconcile.adoption import Code, Declaration, NotTold
from aiware_resources.text.secret_words import is_secret

_CREDENTIALS = (
    "aiWARE does not show its credentials, and they stay as they are. To change them:",
    "{set_object}",
)


def program(declarations: Sequence[Declaration], provider: str | None = None) -> str:
    """Writes a program that takes objects over as they are.

    Args:
        declarations: The objects; those that others refer to come first.
        provider: The explicit provider that they are in; ``None`` for the stack's own.

    Returns:
        Python source, formatted.
    """
    writer = _Writer(declarations, provider)
    statements = [*writer.provider_statement(), *writer.statements()]
    imported = {each.resource for each in declarations} | ({"Provider"} if provider else set())
    return module(statements, writer.used, imported)


class _Writer:
    """Writes the statements of one program."""

    def __init__(self, declarations: Sequence[Declaration], provider: str | None) -> None:
        self._declarations = declarations
        self._called = {(each.resource, each.object_id): each.called for each in declarations}
        self._variables: dict[tuple[str, str], str] = {}
        resources = {each.resource for each in declarations}
        self._free = Names({*RESERVED, *TAKEN, *resources, "Provider"})
        self._provider = provider
        self._provider_variable = self._free.unique(variable(provider, "provider"), "_") if provider else ""
        self._resource_names = {resource: Names() for resource in resources}
        self._secrets = Secrets(is_secret)
        self.used: set[str] = set()
        """The expressions in the statements."""

    def statements(self) -> Iterator[str]:
        """One statement for each object, with its notes above it."""
        for each in self._declarations:
            called = self._name_of(each)
            self._variables[each.resource, each.object_id] = self._free.unique(variable(called, each.kind), "_")
            notes = [f"# {line}" for line in each.notes]
            yield "\n".join([*notes, self._statement(each, words(called).replace("_", "-"))])

    def provider_statement(self) -> Iterator[str]:
        """What is left to fill in: the declaration of the provider, which the program has already."""
        if self._provider is not None:
            made = f'{self._provider_variable} = Provider("{self._provider}", endpoint=..., token=...)'
            yield f"# The provider that the program declares:\n{made}\n"

    def _name_of(self, each: Declaration) -> str:
        """What the object is called; one without a name, as the object it is named after; everything else by its id."""
        other = (each.refers.get(each.named_after, ""), str(each.arguments.get(each.named_after)))
        names = (each.called, self._called.get(other, ""), each.object_id, each.kind)
        return next(name for name in names if words(name))

    def _statement(self, each: Declaration, name: str) -> str:
        unique = self._resource_names[each.resource].unique(name, "-")
        arguments = [Argument("adopt", each.object_id)]
        arguments += [self._argument(each, key, value) for key, value in each.arguments.items()]
        if self._provider is not None:
            arguments.append(Argument("opts", Code(f"pulumi.ResourceOptions(provider={self._provider_variable})")))
        self.used |= {code for argument in arguments for code in codes(argument.value)}
        return assignment(self._variables[each.resource, each.object_id], each.resource, unique, arguments)

    def _argument(self, each: Declaration, key: str, value: Any) -> Argument:
        comment = list(each.comments.get(key, ()))
        reference = self._variables.get((each.refers.get(key, ""), str(value)))
        if reference is not None:
            return Argument(key, Code(f"{reference}.id"), comment)
        if isinstance(value, NotTold):
            secret = self._key(each, key)
            comment += [line.format(set_object=set_object(secret)) for line in _CREDENTIALS]
            return Argument(key, Code(f'config.get_secret_object("{secret}")'), comment)
        commands: list[str] = []
        shown = self._secrets.taken_out(key, value, lambda name: self._key(each, name), commands)
        return Argument(key, shown, [*comment, *([LEFT_OUT] if commands else []), *commands])

    def _key(self, each: Declaration, key: str) -> str:
        otherwise = f"{each.kind}_{words(each.object_id)}_secret"
        return self._secrets.key(self._variables[each.resource, each.object_id], key, otherwise)
