"""What a fault does to the answer of a request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path

from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from aiware_local.installation.errors import ErrorName, plain_entry
from aiware_local.installation.faults import Fault
from aiware_local.installation.installation import Call
from aiware_local.server.connections import Cut, Dripping, Hanging

StatusAnswer = Callable[[int, int | None, float], Response]
GATEWAY_PAGE = "<html><head><title>{0}</title></head>\n<body><h1>{0}</h1></body></html>\n"


async def answer_with(
    fault: Fault,
    call: Call | None,
    answer: Callable[[], Awaitable[Response]],
    now: float,
    with_status: StatusAnswer | None = None,
) -> Response:
    """The answer as the fault leaves it.

    Args:
        fault: what is to go wrong.
        call: the call, for a fault that makes its root fields fail; None if the request does not get so far.
        answer: handles the request. It is not called where the fault acts before anything is applied.
        now: seconds since the epoch.
        with_status: the answer of nothing but a status; by default that of GraphQL.
    """
    action = fault.action
    if action.delay_seconds is not None:
        await asyncio.sleep(action.delay_seconds)
    if action.refuse:
        return Cut()
    if action.status is not None:
        return (with_status or status_answer)(action.status, action.retry_after, now)
    if action.graphql_error is not None and call is not None:
        call.failing[fault.match.operation or ""] = action.graphql_error
    response = await answer()
    if action.drop_response:
        return Cut()
    if action.hang:
        return Hanging()
    if action.drip is not None:
        return Dripping(response, action.drip)
    if action.malformed:
        return _half(response)
    return response


def _half(response: Response) -> Response:
    """The first half of the answer, as JSON that breaks off."""
    body = Path(response.path).read_bytes() if isinstance(response, FileResponse) else bytes(response.body)
    return Response(body[: len(body) // 2], media_type="application/json")


def status_answer(status: int, retry_after: int | None, now: float) -> Response:
    """An answer of nothing but an HTTP status: the page of a gateway, or a rate limit with Retry-After."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = 1 if retry_after is None else retry_after
        entry = plain_entry(ErrorName.RATE_LIMITED, f"Too many requests: wait {seconds} seconds.", now)
        return JSONResponse({"errors": [entry]}, status, {"Retry-After": str(seconds)})
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Error"
    return HTMLResponse(GATEWAY_PAGE.format(f"{status} {phrase}"), status, headers)
