"""Timed Text Markup Language: a paragraph of XML for each screen."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from aiware_local.exports.captions import Cue, clock, make_cues
from aiware_local.exports.formats import Layout
from aiware_local.tdos.transcripts import Word

NAMESPACE = "http://www.w3.org/ns/ttml"


def render_ttml(words: Sequence[Word], layout: Layout) -> bytes:
    """A TTML document without styles; a name stands before what somebody begins to say."""
    # The language is left open: TTML wants the attribute, and a transcript may mix languages.
    root = ElementTree.Element("tt", {"xmlns": NAMESPACE, "xml:lang": ""})
    body = ElementTree.SubElement(root, "body")
    division = ElementTree.SubElement(body, "div")
    for cue in make_cues(words, layout):
        division.append(_paragraph(cue))
    for outer, depth in ((root, 0), (body, 1), (division, 2)):
        _indent(outer, depth)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _paragraph(cue: Cue) -> ElementTree.Element:
    paragraph = ElementTree.Element("p", {"begin": clock(cue.start, "."), "end": clock(cue.stop, ".")})
    first, *others = cue.lines
    paragraph.text = first.labelled
    for line in others:
        ElementTree.SubElement(paragraph, "br").tail = line.labelled
    return paragraph


def _indent(element: ElementTree.Element, depth: int) -> None:
    """Puts each child on a line of its own; not inside of a paragraph, where space counts."""
    element.text = "\n" + "  " * (depth + 1)
    for child in element:
        child.tail = element.text
    element[-1].tail = "\n" + "  " * depth
