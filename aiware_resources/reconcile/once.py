"""Mutations are sent once.

A mutation whose answer was lost may have been applied. Sending it again blindly could run a job twice, so it is sent
again only after a look-up has found no result.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from aiware_resources.errors import AnswerLost

T = TypeVar("T")

ATTEMPTS = 5
"""How often a mutation whose answer keeps getting lost is sent at most."""

LOOKS = 3
"""How often what was created is looked for before it is created again: a list may show it some seconds later."""


def repeat_until_applied(send: Callable[[], object], is_applied: Callable[[], bool]) -> None:
    """Sends a mutation that does no harm when it is applied twice: a deletion, a cleanup, an update to fixed values.

    Args:
        send: Sends it.
        is_applied: Looks whether it was applied, where that can be seen.

    Raises:
        AnswerLost: When the answer was lost every time, and it is not seen to be applied.
    """

    def sent() -> bool:
        send()
        return True

    send_once(sent, lambda: is_applied() or None, looks=1)


def look_again(look: Callable[[], T | None], *, looks: int = LOOKS, pause: float = 0.5) -> T | None:
    """Looks for what was made just now, which a server may show some seconds later.

    Args:
        look: Looks for it; ``None`` when it is not shown.
        looks: How often to look again.
        pause: Seconds to wait before that, doubled each time.
    """
    found = look()
    for number in range(looks):
        if found is not None:
            break
        time.sleep(pause * 2**number)
        found = look()
    return found


def send_once(send: Callable[[], T], look: Callable[[], T | None], *, looks: int = LOOKS, pause: float = 0.5) -> T:
    """Sends a mutation so that it is applied once, even when answers get lost.

    Args:
        send: Sends it and returns the result.
        look: Looks in aiWARE for the result; ``None`` when there is none.
        looks: How often to look before it is sent again; once is enough where nothing new is looked for.
        pause: Seconds to leave the server before the first look, doubled with each further look or attempt.

    Raises:
        AnswerLost: When the answer was lost every time, and there is no result.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return send()
        except AnswerLost:
            for number in range(looks):
                time.sleep(pause * 2 ** max(number, attempt - 1))
                found = look()
                if found is not None:
                    return found
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")
