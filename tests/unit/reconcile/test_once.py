"""Mutations are sent once, even when answers get lost."""

from __future__ import annotations

import pytest

from aiware_resources.errors import AnswerLost, InvalidInput
from aiware_resources.reconcile import repeat_until_applied, send_once
from aiware_resources.reconcile.once import ATTEMPTS, LOOKS

LOST = AnswerLost("The answer was lost.")


class Server:
    """Loses answers, after or before applying what was sent.

    Args:
        answers: What happens to each mutation: ``answered``, ``applied`` (and the answer lost) or ``lost``.
        shows_after: How many looks it takes until what was applied shows.
    """

    def __init__(self, *answers: str, shows_after: int = 1) -> None:
        self._answers = [*answers]
        self._shows_after = shows_after
        self._looks = 0
        self.applied = 0
        self.sent = 0

    def send(self) -> str:
        self.sent += 1
        answer = self._answers.pop(0)
        if answer != "lost":
            self.applied += 1
        if answer != "answered":
            raise LOST
        return "made"

    def look(self) -> str | None:
        self._looks += bool(self.applied)
        return "found" if self.applied and self._looks >= self._shows_after else None


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are made, in seconds, without making them."""
    made: list[float] = []
    monkeypatch.setattr("aiware_resources.reconcile.once.time.sleep", made.append)
    return made


def test_an_answer_is_taken_without_a_look(pauses: list[float]) -> None:
    server = Server("answered")
    assert send_once(server.send, server.look) == "made"
    assert (server.applied, pauses) == (1, [])


def test_what_was_applied_is_found_instead_of_sent_again(pauses: list[float]) -> None:
    server = Server("applied")
    assert send_once(server.send, server.look) == "found"
    assert (server.sent, pauses) == (1, [0.5])


def test_what_was_not_applied_is_sent_again_after_ever_longer_pauses(pauses: list[float]) -> None:
    server = Server("lost", "lost", "answered")
    assert send_once(server.send, server.look) == "made"
    assert (server.sent, server.applied, pauses) == (3, 1, [0.5, 1.0, 2.0, 1.0, 1.0, 2.0])


def test_what_shows_some_seconds_later_is_not_sent_again(pauses: list[float]) -> None:
    server = Server("applied", shows_after=LOOKS)
    assert send_once(server.send, server.look) == "found"
    assert (server.sent, pauses) == (1, [0.5, 1.0, 2.0])
    server = Server("lost", "answered")
    assert send_once(server.send, server.look) == "made"
    assert (server.sent, server.applied) == (2, 1)


def test_it_gives_up_in_the_end_and_looks_one_last_time(pauses: list[float]) -> None:
    server = Server(*["lost"] * ATTEMPTS)
    with pytest.raises(AnswerLost):
        send_once(server.send, server.look)
    assert (server.sent, len(pauses)) == (ATTEMPTS, ATTEMPTS * LOOKS)
    last = Server(*["lost"] * (ATTEMPTS - 1), "applied")
    assert send_once(last.send, last.look) == "found"


def test_a_refusal_is_not_sent_again() -> None:
    looks: list[None] = []

    def refused() -> str:
        raise InvalidInput("No.")

    with pytest.raises(InvalidInput):
        send_once(refused, lambda: looks.append(None))
    assert looks == []


def test_what_does_no_harm_is_repeated_until_it_is_applied() -> None:
    server = Server("lost", "applied")
    repeat_until_applied(server.send, lambda: server.look() is not None)
    assert (server.sent, server.applied) == (2, 1)
    server = Server("answered")
    repeat_until_applied(server.send, lambda: False)
    assert server.sent == 1
    with pytest.raises(AnswerLost):
        repeat_until_applied(Server(*["lost"] * ATTEMPTS).send, lambda: False)
