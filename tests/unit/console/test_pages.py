"""Pages wait for what takes long, and leave aiWARE alone while it fails."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
from nicegui import Client, ui
from nicegui.elements.mixins.text_element import TextElement

from aiware_resources.console import frame, server
from aiware_resources.console.elements import element
from aiware_resources.console.frame import Console, Frame
from aiware_resources.console.joblist import Filter, View
from aiware_resources.console.jobs import _Jobs
from aiware_resources.console.places import Place
from aiware_resources.errors import ApiError
from aiware_resources.settings import Settings
from tests.unit.console.made import Jobs, job


class Stack(Place):
    """A place of which the jobs are made here."""

    jobs: Jobs

    def api(self) -> Any:
        return self.jobs.api()


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A page that no browser has open."""

    def no_outbox(sending: Coroutine[Any, Any, None], **_: Any) -> None:
        sending.close()

    monkeypatch.setattr("nicegui.background_tasks.create_or_defer", no_outbox)
    made = Client(ui.page(""), request=None)
    yield made
    if not made.is_deleted:
        made.delete()


def framed(client: Client, source: Jobs) -> Frame:
    place = Stack(
        "environment", lambda: Settings.from_mapping({"aiware:pollInterval": 600, "aiware:pollMaxInterval": 600})
    )
    object.__setattr__(place, "jobs", source)
    with client:
        return Frame(Console({}), place, client, element("p"))


def test_pages_may_take_longer_than_their_first_reading_is_waited_for() -> None:
    assert frame.page("/").response_timeout >= 60
    assert [module for module in server.PAGES if "ui.page(" in inspect.getsource(module)] == []


async def test_a_sorted_list_waits_for_the_next_poll_while_it_cannot_be_read(client: Client) -> None:
    source = Jobs([job(number) for number in range(2_000, 0, -1)])
    jobs = _Jobs(framed(client, source), {}, Filter(), View())
    with client:
        await jobs.make()
    watching = jobs._watching
    assert watching is not None
    source.broken_after = 0
    looked = asyncio.Event()
    watching.poll.shows[watching] = _after(watching.poll.shows[watching], looked)
    jobs._view = View(sort="name")
    watching.look_now()
    await looked.wait()
    assert watching.poll.seen.error is not None
    assert not watching.poll.wake.is_set()
    watching.end()


async def test_a_page_that_was_closed_while_it_waited_is_not_watched(client: Client) -> None:
    page = framed(client, Jobs([]))
    client.delete()
    watching = await page.watch("jobs", lambda: "read", lambda _: None)
    assert watching is not None
    assert watching.poll.shows == {}


async def test_what_could_not_be_read_can_be_asked_for_again(client: Client) -> None:
    page, asked = framed(client, Jobs([])), 0

    def read() -> str:
        nonlocal asked
        asked += 1
        raise ApiError("aiWARE is out.")

    with client:
        await page.watch_on_demand("drift", read, "Comparing …", "Compare again", lambda: str)
    (button,) = (each for each in client.elements.values() if each.tag == "button")
    texts = (each for each in client.elements.values() if isinstance(each, TextElement))
    said = next(each for each in texts if each.props.get("role") == "status")
    (click,) = button._event_listeners
    for number in (2, 3):
        (poll,) = page.console.live._polls.values()
        (watching,) = poll.shows
        looked = asyncio.Event()
        poll.shows[watching] = _after(poll.shows[watching], looked)
        assert "disabled" not in button.props
        button._handle_event({"listener_id": click, "args": {}})
        assert "disabled" in button.props
        await looked.wait()
        assert (asked, said.text, page.trouble.text) == (number, "", "aiWARE is out.")
    watching.end()


def _after(show: Any, looked: asyncio.Event) -> Any:
    def both(seen: Any) -> None:
        show(seen)
        looked.set()

    return both
