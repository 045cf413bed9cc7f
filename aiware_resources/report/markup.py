"""Texts that somebody else chose, in Markdown: they stay what they are."""

from __future__ import annotations

import re

from aiware_resources.report.origin import is_page

_MARKUP = re.compile(r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])")
_HTML = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_REFERENCE = re.compile(r"[@#](?=\w)")
_LINK = re.compile(r"\b(https?|ftp)(?=://)|\bwww(?=\.)", re.IGNORECASE)
_INVISIBLE = "\u200b"
"""GitHub looks for mentions and links in the finished text: a space that nobody sees keeps it from finding one."""
_LINES = re.compile(r"\r\n|\r|\n")


def prose(text: str) -> str:
    """A text among others, in one line; nothing in it is markup, a mention or a link."""
    line = _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
    line = re.sub("[<>&]", lambda found: _HTML[found[0]], line)
    return _REFERENCE.sub(rf"\g<0>{_INVISIBLE}", _LINK.sub(rf"\g<0>{_INVISIBLE}", line))


def code(text: str) -> str:
    """A text as code, in one line, for a cell of a table."""
    line = _LINES.sub("⏎", text) or '""'
    fence = "`" * (max((len(run) for run in re.findall(r"`+", line)), default=0) + 1)
    # A fence must not touch a backtick of the text, and a space on both sides would be taken away.
    space = " " if line.startswith(("`", " ")) or line.endswith(("`", " ")) else ""
    return f"{fence}{space}{_in_cell(line)}{space}{fence}"


def folded(summary: str, text: str) -> str:
    """A long text that opens on a click, in one line, for a cell of a table."""
    plain = _LINK.sub(lambda found: f"{found[0]}&#8203;", _entities(text))
    content = _LINES.sub("<br>", plain.replace("  ", "&nbsp; "))
    return f"<details><summary>{prose(summary)}</summary><pre>{content}</pre></details>"


def _entities(text: str) -> str:
    """A text with what is markup, in Markdown or in HTML, as entities."""
    safe = re.sub("[<>&]", lambda found: _HTML[found[0]], text)
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", safe)


def _in_cell(text: str) -> str:
    """A bar ends a cell, even in code, unless a backslash precedes it."""
    return text.replace("|", "\\|")


def link(text: str, url: str) -> str:
    """A link to a page, where its address is one."""
    return f"[{prose(text)}]({url})" if is_page(url) else prose(text)
