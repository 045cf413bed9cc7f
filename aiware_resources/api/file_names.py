"""Names of files that somebody else has chosen: what a folder can hold, and what people can read."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

LONGEST = 255
"""Bytes of a name on the usual file systems."""

MOST_FOLDERS = 64
"""How many folders a file may lie in, one inside the other."""

_MISLEADING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line ends, marks that turn the direction of writing around, and halves of characters."""

_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[1-9\u00b9\u00b2\u00b3]) *(\..*)?", re.IGNORECASE)
"""Names that Windows gives to devices, whatever ending they have."""


def name_problem(name: str) -> str | None:
    """Says what is wrong with the path of a file; None when nothing is.

    Args:
        name: The path; its parts are separated by slashes.
    """
    if _MISLEADING.search(name):
        return "holds a control character, a line end, or a mark that changes the direction of writing"
    parts = PurePosixPath(name).parts
    if len(parts) > MOST_FOLDERS + 1:
        return f"lies in {len(parts) - 1} folders, and {MOST_FOLDERS} are the most"
    too_long = next((part for part in parts if _length(part) > LONGEST), None)
    if too_long is not None:
        return f"has a part of {_length(too_long)} bytes, and {LONGEST} are the most"
    return None


def place_problem(path: Path) -> str | None:
    """Says why nothing can be written at a path, before anything is; None when nothing is known to be in the way.

    Args:
        path: Where a file or a folder is to be, on this machine.
    """
    if _MISLEADING.search(str(path)):
        return "holds a control character, a line end, or a mark that changes the direction of writing"
    refused = not_on_windows(path) if isinstance(path, PureWindowsPath) else None
    if refused is not None:
        return f"has the part {refused!r}, which Windows does not take"
    longest = _longest_name(path)
    too_long = next((part for part in path.parts if _length(part) > longest), None)
    if too_long is not None:
        return f"has a part of {_length(too_long)} bytes, and the file system takes {longest} at the most"
    return None


def not_on_windows(path: PurePath) -> str | None:
    """The first part of a path that Windows does not take; None when it takes all of them."""
    parts = path.parts[1:] if path.anchor else path.parts
    return next((part for part in parts if part != ".." and part != portable_name(part)), None)


def portable_name(name: str) -> str:
    """The name of a file, or of a folder, changed where Windows does not take it; the same one on every platform.

    Args:
        name: The name, without folders.
    """
    portable = _NOT_ON_WINDOWS.sub("_", name).rstrip(" .") or "_"
    return f"_{portable}" if _DEVICES.fullmatch(portable) else portable


def clean_name(name: str | None) -> str | None:
    """The name of a file without folders, such as every platform takes, and no longer than a name may be.

    Args:
        name: What somebody else calls it.

    Returns:
        None when nothing of it can be used.
    """
    last = PurePosixPath((name or "").replace("\\", "/")).name
    clean = _MISLEADING.sub("_", last).strip()
    if not clean.strip(". "):
        return None
    clean = portable_name(clean)
    if _length(clean) <= LONGEST:
        return clean
    ending = PurePosixPath(clean).suffix
    ending = ending if _length(ending) <= 20 else ""
    begun = clean.removesuffix(ending).encode()[: LONGEST - _length(ending)]
    return portable_name(begun.decode("utf-8", "ignore") + ending)


def same_name(name: str) -> str:
    """What two names have in common that some file systems take for one: case, and how accents are written."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _length(name: str) -> int:
    return len(name.encode("utf-8", "surrogatepass"))


def _longest_name(path: Path) -> int:
    there = next((each for each in path.absolute().parents if _is_folder(each)), None)
    try:
        return os.pathconf(there, "PC_NAME_MAX") if there is not None else LONGEST
    except (AttributeError, OSError, ValueError):
        return LONGEST


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
