"""Engines that work on text: extraction, language identification, keywords and translation."""

from __future__ import annotations

import asyncio
import re
from collections import Counter

from aiware_local.engines.documents import NotInstalled, Passage, Unreadable, read_passages
from aiware_local.engines.run import HINT, Run, extra
from aiware_local.engines.speech import spoken_words
from aiware_local.installation.errors import FailureReason, RunError
from aiware_local.installation.media import Media
from aiware_local.storage.store import Record
from aiware_local.tdos.transcripts import VTN_SCHEMA, words_of

SHORTEST_KEYWORD = 5
"""Letters that a word must have to count as a keyword where nothing better than counting is there."""
DEFAULT_KEYWORDS = 10
DEFAULT_LANGUAGE = "en"


def language_of(text: str) -> str | None:
    """The language that a text is most probably in, as a two-letter code; None if nothing here can tell."""
    library = extra("py3langid")
    if library is None:
        return None
    # The library also tells languages that have no two-letter code, and takes short texts for those too easily.
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
    _keep(run, "text", object=[_text_object(passage) for passage in passages])
    words = sum(len(passage.text.split()) for passage in passages)
    run.note(f"Read {words} words in {len(passages)} {_parts(passages)} of {document.name}.")


async def identify_language(run: Run) -> None:
    """Tells which language a text is in, or what is said in a recording."""
    text = await _source_text(run)
    language = await asyncio.to_thread(language_of, text)
    if language is None:
        run.note(f"py3langid is not installed: the language is simulated; {HINT}.")
    _keep(run, "language", language=language or DEFAULT_LANGUAGE)
    run.note(f"The language is {language or DEFAULT_LANGUAGE}.")


async def extract_keywords(run: Run) -> None:
    """Tells the keywords of a text, or of what is said in a recording."""
    text = await _source_text(run)
    count = _count(run)
    language = str(run.payload.get("language", DEFAULT_LANGUAGE))
    keywords = await asyncio.to_thread(keywords_of, text, language, count)
    if keywords is None:
        run.note(f"yake is not installed: the keywords are simulated, by counting words; {HINT}.")
        keywords = frequent_words(text, count)
    _keep(run, "keyword", object=[{"type": "keyword", "label": keyword} for keyword in keywords])
    run.note(f"Found {len(keywords)} keywords{': ' if keywords else ''}{', '.join(keywords[:5])}.")


async def translate(run: Run) -> None:
    """Makes a text in place of a translation: the local aiWARE cannot translate."""
    text = f"[simulated translation] {await _source_text(run)}"
    item = {"type": "text", "text": text, "language": str(run.payload.get("target", "en"))}
    _keep(run, "text", object=[item])
    run.note("The translation is simulated: it repeats the source text.")


async def _source_text(run: Run) -> str:
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
            text = " ".join(word.text for word in spoken_words(run, media))
        else:
            text = "\n".join(passage.text for passage in passages)
    if not text.strip():
        raise RunError(FailureReason.INVALID_DATA, f"{run.engine['name']} has no text to work on: it is empty.")
    return text


async def _passages(run: Run, document: Media) -> list[Passage] | None:
    """What is written in a document; None if it is of a type that is not read here, such as a recording."""
    if document.file is None:
        run.note(f"{document.name} was out of reach: its text is simulated.")
        return [Passage(f"This text stands for that of {document.name}: it is simulated.", paragraph=1)]
    try:
        return await asyncio.to_thread(read_passages, run.path(document.file), document.content_type)
    except Unreadable as error:
        raise RunError(FailureReason.INVALID_DATA, f"{document.name} cannot be read: {error}.") from error
    except NotInstalled as error:
        run.note(f"{error} is not installed: the text of {document.name} is simulated; {HINT}.")
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


def _keep(run: Run, contract: str, **content: object) -> None:
    preamble = {"schemaId": VTN_SCHEMA, "validationContracts": [contract], "sourceEngineId": run.task["engineId"]}
    run.keep_document({**preamble, **content})


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
