"""Which file of an archive is whose: aiWARE documents no names for the files of an export of several TDOs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePath

Of = tuple[str, str]
"""A TDO, and the ending of a file."""


def assigned(paths: Iterable[Path], tdo_ids: Collection[str], endings: Collection[str]) -> dict[Of, Path] | None:
    """Tells by the ids of TDOs in the names of files which file is of which TDO.

    Files with other endings are nobody's. What is missing from the answer is not in the archive.

    Args:
        paths: The files, relative to the archive.
        tdo_ids: The TDOs that were asked for.
        endings: The endings of the files that were asked for.

    Returns:
        The file of each TDO and ending; ``None`` when a single file cannot be assigned, or two are the same. Then none
        of the names can be relied on.
    """
    found: dict[Of, Path] = {}
    for path in paths:
        ending = ending_of(path, endings)
        if ending is None:
            continue
        named = [tdo_id for tdo_id in tdo_ids if _names(path.as_posix(), tdo_id)]
        if len(named) != 1 or (named[0], ending) in found:
            return None
        found[named[0], ending] = path
    return found


def ending_of(path: PurePath, endings: Collection[str]) -> str | None:
    """The longest of these endings that a file has; upper and lower case are the same."""
    name = path.name.casefold()
    return max((each for each in endings if name.endswith(f".{each.casefold()}")), key=len, default=None)


def _names(path: str, tdo_id: str) -> bool:
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(tdo_id)}(?![0-9A-Za-z])", path) is not None


def by_ending(paths: Iterable[Path], endings: Collection[str]) -> Mapping[str, Path] | None:
    """The files of one TDO by their endings; ``None`` when two have the same one."""
    found: dict[str, Path] = {}
    for path in paths:
        ending = ending_of(path, endings)
        if ending is not None and ending in found:
            return None
        if ending is not None:
            found[ending] = path
    return found
