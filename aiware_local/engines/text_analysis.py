"""What can be told of a text: its language and its keywords; by libraries where they are installed."""

from __future__ import annotations

import re
from collections import Counter

from aiware_local.engines.extras import extra

SHORTEST_KEYWORD = 5
"""Letters that a word must have to count as a keyword where nothing better than counting is there."""


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
