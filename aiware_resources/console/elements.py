"""Elements of a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui.elements.mixins.text_element import TextElement


def element(tag: str, text: str = "", /, **attributes: Any) -> TextElement:
    """Makes an element; used with ``with``, it takes what is made inside.

    Args:
        tag: Its name.
        text: The text in it, which is text whatever it holds.
        attributes: Its attributes; ``class_`` for ``class``, and ``_`` for ``-``.
    """
    made = TextElement(tag=tag, text=text)
    given = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None}
    made.classes(given.pop("class", ""))
    made.props.update(**given)
    return made


def prose(text: str, /, **attributes: Any) -> TextElement:
    """Makes a paragraph of a text in which commands are between backticks."""
    with element("p", **attributes) as made:
        for index, part in enumerate(text.split("`")):
            if part:
                element("code" if index % 2 else "span", part)
    return made


def enable(button: TextElement, *, enabled: bool) -> None:
    """Lets a button be pressed, or not."""
    if ("disabled" in button.props) == enabled:
        if enabled:
            button.props(remove="disabled")
        else:
            button.props("disabled")


def facts(within: TextElement, known: Mapping[str, tuple[str, str | None]]) -> None:
    """Lists what is known of an object.

    Args:
        within: The list.
        known: Each fact by its label, and where it leads, if anywhere.
    """
    within.clear()
    with within:
        for label, (value, href) in known.items():
            with element("div"):
                element("dt", label)
                with element("dd"):
                    element("a" if href else "span", value, href=href)
