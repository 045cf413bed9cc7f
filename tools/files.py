"""Lists the files of a stack, as its outputs name them: what a stack does not declare any more may lie beside them.

pulumi stack output --json | python tools/files.py
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KEYS = ("captions", "files")
"""The keys of the outputs of the program in which paths stand."""


def declared_files(outputs: Any) -> list[str]:
    """The paths that a stack's outputs name, in the order of the alphabet, each once."""
    found = outputs.values() if isinstance(outputs, dict) else []
    return sorted({path for output in found if isinstance(output, dict) for path in _paths(output)})


def _paths(output: dict[str, Any]) -> Iterator[str]:
    for key in KEYS:
        listed = output.get(key)
        yield from (path for path in listed if isinstance(path, str)) if isinstance(listed, list) else ()


def main() -> int:
    """Prints the paths; of one that is not there, that it is not, as where the program does not wait."""
    paths = declared_files(json.load(sys.stdin))
    if paths:
        print("Files:")
    for path in paths:
        print(f"  {path}{'' if Path(path).exists() else ' (not there yet)'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
