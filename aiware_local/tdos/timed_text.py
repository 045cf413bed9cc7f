"""Captions in Timed Text Markup Language (TTML), and in the bytes of line 21 (SCC), as ttconv reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

from aiware_local.tdos.cues import Cue, Piece
from aiware_local.tdos.transcripts import WORD_MS

OLD_TTML = re.compile(r"http://www\.w3\.org/2006/(?:04|10)/ttaf1")
"""The namespace of TTML before it was a standard, as in .dfxp files."""
TTML, METADATA = "http://www.w3.org/ns/ttml", "{http://www.w3.org/ns/ttml#metadata}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_TIMING = {"begin", "end", "dur"}
_TIME = re.compile(r"\d{2,}:\d\d:\d\d(?:\.\d+|:\d+(?:\.\d+)?)?|\d+(?:\.\d+)?(?:h|ms|m|s|f|t)")
_FOREVER = 10_000_000
"""Seconds; nothing lasts as long."""
_SAID_BY = "said by "
"""How the language of an element begins that has an agent: of an element ttconv tells the language, and no agent."""


def read_ttml(content: bytes) -> Iterator[Cue]:
    """The captions of a TTML document.

    Raises:
        ValueError: It is none.
    """
    from ttconv.imsc import reader

    root = ElementTree.fromstring(content.lstrip(b" \t\r\n"))  # noqa: S314 - the user's file
    _bring_up_to_date(root)
    _put_right(root)
    _name_agents(root)
    document = reader.to_model(ElementTree.ElementTree(root))
    if document is None:
        raise ValueError("it is not a TTML document")
    return _converted(document)


def _bring_up_to_date(root: ElementTree.Element) -> None:
    is_bare = root.tag == "tt"
    for element in root.iter():
        if is_bare and isinstance(element.tag, str) and not element.tag.startswith("{"):
            element.tag = f"{{{TTML}}}{element.tag}"
        element.tag = OLD_TTML.sub(TTML, element.tag) if isinstance(element.tag, str) else element.tag
        for name in [name for name in element.attrib if OLD_TTML.search(name)]:
            element.set(OLD_TTML.sub(TTML, name), element.attrib.pop(name))


def _put_right(root: ElementTree.Element) -> None:
    """Mends what ttconv passes over without a word.

    Raises:
        ValueError: A time is none.
    """
    for element in list(root.iter()):
        for name in _TIMING & element.attrib.keys():
            time = element.get(name, "").strip().replace(",", ".")
            if not _TIME.fullmatch(time):
                raise ValueError(f"{name} is {time[:40]!r}, which is not a time")
            element.set(name, time)
        if element.tag == f"{{{TTML}}}div" and element.attrib.keys() & _TIMING == {"begin"}:
            # ttconv takes it to end when what is in it does, counted from another beginning.
            element.set("dur", f"{_FOREVER}s")
    for body in root.iter(f"{{{TTML}}}body"):
        alone = [child for child in body if child.tag == f"{{{TTML}}}p"]
        if alone:
            div = ElementTree.Element(f"{{{TTML}}}div")
            for child in alone:
                body.remove(child)
                div.append(child)
            body.append(div)


def _name_agents(root: ElementTree.Element) -> None:
    """Names the speaker in the language of each element that has one."""
    agents = {agent.get(f"{_XML}id"): agent.findtext(f"{METADATA}name") for agent in root.iter(f"{METADATA}agent")}
    for element in root.iter():
        if ids := element.get(f"{METADATA}agent", "").split():
            names = (" ".join((agents.get(each) or each).split()) for each in ids)
            element.set(f"{_XML}lang", _SAID_BY + " & ".join(names))


def read_scc(text: str) -> Iterator[Cue]:
    """The captions of an SCC document.

    Raises:
        ValueError: It is none.
    """
    from ttconv.scc import reader

    if not text.lstrip().startswith("Scenarist_SCC"):
        raise ValueError("it does not begin with Scenarist_SCC")
    return _converted(reader.to_model(text))


def _converted(document: Any) -> Iterator[Cue]:
    """The captions of a document that ttconv has read."""
    body = document.get_body()
    return iter(()) if body is None else _paragraphs(body, Fraction(0), None)


def _paragraphs(element: Any, since: Fraction, until: Fraction | None) -> Iterator[Cue]:
    """The paragraphs in an element. All times count from the beginning of what an element is in."""
    from ttconv import model

    if _is_hidden(element):
        return
    begin, end = _span(element, since, until)
    if not isinstance(element, model.P):
        for child in element:
            yield from _paragraphs(child, begin, end)
        return
    lines: list[list[Piece]] = [[]]
    ends: list[Fraction] = [] if end is None else [end]

    def read(part: Any, since: Fraction, until: Fraction | None, start: Fraction | None) -> None:
        if isinstance(part, model.Br):
            lines.append([])
        elif isinstance(part, model.Text):
            speaker = part.parent().get_lang().partition(_SAID_BY)[2] or None
            lines[-1].append(Piece(part.get_text(), speaker, None if start is None else round(start * 1000)))
        elif not isinstance(part, (model.Rt, model.Rtc, model.Rp)) and not _is_hidden(part):
            first, last = _span(part, since, until)
            ends.extend([last] if last is not None and end is None else [])
            for child in part:
                read(child, first, last, start if part.get_begin() is None else first)

    for child in element:
        read(child, begin, end, None)
    starts = [piece.start_ms for line in lines for piece in line]
    first = starts[0] if element.get_begin() is None and starts and starts[0] is not None else round(begin * 1000)
    words = sum(len(piece.text.split()) for line in lines for piece in line)
    yield Cue(first, round(max(ends) * 1000) if ends else first + words * WORD_MS, lines)


def _is_hidden(element: Any) -> bool:
    """Whether an element is never shown."""
    from ttconv import style_properties as styles

    is_none = element.get_style(styles.StyleProperties.Display) is styles.DisplayType.none
    return is_none or element.get_style(styles.StyleProperties.Visibility) is styles.VisibilityType.hidden


def _span(element: Any, since: Fraction, until: Fraction | None) -> tuple[Fraction, Fraction | None]:
    begin, end = element.get_begin(), element.get_end()
    return since + (begin or 0), until if end is None or end >= _FOREVER else since + end
