"""One renderer a format: what is said in a recording, as the bytes of a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from aiware_local.exports.formats import Layout
from aiware_local.exports.renderers.docx import render_docx
from aiware_local.exports.renderers.srt import render_srt
from aiware_local.exports.renderers.ttml import render_ttml
from aiware_local.exports.renderers.txt import render_txt
from aiware_local.exports.renderers.txt_avid import render_txt_avid
from aiware_local.exports.renderers.vlf import render_vlf
from aiware_local.exports.renderers.vtt import render_vtt
from aiware_local.tdos.transcripts import Word

RENDERERS: Mapping[str, Callable[[Sequence[Word], Layout], bytes]] = {
    "txt": render_txt,
    "docx": render_docx,
    "txtAvid": render_txt_avid,
    "srt": render_srt,
    "ttml": render_ttml,
    "vtt": render_vtt,
}
"""By extension; `vlf` is no transcript and stands alone."""

__all__ = ["RENDERERS", "render_vlf"]
