"""What somebody may have meant who spelled a name wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping


def similar(wanted: str, names: Iterable[str], *, most: int = 3) -> list[str]:
    """The names that are most like the one wanted, best first.

    Args:
        wanted: What was written.
        names: What there is.
        most: How many to name at the most.
    """
    folded: Mapping[str, str] = {name.casefold(): name for name in names}
    key = wanted.casefold()
    containing = [low for low in folded if key and key in low]
    close = difflib.get_close_matches(key, folded, n=most)
    return [folded[low] for low in dict.fromkeys([*containing, *close])][:most]
