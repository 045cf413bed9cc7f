"""How the files of entries are called: by key, so that every platform takes the name, and no two entries share one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection

from aiware_resources.api.file_names import MOST_FOLDERS, clean_name, same_name

_LONGEST = 180
"""Bytes of a part of a name; an ending, a hash and the names of hidden files have to fit behind it."""


def stems(keys: Collection[str]) -> dict[str, str]:
    """The path of each entry's files without the ending, relative to the fleet's folder.

    A slash in a key makes folders. A key that is not a file name as it stands, and one that some file system takes for
    another key of the fleet (``EP-1`` and ``ep-1``), is told from others by a hash.

    Args:
        keys: The keys of all entries.
    """
    plain = {key: _portable(key) for key in keys}
    shared = Counter(map(same_name, plain.values()))
    return {
        key: stem if stem == key and shared[same_name(stem)] == 1 else f"{stem}-{_hash(key)}"
        for key, stem in plain.items()
    }


def _portable(key: str) -> str:
    """A key with what is not the name of a file replaced."""
    parts = key.split("/")
    if len(parts) > MOST_FOLDERS:
        parts = ["_".join(parts)]
    return "/".join(map(_part, parts))


def _part(part: str) -> str:
    name = clean_name(part.replace("\\", "_")) or "_"
    # Names that begin with a dot are the library's own.
    name = f"_{name[1:]}" if name.startswith(".") else name
    encoded = name.encode("utf-8", "replace")
    return name if len(encoded) <= _LONGEST else encoded[:_LONGEST].decode("utf-8", "ignore").rstrip(" .")


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
