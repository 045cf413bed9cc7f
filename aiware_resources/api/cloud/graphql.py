"""GraphQL documents.

Whatever a user gives goes into variables. Variables are declared only of types whose names aiWARE publishes; values of
unnamed types (ioFolders, routes) travel inside the variable of the input that encloses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiware_resources.api.failures import Kind


@dataclass(frozen=True)
class Operation:
    """A document with one root field.

    Attributes:
        field: The root field, which is aiWARE's name of the operation.
        kind: Whether it changes something.
        text: The document.
    """

    field: str
    kind: Kind
    text: str


@dataclass(frozen=True)
class Lookup:
    """A read of many objects at once: one field under an alias for each id.

    Attributes:
        field: The root field, which takes the id.
        selection: What to read of it, in braces.
        fragments: The fragments that the selection uses.
    """

    field: str
    selection: str
    fragments: str

    def text(self, count: int) -> str:
        """The document for so many ids, whose variables and aliases are those of `variable` and `alias`."""
        declared = ", ".join(f"${variable(index)}: ID!" for index in range(count))
        fields = "\n".join(
            f"  {alias(index)}: {self.field}(id: ${variable(index)}) {self.selection}" for index in range(count)
        )
        return f"query {self.field}({declared}) {{\n{fields}\n}}\n{self.fragments}"

    def variables(self, ids: Sequence[str]) -> dict[str, str]:
        """The variables of the document for these ids."""
        return {variable(index): id_ for index, id_ in enumerate(ids)}


def alias(index: int) -> str:
    """The alias of the object at this place of a batch."""
    return f"object{index}"


def variable(index: int) -> str:
    """The variable of the object at this place of a batch, without the dollar sign."""
    return f"id{index}"


def query(field: str, signature: str, body: str, *fragments: str) -> Operation:
    """A query with one root field.

    Args:
        field: The root field.
        signature: The declared variables, in parentheses.
        body: Arguments and selection of the root field.
        *fragments: The fragments that the selection uses.
    """
    return Operation(field, Kind.READ, f"query {field}{signature} {{ {field}{body} }}\n{''.join(fragments)}")


def mutation(field: str, signature: str, body: str, *fragments: str) -> Operation:
    """A mutation with one root field; see `query`."""
    return Operation(field, Kind.MUTATION, f"mutation {field}{signature} {{ {field}{body} }}\n{''.join(fragments)}")
