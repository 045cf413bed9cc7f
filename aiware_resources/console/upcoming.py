"""The page that says what the next update of a stack would do."""

from __future__ import annotations

from fastapi import Depends

from aiware_resources import report as reports
from aiware_resources.console.drift import stack_of
from aiware_resources.console.elements import element, enable, prose
from aiware_resources.console.frame import Console, Frame, framed, page
from aiware_resources.console.live import Watching
from aiware_resources.console.places import Place
from aiware_resources.report import Report


def add(console: Console) -> None:
    """Adds the page."""

    @page("/{place}/next")
    async def upcoming(where: Place = Depends(console.place_of_stack)) -> None:
        with framed(console, where, "next", "Next up") as frame:
            await _Next(frame, where).make()


class _Next:
    """The content of the page."""

    def __init__(self, frame: Frame, place: Place) -> None:
        self._frame = frame
        self._place = place
        self._watching: Watching | None = None

    async def make(self) -> None:
        """Makes the content."""
        prose("What the next `pulumi up` would do, as `aiware preview` reports it. Nothing is changed here.")
        with element("div", class_="tools"):
            self._facts = element("p", "Running the program …", role="status", class_="facts")
            self._again = element("button", "Preview again", type="button", class_="plain").on("click", self._look)
        # A document of its own, with styles of its own and without scripts.
        self._report = element("iframe", title="Report of the preview", sandbox="", class_="report")
        self._report.set_visibility(False)
        self._watching = await self._frame.watch("next", self._read, self._show, once=True)

    def _read(self) -> Report:
        return stack_of(self._place).preview()

    def _look(self) -> None:
        if self._watching is not None:
            self._facts.text = "Running the program …"
            enable(self._again, enabled=False)
            self._watching.look_now()

    def _show(self, report: Report) -> None:
        enable(self._again, enabled=True)
        self._facts.text = f"{reports.sentence(report)}."
        self._report.props.update(srcdoc=reports.html(report))
        self._report.set_visibility(True)
