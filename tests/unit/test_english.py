"""What people read is plain English: some turns of phrase have plainer ones. `make lint` checks the spelling."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.markdown import lines
from tests.unit.test_docs import DOCUMENTS, ROOT

PLAINER = {
    r"(?<!there )\b(?:is|are|was|were) no (?!longer\b|more\b)": "is not a ...",
    r"\banew\b": "again, or: as a new one",
    r"\b(?:hold|holds|held) (?:\w+ ){0,3}against\b": "check against, compare with",
    r"\b(?:let|lets|letting) (?:\w+ )?go of\b": "release, remove",
    r"\b(?:come|comes|came) of\b": "the result of",
    r"\bended badly\b": "failed",
    r"\bnobody knows\b": "unknown",
    r"\bstands? (?:in|on|at|there|beside|below|above)\b": "is in: subject first",
    r"\balike\b(?!:)|\b(?:tell|told) apart\b": "equal, distinguish",
    r"\bglanc(?:e|es|ed|ing)\b|\blifelines?\b|\buntold\b": "a word of the field",
}
"""Patterns that are refused, and what to write."""

PYTHON = [
    *(
        path
        for folder in ("aiware_resources", "aiware_local", "tools", "examples")
        for path in (ROOT / folder).rglob("*.py")
    ),
    ROOT / "configuration.py",
    ROOT / "__main__.py",
]

READ = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """What a person reads in a file, line by line: of Python, its texts and comments."""
    if path.suffix == ".md":
        yield from ((line.number, line.text) for line in lines(path) if line.language is None)
        return
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type in READ and " " in token.string:
            yield from enumerate(token.string.splitlines(), token.start[0])


def found(path: Path) -> list[str]:
    """A line for each refused turn of phrase in a file, with what to write."""
    name = str(path.relative_to(ROOT))
    return [
        f"{name}:{number}: {match[0]!r}: write {plain}"
        for number, text in sentences(path)
        for pattern, plain in PLAINER.items()
        if (match := re.search(pattern, text, re.IGNORECASE))
    ]


@pytest.mark.parametrize("path", DOCUMENTS + PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_english_is_plain(path: Path) -> None:
    assert found(path) == []
