"""Engines that work on text, and how the text of documents is read: plain text, HTML, PDF and Word."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiware_local.engines.run import HINT, Run, extra
from aiware_local.engines.speech import spoken_words
from aiware_local.installation.errors import FailureReason, RunError
from aiware_local.installation.media import UNREACHABLE, Media
from aiware_local.storage.store import Record
from aiware_local.tdos.transcripts import words_of

UNREAD_TAGS = ("script", "style", "template", "noscript")
MORE_BLOCKS = frozenset({"br", "td", "th", "title", "tr"})
"""What separates words as well, besides the elements that the HTML library counts as blocks."""
DAMAGED = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, OSError, SyntaxError)
"""What parsers raise, besides errors of their own, over files that are damaged in a way that they do not look for."""
_BREAK = "\x1e"
"""Stands between the blocks of a page while their white space is levelled."""
SHORTEST_KEYWORD = 5
"""Letters that a word must have to count as a keyword where nothing better than counting is there."""
DEFAULT_KEYWORDS = 10
DEFAULT_LANGUAGE = "en"


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


def language_of(text: str) -> str | None:
    """The language that a text is most probably in, as a two-letter code; None if nothing here can tell."""
    library = extra("py3langid")
    if library is None:
        return None
    # The library also knows languages that have no two-letter code, and finds them in short texts too easily.
    codes = (str(code) for code, _ in library.rank(text))
    return next(code for code in codes if len(code) == 2)


def keywords_of(text: str, language: str, count: int) -> list[str] | None:
    """The keywords of a text, the most telling first; None if nothing here can tell them.

    Args:
        text: the text.
        language: its language, a two-letter code.
        count: how many at most.
    """
    library = extra("yake")
    if library is None:
        return None
    found = library.KeywordExtractor(lan=language, n=2, dedupLim=0.7, top=count).extract_keywords(text)
    return [keyword for keyword, _ in found]


def frequent_words(text: str, count: int) -> list[str]:
    """The longer words of a text, the most frequent first."""
    words = re.findall(rf"[^\W\d_]{{{SHORTEST_KEYWORD},}}", text.lower())
    return [word for word, _ in Counter(words).most_common(count)]


async def extract_text(run: Run) -> None:
    """Reads the text out of a document: an entry of `object` for each page or paragraph."""
    document = await run.find_media(of_tdo=True)
    passages = await _passages(run, document)
    if passages is None:
        message = f"{run.engine['name']} cannot read {document.name}: it is of type {document.content_type}."
        raise RunError(FailureReason.INVALID_DATA, message)
    run.keep_result("text", object=[_text_object(passage) for passage in passages])
    words = sum(len(passage.text.split()) for passage in passages)
    run.note(f"Read {words} words in {len(passages)} {_parts(passages)} of {document.name}.")


async def identify_language(run: Run) -> None:
    """Tells which language a text is in, or what is said in a recording."""
    text = await source_text(run)
    language = await asyncio.to_thread(language_of, text)
    if language is None:
        run.simulate(why := "py3langid is not installed", f"{why}: the language is simulated; {HINT}.")
    run.keep_result("language", language=language or DEFAULT_LANGUAGE)
    run.note(f"The language is {language or DEFAULT_LANGUAGE}.")


async def extract_keywords(run: Run) -> None:
    """Tells the keywords of a text, or of what is said in a recording."""
    text = await source_text(run)
    count = _count(run)
    language = str(run.payload.get("language", DEFAULT_LANGUAGE))
    keywords = await asyncio.to_thread(keywords_of, text, language, count)
    if keywords is None:
        run.simulate(why := "yake is not installed", f"{why}: the keywords are simulated, by counting words; {HINT}.")
        keywords = frequent_words(text, count)
    run.keep_result("keyword", object=[{"type": "keyword", "label": keyword} for keyword in keywords])
    run.note(f"Found {len(keywords)} keywords{': ' if keywords else ''}{', '.join(keywords[:5])}.")


async def source_text(run: Run) -> str:
    """The text to work on: of the tasks before, else of the document, else what is said in the recording.

    Raises:
        RunError: there is none.
    """
    texts = [_text_of(document) for _, document in run.upstream_documents()]
    if texts:
        text = " ".join(texts)
    else:
        media = await run.find_media(of_tdo=True)
        passages = await _passages(run, media)
        if passages is None:
            text = " ".join(word.text for word in await spoken_words(run, media))
        else:
            text = "\n".join(passage.text for passage in passages)
    if not text.strip():
        raise RunError(FailureReason.INVALID_DATA, f"{run.engine['name']} has no text to work on: it is empty.")
    return text


async def _passages(run: Run, document: Media) -> list[Passage] | None:
    """What is written in a document; None if it is of a type that is not read here, such as a recording."""
    if document.file is None:
        run.simulate(UNREACHABLE, f"{document.name} was out of reach: its text is simulated.")
        return [Passage(f"This text stands for that of {document.name}: it is simulated.", paragraph=1)]
    try:
        return await asyncio.to_thread(read_passages, run.path(document.file), document.content_type)
    except Unreadable as error:
        raise RunError(FailureReason.INVALID_DATA, f"{document.name} cannot be read: {error}.") from error
    except NotInstalled as error:
        why = f"{error} is not installed"
        run.simulate(why, f"{why}: the text of {document.name} is simulated; {HINT}.")
        return [Passage(f"This text stands for that of {document.name}: it is simulated.", paragraph=1)]


def _count(run: Run) -> int:
    """How many keywords are wanted.

    Raises:
        RunError: invalid_data, if that is not a whole number of at least one.
    """
    given = run.payload.get("numberOfKeywords", DEFAULT_KEYWORDS)
    if str(given).isdecimal() and int(given) >= 1:
        return int(given)
    raise RunError(FailureReason.INVALID_DATA, f"numberOfKeywords is {given!r}; it must be a whole number from 1 on.")


def _text_object(passage: Passage) -> Record:
    places = {"page": passage.page, "paragraph": passage.paragraph}
    known = {name: place for name, place in places.items() if place is not None}
    return {"type": "text", "text": passage.text, **known}


def _parts(passages: list[Passage]) -> str:
    name = "page" if passages and passages[0].page is not None else "paragraph"
    return name if len(passages) == 1 else f"{name}s"


def _text_of(document: Record) -> str:
    spoken = " ".join(word.text for word in words_of(document))
    return spoken or " ".join(item["text"] for item in document.get("object") or [] if item.get("text"))
