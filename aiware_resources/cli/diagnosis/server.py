"""aiWARE itself: whether it can be reached, what the token may do there, and what its clock says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
from pydantic import SecretStr

from aiware_resources.api import Api
from aiware_resources.api.tokens import expiry_of
from aiware_resources.api.transport import new_client
from aiware_resources.cli.diagnosis.finding import Finding, fail, ok, warn
from aiware_resources.entities import ENTITIES
from aiware_resources.errors import AiwareError, NotAllowed, NotFound, NotImplementedByServer
from aiware_resources.reconcile import CLOCK_SKEW
from aiware_resources.reconcile.entity import Question
from aiware_resources.text import commands

_TOLD = timedelta(seconds=2)
"""The header tells whole seconds, and the answer took its time."""
_NOTICEABLE = timedelta(seconds=30)
"""A difference between clocks that is worth telling; it does no harm yet."""
_LONGEST = 20.0
"""Seconds to wait for the first answer."""
_ENDING = timedelta(hours=1)
"""A token that ends so soon may end in the middle of a run."""


@dataclass(frozen=True)
class Reached:
    """An answer of aiWARE, whatever it says.

    Attributes:
        status: Its HTTP code.
        took: How long it took.
        skew: How far this machine's clock is ahead of aiWARE's; ``None`` when it does not show the time.
    """

    status: int
    took: timedelta
    skew: timedelta | None


def endpoint(url: str, headers: Sequence[tuple[str, SecretStr]] = ()) -> tuple[Finding, Reached | None]:
    """Looks whether anything answers, without a token.

    Args:
        url: The address of the API.
        headers: What the settings have each request say.
    """
    started = datetime.now(UTC)
    try:
        with new_client(_LONGEST, url=url) as client:
            response = client.get(url, headers={name: value.get_secret_value() for name, value in headers})
    except httpx.TimeoutException:
        said = f"{url} did not answer within {_LONGEST:g} seconds"
        return fail("endpoint", said, "Check the network, and HTTPS_PROXY where there is a proxy."), None
    except httpx.HTTPError as error:
        said = f"{url} cannot be reached: {str(error) or type(error).__name__}"
        return fail(
            "endpoint", said, "Check aiware:endpoint, the network, and HTTPS_PROXY where there is a proxy."
        ), None
    took = datetime.now(UTC) - started
    reached = Reached(response.status_code, took, _skew(response, started + took / 2))
    return ok("endpoint", f"{url} answers, in {took.total_seconds() * 1000:.0f} ms"), reached


def clock(reached: Reached) -> Finding:
    """Compares this machine's clock with aiWARE's: after a lost answer, objects are looked for by time."""
    if reached.skew is None:
        return warn("clock", "aiWARE does not show its time", None)
    if abs(reached.skew) < _TOLD:
        return ok("clock", "in step with aiWARE's")
    direction = "ahead of" if reached.skew > timedelta() else "behind"
    said = f"{abs(reached.skew).total_seconds():.0f} s {direction} aiWARE's"
    remedy = "Let this machine's clock be set by a time server."
    if abs(reached.skew) > CLOCK_SKEW:
        return fail("clock", f"{said}: what a lost answer was about could not be found again", remedy)
    return warn("clock", said, remedy) if abs(reached.skew) > _NOTICEABLE else ok("clock", said)


def token(api: Api) -> Finding:
    """Asks aiWARE who the token belongs to (query ``me``)."""
    try:
        user = api.me()
        owner = f"{user.name}, organization {user.organization_id or 'not told'}"
    except NotFound:
        owner = "an API key of an organization"
    except AiwareError as error:
        return fail("token", error.message, error.remedy)
    current = api.token_for(api.url)
    expiry = expiry_of(current) if current else None
    ends = None if expiry is None else datetime.fromtimestamp(expiry, UTC)
    if ends is not None and ends - datetime.now(UTC) < _ENDING:
        return warn("token", f"{owner}; it ends at {ends:%H:%M} UTC", f"Get a new one: {commands.aiware('login')}.")
    return ok("token", owner)


def rights(api: Api) -> Finding:
    """Looks at one object of each kind. Whether the token may create one, only creating one would show."""
    now = datetime.now(UTC)
    own = [entity.provider.question for entity in ENTITIES if entity.provider.question is not None]
    # Engines are nobody's to declare, and catalogues need them.
    questions = dict.fromkeys([*own, Question("engines", lambda api, _: api.find_engines())])
    seen: list[str] = []
    refused: list[str] = []
    for what, ask in ((each.plural, each.ask) for each in questions):
        try:
            next(iter(ask(api, now)), None)
        except NotImplementedByServer:
            # This API of aiWARE does not have them at all.
            continue
        except NotAllowed:
            refused.append(what)
        except AiwareError as error:
            return fail("rights", f"{what} could not be read: {error.message}", error.remedy)
        else:
            seen.append(what)
    may = f"may read {_listed(seen) or 'nothing'}"
    if refused:
        remedy = "Have an administrator give the token's owner these rights."
        return warn("rights", f"{may}, but not {_listed(refused)}", remedy)
    return ok("rights", f"{may}; whether it may change them is seen only by doing so")


def _skew(response: httpx.Response, moment: datetime) -> timedelta | None:
    try:
        told = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return moment - (told.replace(tzinfo=UTC) if told.tzinfo is None else told)


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
