"""What every page has around it: the heading, the ways to the other pages, and what went wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from importlib import resources
from typing import TypeVar
from urllib.parse import quote

from fastapi import HTTPException
from nicegui import Client, context, ui
from nicegui.elements.mixins.text_element import TextElement

from aiware_resources.console.elements import element, enable
from aiware_resources.console.live import Live, Seen, Show, Watching
from aiware_resources.console.places import Place
from aiware_resources.errors import AiwareError
from aiware_resources.text import commands
from aiware_resources.waiting.polling import Interval

T = TypeVar("T")

STYLE = resources.files("aiware_resources.console").joinpath("console.css").read_text(encoding="utf-8")
SECTIONS = {
    "jobs": "Jobs",
    "recordings": "Recordings",
    "exports": "Exports",
    "clusters": "Clusters",
    "engines": "Engines",
}
"""The pages of every place, by the part of their address."""
STACK_SECTIONS = {"drift": "Drift", "next": "Next up"}
"""Those of a stack."""
_NEVER = 7 * 24 * 3600.0
_PATIENCE = 2.0
"""Seconds for which a page waits for its first reading before it comes without."""
_LONGEST_MAKING = 120.0
"""Seconds that a page may take until it comes: Pulumi is asked for the settings of a stack before."""

page = partial(ui.page, response_timeout=_LONGEST_MAKING)
"""Adds a page under an address."""


@dataclass
class Console:
    """What all pages share.

    Attributes:
        places: What they are about, by the name in addresses.
        live: Polls what they show.
    """

    places: Mapping[str, Place]
    live: Live = field(default_factory=Live)

    def place(self, place: str) -> Place:
        """The place that an address names.

        Raises:
            HTTPException: There is none of that name.
        """
        if place not in self.places:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return self.places[place]

    def place_of_stack(self, place: str) -> Place:
        """The stack that an address names.

        Raises:
            HTTPException: There is none of that name.
        """
        found = self.place(place)
        if found.stack is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return found


@dataclass
class Frame:
    """A page that is being made.

    Attributes:
        console: What all pages share.
        place: What it is about.
        client: The browser's window that it is in.
        trouble: Where it says what went wrong.
    """

    console: Console
    place: Place
    client: Client
    trouble: TextElement

    def address(self, *parts: str, **query: str) -> str:
        """The address of another page of the same place."""
        return address(self.place, *parts, **query)

    async def watch(
        self,
        subject: Hashable,
        read: Callable[[], T],
        show: Callable[[T], None],
        *,
        once: bool = False,
        looked: Callable[[], None] = lambda: None,
    ) -> Watching | None:
        """Shows something that is read in a thread now, and again whenever it has changed, while the page is open.

        Args:
            subject: What it is; pages of the same place that show the same share one poll.
            read: Reads it.
            show: Shows it.
            once: Whether it stays as it is, unless somebody asks to look again.
            looked: Is called before what was read is shown, or why it could not be.

        Returns:
            The watching; ``None`` when the place itself cannot be used.
        """
        try:
            interval = Interval(_NEVER, _NEVER) if once else await self.console.live.call(self.place.interval)
        except AiwareError as error:
            self.complain(error)
            return None
        shown: Show[T] = partial(self._show, show, looked)
        key = (self.place.slug, subject)
        watching = await self.console.live.watch(key, partial(self._about, read), interval, shown, _PATIENCE)
        self.client.on_delete(watching.end)
        if self.client.is_deleted:
            # It was closed while it waited.
            watching.end()
        return watching

    async def watch_on_demand(
        self, subject: Hashable, read: Callable[[], T], doing: str, again: str, make: Callable[[], Callable[[T], str]]
    ) -> None:
        """Shows something that takes a while to read, now and whenever somebody asks for it with a button.

        Args:
            subject: What it is.
            read: Reads it.
            doing: Says that it is being read.
            again: The words on the button.
            make: Makes the place for it, and returns what shows it there and says it in a sentence.
        """

        def look() -> None:
            if watching is not None:
                said.text = doing
                enable(button, enabled=False)
                watching.look_now()

        def looked() -> None:
            said.text = ""
            enable(button, enabled=True)

        with element("div", class_="tools"):
            said = element("p", doing, role="status", class_="facts")
            button = element("button", again, type="button", class_="plain").on("click", look)
        show, watching = make(), None
        watching = await self.watch(
            subject, read, lambda value: setattr(said, "text", show(value)), once=True, looked=looked
        )

    async def call(self, ask: Callable[[], T]) -> T | None:
        """Reads something once, in a thread; says what went wrong, and gives ``None`` then."""
        try:
            found = await self.console.live.call(partial(self._about, ask))
        except AiwareError as error:
            self.complain(error)
            return None
        self.complain(None)
        return found

    def _about(self, ask: Callable[[], T]) -> T:
        """Asks; commands in messages are for this stack."""
        with commands.about(self.place.name if self.place.stack else None):
            return ask()

    def complain(self, error: AiwareError | None) -> None:
        """Says what went wrong; ``None`` takes it back."""
        self.trouble.set_visibility(error is not None)
        self.trouble.text = "" if error is None else str(error)

    def _show(self, show: Callable[[T], None], looked: Callable[[], None], seen: Seen[T]) -> None:
        if self.client.is_deleted:
            return
        with self.client:
            looked()
            self.complain(seen.error)
            if seen.value is not None:
                value = seen.value
                self._about(lambda: show(value))


Page = Callable[..., Awaitable[None]]


def address(place: Place, *parts: str, **query: str) -> str:
    """The address of a page.

    Args:
        place: What it is about.
        parts: The parts of its address.
        query: Its parameters.
    """
    path = "/".join(quote(part, safe="") for part in (place.slug, *parts))
    given = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items() if value)
    return f"/{path}?{given}" if given else f"/{path}"


@contextmanager
def framed(console: Console, place: Place, section: str, title: str, *, heading: bool = True) -> Iterator[Frame]:
    """Makes the frame of a page; what is made inside is its content.

    Args:
        console: What all pages share.
        place: What the page is about.
        section: The part of its address that says which page it is.
        title: What it shows.
        heading: Whether the page has the title as its heading.
    """
    ui.page_title(f"{title} · {place.name} · aiWARE")
    with ui.header(fixed=False, elevated=False, add_scroll_padding=False).classes("top"):
        element("a", "Skip to the content", href="#content", class_="skip")
        _places(console, place, section)
        with element("nav", aria_label="Pages"):
            for part, label in {**SECTIONS, **(STACK_SECTIONS if place.stack else {})}.items():
                element("a", label, href=address(place, part), aria_current="page" if part == section else None)
    with element("div", id="content", tabindex="-1", class_="page"):
        if heading:
            element("h1", title)
        trouble = element("p", role="alert", class_="trouble")
        trouble.set_visibility(False)
        yield Frame(console, place, context.client, trouble)


def _places(console: Console, place: Place, section: str) -> None:
    if len(console.places) == 1:
        element("p", place.name, class_="place")
        return
    with element("details", class_="place"):
        element("summary", place.name)
        with element("ul"):
            for each in console.places.values():
                known = section if section in SECTIONS or each.stack else "jobs"
                with element("li"):
                    element("a", each.name, href=address(each, known), aria_current="true" if each is place else None)
