"""A question before something is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from aiware_resources.console.elements import element, prose


def ask(question: str, what: str, yes: str, act: Callable[[], Awaitable[None]]) -> None:
    """Asks, and acts when the answer is yes.

    Args:
        question: The question.
        what: What happens then.
        yes: What the button says that means yes.
        act: Does it.
    """
    dialog = ui.dialog().props(f'aria-label="{question}"')

    async def agreed() -> None:
        dialog.close()
        await act()

    with dialog, element("div", class_="question"):
        element("h2", question)
        prose(what)
        with element("div", class_="actions"):
            element("button", "Leave it as it is", type="button", class_="plain", autofocus=True).on(
                "click", dialog.close
            )
            element("button", yes, type="button", class_="plain main").on("click", agreed)
    dialog.on("hide", dialog.delete)
    dialog.open()
