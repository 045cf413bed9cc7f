"""Words for tests of captions."""

from __future__ import annotations

from aiware_local.tdos.transcripts import Word


def words(text: str, gap_after: dict[int, int] | None = None, speakers: str = "") -> list[Word]:
    """Words of 100 ms each, one after another.

    Args:
        text: The words.
        gap_after: Pauses in milliseconds, by the place of the word before.
        speakers: Who says each word, a letter a word.
    """
    made, start = [], 0
    for place, word in enumerate(text.split()):
        made.append(Word(word, start, start + 100, speakers[place] if speakers else None))
        start += 100 + (gap_after or {}).get(place, 0)
    return made
