"""The generated parts of the pages in docs/: what they are to be, and which are not.

A generated part stands between two comments, the first of which says what it is: ``<!-- generated: arguments of
Job -->`` and ``<!-- end -->``. So the pages can be read on any host that shows Markdown, and a test sees to it that
they are true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

from aiware_resources.cli.reference import document
from aiware_resources.components import Transcription, Translation
from configuration import Archive, Document, Recording
from tools.docs import functions, reference
from tools.docs.entities import entities

DOCS = Path(__file__).resolve().parents[2] / "docs"
_PART = re.compile(r"(<!-- generated: (?P<name>[^>]+?) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)


def out_of_date() -> dict[Path, str]:
    """The pages whose generated parts are not what they should be, and what each should be as a whole."""
    wanted = {page: refreshed(page.read_text(encoding="utf-8")) for page in sorted(DOCS.glob("*.md"))}
    wanted[DOCS / "cli-reference.md"] = document()
    return {
        page: text for page, text in wanted.items() if not page.exists() or page.read_text(encoding="utf-8") != text
    }


def refreshed(text: str) -> str:
    """A page with its generated parts made again.

    Raises:
        KeyError: A part has a name that is none.
    """
    return _PART.sub(lambda part: f"{part[1]}\n{parts()[part['name']]()}\n\n{part['end']}", text)


def names(text: str) -> list[str]:
    """The names of the generated parts of a page."""
    return [part["name"] for part in _PART.finditer(text)]


@cache
def parts() -> Mapping[str, Callable[[], str]]:
    """Every generated part that there can be, by name."""
    found: dict[str, Callable[[], str]] = {
        "settings": reference.settings,
        "keys of a recording": partial(reference.keys, Recording),
        "keys of a document": partial(reference.keys, Document),
        "keys of an archive": partial(reference.keys, Archive),
        "functions": functions.functions,
        "graphs": functions.graphs,
        "nodes": functions.nodes,
        "methods": functions.methods,
        "engine ids": functions.engine_ids,
    }
    for entity in entities():
        found[f"arguments of {entity.name}"] = partial(reference.arguments, entity)
        found[f"outputs of {entity.name}"] = partial(reference.outputs, entity)
    for each in (Transcription, Translation):
        found[f"arguments and outputs of {each.__name__}"] = partial(reference.component, each)
    return found
