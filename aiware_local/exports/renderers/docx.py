"""Microsoft Word: the paragraphs of the plain text, their lines kept by line breaks."""

from __future__ import annotations

import io
from collections.abc import Sequence

import docx

from aiware_local.exports.formats import Layout
from aiware_local.exports.renderers.txt import paragraphs
from aiware_local.tdos.transcripts import Word


def render_docx(words: Sequence[Word], layout: Layout) -> bytes:
    """A .docx file."""
    document = docx.Document()
    # The template of the library comes with properties that speak of the library.
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "aiWARE", "Transcript", ""
    for lines in paragraphs(words, layout):
        document.add_paragraph("\n".join(lines))
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()
