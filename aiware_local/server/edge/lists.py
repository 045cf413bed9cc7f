"""Lists as Edge answers them: ordered, one page, in a wrapper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from starlette.responses import JSONResponse, Response

from aiware_local.installation.paging import LARGEST_LIMIT, paging_now
from aiware_local.server.edge.errors import bad
from aiware_local.server.edge.values import Query, QueryNumber
from aiware_local.storage.records import Record

DEFAULT_LIMIT = 10
DEFAULT_ORDER = "createdDateTime"


def _direction(text: str) -> str:
    if text.upper() not in ("ASC", "DESC"):
        raise ValueError("must be ASC or DESC")
    return text.upper()


class Page(Query):
    """Which part of a list, in which order."""

    offset: Annotated[QueryNumber, Field(ge=0)] = 0
    limit: Annotated[QueryNumber, Field(ge=1, le=LARGEST_LIMIT)] = DEFAULT_LIMIT
    order_by: Annotated[str, Field(alias="orderBy")] = DEFAULT_ORDER
    direction: Annotated[str, AfterValidator(_direction)] = "DESC"


def answer_page(
    records: Iterable[Record],
    page: Page,
    orders: Mapping[str, Callable[[Record], Any]],
    show: Callable[[Record], Mapping[str, Any]],
) -> Response:
    """The page in its wrapper; `count` is the number of entries in this page unless all are to be counted.

    Args:
        records: the whole list.
        page: what the query asks for.
        orders: the fields that the list can be ordered by, and how a record is asked for each.
        show: the entry of a record.

    Raises:
        EdgeError: 400 for an order that there cannot be.
    """
    value = orders.get(page.order_by)
    if value is None:
        raise bad(f"orderBy is '{page.order_by}'; it must be one of {', '.join(orders)}.")
    ordered = sorted(records, key=_sort_key(value), reverse=page.direction == "DESC")
    paging = paging_now()
    result = [show(record) for record in ordered[page.offset : page.offset + paging.length(page.limit)]]
    count = len(ordered) if paging.counts_all else len(result)
    return JSONResponse({"success": True, "offset": page.offset, "limit": page.limit, "count": count, "result": result})


def _sort_key(value: Callable[[Record], Any]) -> Callable[[Record], tuple[bool, Any]]:
    """What has no value comes first in rising order, and last in falling order."""

    def key(record: Record) -> tuple[bool, Any]:
        found = value(record)
        return found is not None, "" if found is None else found

    return key
