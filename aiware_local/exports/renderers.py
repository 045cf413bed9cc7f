"""One renderer a format: what is said in a recording, as the bytes of a file."""

from __future__ import annotations

import html
import io
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from xml.etree import ElementTree

from aiware_local.exports.captions import Cue, clock, make_cues
from aiware_local.exports.formats import Layout
from aiware_local.exports.lines import exceeds, make_lines
from aiware_local.storage.store import Record
from aiware_local.tdos.transcripts import Word

NAMESPACE = "http://www.w3.org/ns/ttml"
FRAMES = 30
"""Frames in a second. Neither the request nor the transcript says how many the recording has."""


def render_txt(words: Sequence[Word], layout: Layout) -> bytes:
    """A .txt file."""
    return "\n".join("".join(f"{line}\n" for line in lines) for lines in paragraphs(words, layout)).encode()


def paragraphs(words: Sequence[Word], layout: Layout) -> list[list[str]]:
    """The lines of each paragraph."""
    found: list[list[str]] = []
    for line in make_lines(words, layout, balanced=False):
        if not found or exceeds(line.pause_ms, layout.paragraph_gap_ms):
            found.append([])
        found[-1].append(line.text)
    return found


def render_docx(words: Sequence[Word], layout: Layout) -> bytes:
    """A .docx file."""
    import docx  # takes a tenth of a second, and few servers render one

    document = docx.Document()
    # The template of the library comes with properties that speak of the library.
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "aiWARE", "Transcript", ""
    for lines in paragraphs(words, layout):
        document.add_paragraph("\n".join(lines))
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def render_srt(words: Sequence[Word], layout: Layout) -> bytes:
    """An .srt file. The format has no speakers: a name stands before what somebody begins to say."""
    blocks = [
        f"{number}\n{clock(cue.start, ',')} --> {clock(cue.stop, ',')}\n"
        + "".join(f"{line.labeled}\n" for line in cue.lines)
        for number, cue in enumerate(make_cues(words, layout), 1)
    ]
    return "\n".join(blocks).encode()


def render_vtt(words: Sequence[Word], layout: Layout) -> bytes:
    """A .vtt file."""
    blocks = [
        f"{number}\n{clock(cue.start, '.')} --> {clock(cue.stop, '.')}\n{_text(cue)}\n"
        for number, cue in enumerate(make_cues(words, layout, labels=False), 1)
    ]
    return "\n".join(["WEBVTT\n", *blocks]).encode()


def _text(cue: Cue) -> str:
    return "\n".join(
        _voice(speaker, "\n".join(html.escape(line.text, quote=False) for line in lines))
        for speaker, lines in groupby(cue.lines, lambda line: line.speaker)
    )


def _voice(speaker: str | None, text: str) -> str:
    return f"<v {html.escape(speaker, quote=False)}>{text}</v>" if speaker else text


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
    paragraph.text = first.labeled
    for line in others:
        ElementTree.SubElement(paragraph, "br").tail = line.labeled
    return paragraph


def _indent(element: ElementTree.Element, depth: int) -> None:
    """Puts each child on a line of its own; not inside of a paragraph, where space counts."""
    if not len(element):
        return
    element.text = "\n" + "  " * (depth + 1)
    for child in element:
        child.tail = element.text
    element[-1].tail = "\n" + "  " * depth


def render_txt_avid(words: Sequence[Word], layout: Layout) -> bytes:
    """A text file with `<begin subtitles>` and `<end subtitles>` around screens that never overlap."""
    cues = make_cues(words, layout, per_second=FRAMES)
    head = f"@ Avid DS subtitles. Timecode: {FRAMES} frames a second, non-drop.\n\n<begin subtitles>\n\n"
    return (head + "".join(f"{_block(cue)}\n" for cue in cues) + "<end subtitles>\n").encode()


def _block(cue: Cue) -> str:
    return f"{_timecode(cue.start)} {_timecode(cue.stop)}\n" + "".join(f"{line.labeled}\n" for line in cue.lines)


def _timecode(frame: int) -> str:
    seconds, rest = divmod(frame, FRAMES)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{rest:02}"


def render_vlf(document: Record) -> bytes:
    """A JSON file with the `series` of a vtn-standard document."""
    text = json.dumps({"series": document.get("series") or []}, ensure_ascii=False, indent=2)
    # Half of a surrogate pair, which JSON can hold and UTF-8 cannot, is written as JSON's own escape.
    return text.encode("utf-8", "backslashreplace") + b"\n"


RENDERERS: Mapping[str, Callable[[Sequence[Word], Layout], bytes]] = {
    "txt": render_txt,
    "docx": render_docx,
    "txtAvid": render_txt_avid,
    "srt": render_srt,
    "ttml": render_ttml,
    "vtt": render_vtt,
}
"""By extension. `vlf` is not among them, since it is not a transcript."""
