"""Elements of a page. Text is text, whatever is in it: the writer escapes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

Content = Element | str
"""What an element may hold."""
_PAIR = 2


def element(tag: str, /, *content: Content, **attributes: str) -> Element:
    """Makes an element.

    Args:
        tag: Its name.
        content: Elements and texts in it.
        attributes: Its attributes; ``class_`` for ``class``, and ``_`` for ``-``.
    """
    made = Element(tag, {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()})
    for each in content:
        if isinstance(each, Element):
            made.append(each)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + each
        else:
            made.text = (made.text or "") + each
    return made


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[Content | Sequence[Content]]]) -> Element:
    """A table; a narrow window shows one of more than two columns as cards, and the roles keep it a table there.

    Args:
        caption: What it shows; for those who cannot see that.
        columns: The names of the columns; the first one names the rows.
        rows: The cells of each row.
    """
    heads = (element("th", name, scope="col", role="columnheader") for name in columns)
    body = element("tbody", role="rowgroup")
    for cells in rows:
        row = element("tr", role="row")
        for index, (name, cell) in enumerate(zip(columns, cells, strict=True)):
            content = [cell] if isinstance(cell, Content) else cell
            if index:
                row.append(element("td", *content, data_label=name, role="cell"))
            else:
                row.append(element("th", *content, scope="row", role="rowheader"))
        body.append(row)
    head = element("thead", element("tr", *heads, role="row"), role="rowgroup")
    pairs = {"class_": "pairs"} if len(columns) == _PAIR else {}
    return element("table", element("caption", caption), head, body, role="table", **pairs)
