"""What an API can do: where aiWARE's APIs differ in what a program may ask for, as data.

Entities ask this in ``check``, before anything is sent; so it is known from the settings alone, without a connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]

EACH = "*"
"""In the path of a refusal: each item of a list."""


@dataclass(frozen=True)
class Refusal:
    """A property of a job that an API has no use for.

    Attributes:
        path: Where it stands, under the API's own names; `EACH` for each item of a list.
        reason: Why, and what to use instead; to follow the property's path in a message.
        when: Whether a value is refused. By default one that asks for something: not false, 0 or empty.
    """

    path: tuple[str, ...]
    reason: str
    when: Callable[[Any], bool] = bool


@dataclass(frozen=True)
class Abilities:
    """What one of aiWARE's APIs can do.

    Attributes:
        name: What people call the API.
        lacking: By kind of entity: a sentence that says that the API does not have it, and what to use instead.
        refusals: Properties of a job that it does not take.
        no_files: Why a file of this machine cannot be uploaded, to follow the property's path; empty where it can.
        retries_in_place: Whether a failed job can be started again; otherwise it is submitted again.
        lists_documents: Whether the documents of a job can be listed without reading them.
        has_tdos: Whether jobs work on TDOs, which hold what jobs make, and take notes about them.
        reads_in_batches: Whether a request can read many objects; otherwise it takes one for each, some side by side.
    """

    name: str
    lacking: Mapping[str, str] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()
    no_files: str = ""
    retries_in_place: bool = True
    lists_documents: bool = False
    has_tdos: bool = True
    reads_in_batches: bool = True

    def objections(self, job: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
        """Says what of a job the API does not take.

        Args:
            job: The job's properties, as far as they are known.

        Yields:
            The path of each property that is refused, and why.
        """
        for refusal in self.refusals:
            for path, value in _values_at(job, refusal.path):
                if refusal.when(value):
                    yield path, refusal.reason


def _values_at(value: Any, path: tuple[str, ...], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    if not path:
        yield above, value
    elif path[0] == EACH and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _values_at(item, path[1:], (*above, index))
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _values_at(value[path[0]], path[1:], (*above, path[0]))
