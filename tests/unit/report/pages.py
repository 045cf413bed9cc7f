"""Looking into a page."""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag


def read(text: str) -> BeautifulSoup:
    """Reads a page."""
    return BeautifulSoup(text, "html.parser")


def first(page: Tag, selector: str) -> Tag:
    """The first element that a CSS selector finds; there must be one."""
    found = page.select_one(selector)
    assert found is not None, f"there is no {selector}"
    return found


def children(element: Tag) -> Iterator[str | None]:
    """The names of an element's children; ``None`` for text."""
    return (child.name if isinstance(child, Tag) else None for child in element.children)


def sources(page: Tag) -> list[str]:
    """The addresses of all pictures."""
    return [str(picture["src"]) for picture in page.find_all("img") if isinstance(picture, Tag)]
