"""The project's documents, as far as tests read them: headings, tables, code blocks and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HEADING = re.compile(r"^(#+) +(.*)$")
_FENCE = re.compile(r"^\s*```(\w*)$")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`[^`]*`")


@dataclass(frozen=True)
class Line:
    """A line of a document.

    Attributes:
        number: Counted from 1.
        text: The line.
        heading: The heading that it stands under.
        language: Of the code block that it is in; `None` outside of one.
    """

    number: int
    text: str
    heading: str
    language: str | None


def lines(document: Path) -> Iterator[Line]:
    """The lines of a document, fences left out."""
    heading, language = "", None
    for number, text in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        fence = _FENCE.match(text)
        if fence:
            language = fence[1] if language is None else None
            continue
        found = _HEADING.match(text) if language is None else None
        heading = found[2] if found else heading
        yield Line(number, text, heading, language)


def table(document: Path, heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head; a backslash keeps a bar from ending a cell."""
    rows = [line.text for line in lines(document) if line.heading == heading and line.text.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    return [[cell.replace("\\|", "|") for cell in row] for row in cells[2:]]


def blocks(document: Path, language: str) -> list[str]:
    """The code blocks in a language."""
    found: list[str] = []
    open_ = False
    for text in document.read_text(encoding="utf-8").splitlines():
        fence = _FENCE.match(text)
        if fence:
            open_ = not open_ and fence[1] == language
            if open_:
                found.append("")
        elif open_:
            found[-1] += f"{text}\n"
    return found


def links(document: Path) -> Iterator[tuple[int, str]]:
    """The targets of all links, each with its line's number."""
    for line in lines(document):
        if line.language is None:
            yield from ((line.number, target) for target in _LINK.findall(_CODE.sub("", line.text)))


def anchors(document: Path) -> set[str]:
    """What the headings can be linked by, as GitHub makes it of them."""
    headings = {line.heading for line in lines(document)}
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
