"""Shards: an archive that is too large for one stack, spread over several by its keys.

A shard is an ordinary stack, ``talks-0`` to ``talks-4``. Which shard has an entry follows from its key and from the
number of shards, and from nothing else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

SHARD = "__shard"
"""The property that says which shard a fleet is of, and how many there are; hidden from displays."""

_NAME = re.compile(r"(?P<archive>.+)-(?P<index>0|[1-9]\d*)")


def shard_of(key: str, count: int) -> int:
    """Which of so many shards has an entry.

    With one more shard, the new one gets its share of the entries, and all others stay where they are (jump consistent
    hash; Lamping and Veach, 2014).

    Args:
        key: The key of the entry.
        count: How many shards there are.
    """
    state = int.from_bytes(hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    found, following = 0, 0
    while following < count:
        found = following
        state = (state * 2862933555777941757 + 1) % 2**64
        following = int((found + 1) * (1 << 31) / ((state >> 33) + 1))
    return found


@dataclass(frozen=True)
class Shard:
    """One of the shards of an archive.

    Attributes:
        archive: What the names of its stacks begin with.
        index: Its number, from 0.
        count: How many there are. One whose number is not below that is being given up: it has no entries.
    """

    archive: str
    index: int
    count: int

    def has(self, key: str) -> bool:
        """Whether an entry is of this shard."""
        return shard_of(key, self.count) == self.index

    @property
    def stack(self) -> str:
        """The name of its stack."""
        return f"{self.archive}-{self.index}"

    def properties(self) -> dict[str, Any]:
        """As it is recorded."""
        return {"archive": self.archive, "index": self.index, "count": self.count}

    @staticmethod
    def parse(recorded: Any) -> Shard | None:
        """Reads what was recorded; ``None`` for a fleet that is not spread over stacks."""
        if not isinstance(recorded, Mapping):
            return None
        return Shard(str(recorded["archive"]), int(recorded["index"]), int(recorded["count"]))

    @staticmethod
    def of_stack(count: int) -> Shard:
        """The shard that the running stack is, by its name.

        Raises:
            pulumi.RunError: When the name is not that of a shard.
        """
        found = parsed(pulumi.get_stack())
        if found is None or count < 1:
            raise pulumi.RunError(
                f"The stack {pulumi.get_stack()} is not one of {count} shards. Their stacks have a name and a number, "
                "from 0: talks-0, talks-1."
            )
        return Shard(*found, count)


def parsed(stack: str) -> tuple[str, int] | None:
    """The archive and the number in the name of a shard's stack."""
    found = _NAME.fullmatch(stack)
    return (found["archive"], int(found["index"])) if found else None
