"""The page that says what the next update of a stack would do."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Depends

from aiware_resources import report as reports
from aiware_resources.console.drift import stack_of
from aiware_resources.console.elements import element, prose
from aiware_resources.console.frame import Console, framed, page
from aiware_resources.console.places import Place
from aiware_resources.report import Report


def add(console: Console) -> None:
    """Adds the page."""

    @page("/{place}/next")
    async def upcoming(where: Place = Depends(console.place_of_stack)) -> None:
        with framed(console, where, "next", "Next up") as frame:
            prose("What the next `pulumi up` would do, as `aiware preview` reports it. Nothing is changed here.")
            read = stack_of(where).preview
            await frame.watch_on_demand("next", read, "Running the program …", "Preview again", _report)


def _report() -> Callable[[Report], str]:
    # A document of its own, with styles of its own and without scripts.
    made = element("iframe", title="Report of the preview", sandbox="", class_="report")
    made.set_visibility(False)

    def show(report: Report) -> str:
        made.props.update(srcdoc=reports.html(report))
        made.set_visibility(True)
        return f"{reports.sentence(report)}."

    return show
