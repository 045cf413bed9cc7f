"""Reading the text out of documents: plain text, HTML, PDF and Word."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiware_local.engines.run import extra

UNREAD_TAGS = ("script", "style", "template", "noscript")
MORE_BLOCKS = frozenset({"br", "td", "th", "title", "tr"})
"""What separates words as well, besides the elements that the HTML library counts as blocks."""
DAMAGED = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, OSError, SyntaxError)
"""What parsers raise, besides errors of their own, over files that are damaged in a way that they do not look for."""
_BREAK = "\x1e"
"""Stands between the blocks of a page while their white space is levelled."""


class Unreadable(Exception):
    """A document is not what its type says; the text says why."""


class NotInstalled(Exception):
    """A library that reads documents of this type is missing; the text is its name."""


@dataclass(frozen=True)
class Passage:
    """A paragraph or a page of a document, counted from 1."""

    text: str
    paragraph: int | None = None
    page: int | None = None


def read_passages(path: Path, content_type: str) -> list[Passage] | None:
    """What is written in a document; None if documents of this type cannot be read here.

    Raises:
        Unreadable: the file is damaged, encrypted, or not of this type.
        NotInstalled: what reads this type is not there.
    """
    reader = READERS.get(content_type) or (_plain if content_type.startswith("text/") else None)
    return None if reader is None else list(reader(path.read_bytes()))


def _paragraphs(texts: list[str]) -> Iterator[Passage]:
    level = (" ".join(text.split()) for text in texts)
    yield from (Passage(text, paragraph=place) for place, text in enumerate(filter(None, level), 1))


def _plain(content: bytes) -> Iterator[Passage]:
    text = content.decode("utf-8-sig", errors="replace")
    return _paragraphs(re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")))


def _html(content: bytes) -> Iterator[Passage]:
    bs4 = _library("bs4", "beautifulsoup4")
    page = bs4.BeautifulSoup(content, "html.parser")
    for tag in page(UNREAD_TAGS):
        tag.decompose()
    for tag in page(list(bs4.builder.HTMLTreeBuilder.DEFAULT_BLOCK_ELEMENTS | MORE_BLOCKS)):
        tag.insert_before(_BREAK)
        tag.insert_after(_BREAK)
    return _paragraphs(page.get_text().split(_BREAK))


def _pdf(content: bytes) -> Iterator[Passage]:
    pypdf = _library("pypdf", "pypdf")
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("it is encrypted")
        texts = [" ".join(page.extract_text().split()) for page in reader.pages]
    except (pypdf.errors.PyPdfError, *DAMAGED) as error:
        raise Unreadable(f"it is not a PDF that can be read ({error})") from error
    return (Passage(text, page=place) for place, text in enumerate(texts, 1) if text)


def _word(content: bytes) -> Iterator[Passage]:
    docx = _library("docx", "python-docx")
    try:
        document = docx.Document(io.BytesIO(content))
    except (docx.opc.exceptions.PackageNotFoundError, zipfile.BadZipFile, *DAMAGED) as error:
        raise Unreadable(f"it is not a Word document that can be read ({error})") from error
    return _paragraphs([paragraph.text for paragraph in document.paragraphs])


def _library(module: str, name: str) -> Any:
    found = extra(module)
    if found is None:
        raise NotInstalled(name)
    return found


READERS: dict[str, Callable[[bytes], Iterator[Passage]]] = {
    "text/html": _html,
    "application/xhtml+xml": _html,
    "application/pdf": _pdf,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _word,
    "application/json": _plain,
}
