"""``aiware drift``: what is not as Pulumi left it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from aiware_resources.cli.framework.options import examples, json_option
from aiware_resources.cli.framework.printing import console, print_json
from aiware_resources.cli.framework.root import CHANGES
from aiware_resources.cli.framework.session import Session
from aiware_resources.text.words import counted

if TYPE_CHECKING:
    from aiware_resources.api import Api
    from aiware_resources.reconcile.entity import DriftedProperty, Existing
    from aiware_resources.report.live import Recorded
    from aiware_resources.report.model import Drifted, KeptFailure

_WHAT = {"changed": "was changed outside of Pulumi:", "gone": "is gone from aiWARE.", "failed": "has failed in aiWARE:"}
_LONGEST = 400
"""Characters of a long value on the screen."""


@click.command(
    epilog=examples(
        "aiware drift -s prod",
        "aiware drift -s prod --json > drift.json",
        "aiware drift -s prod --unmanaged            # and what no stack owns",
    )
)
@click.option("-s", "--stack", help="Look at this stack; without it at the one that is selected.")
@click.option(
    "--unmanaged",
    "with_unmanaged",
    is_flag=True,
    help="List also the clusters and TDOs in aiWARE that no stack of this backend owns.",
)
@json_option()
@click.pass_obj
def drift(session: Session, stack: str | None, with_unmanaged: bool, as_json: bool) -> None:
    """Compare what a stack records with what aiWARE has now.

    Reads each object of the stack, and changes nothing, neither in aiWARE nor in the state: `pulumi up` puts back what
    has drifted. Values that are recorded as secrets are not compared. Not listed are differences that the library
    ignores: an order that does not matter, "20gb" for its number of bytes. A failed job that on_failure keeps is listed
    too: it is not drift, but the next `pulumi up` may fail with it.

    Exit codes: 0 no drift, 2 drift. Objects that no stack owns (--unmanaged) are not drift.
    """
    from aiware_resources.cli import pulumi_command
    from aiware_resources.report.live import unmanaged

    session = replace(session, stack=stack or session.stack or pulumi_command.selected(), provider=None)
    resources, apis, found, kept = compared(session, with_unmanaged=with_unmanaged)
    strangers = [each for api in dict.fromkeys(apis) for each in unmanaged(api, _owned())] if with_unmanaged else None
    if as_json:
        print_json(_as_json(session, resources, found, kept, strangers))
    else:
        for line in _lines(session, resources, found, kept, strangers):
            console().print(line, soft_wrap=True)
    if found:
        raise click.exceptions.Exit(CHANGES)


def compared(
    session: Session, *, with_unmanaged: bool = False
) -> tuple[list[Recorded], list[Api], list[Drifted], list[KeptFailure]]:
    """Compares a stack with aiWARE.

    Args:
        session: The stack.
        with_unmanaged: Whether the stack's own aiWARE is looked at too where all its objects are elsewhere.

    Returns:
        The objects of the stack, where they are, what has drifted, and what has failed and stays so.
    """
    from aiware_resources.api import connect
    from aiware_resources.cli import pulumi_command
    from aiware_resources.reconcile.explicit import recorded_providers
    from aiware_resources.report.live import drift_of, recorded_in
    from aiware_resources.settings import Settings

    state = pulumi_command.recorded(session.stack)
    resources = recorded_in(state)
    explicit = pulumi_command.providers(session.stack) if recorded_providers(state) else {}
    apis = [connect(Settings.from_mapping(each), start=False) for each in explicit.values()]
    if (with_unmanaged and not apis) or any(each.provider not in explicit for each in resources):
        apis.append(session.api())
    found, kept = drift_of(resources, session.config(), explicit)
    return resources, apis, found, kept


def _owned() -> frozenset[str]:
    """The ids of everything that a stack of this backend owns."""
    from aiware_resources.cli import pulumi_command
    from aiware_resources.report.live import owned_ids

    states = (pulumi_command.recorded(name) for name in pulumi_command.stacks())
    return frozenset(id_ for state in states for id_ in owned_ids(state))


def _lines(
    session: Session,
    resources: Sequence[Recorded],
    found: Sequence[Drifted],
    kept: Sequence[KeptFailure],
    strangers: Sequence[Existing] | None,
) -> Iterator[str]:
    from aiware_resources.report.sentence import drift_sentence

    looked_at = f"{counted(len(resources), 'object')} of the stack {session.stack}"
    for each in found:
        yield f"{each.type} {each.name} ({each.id}) {_WHAT[each.what]}"
        yield from (f"  {_property(one)}" for one in each.properties)
    for one in kept:
        fails = " Every `pulumi up` fails with it: allow_failure is not set." if one.fails_update else ""
        yield f"{one.type} {one.name} ({one.id}) has failed, and on_failure keeps it. {one.reason}{fails}"
    yield f"Of {looked_at}: {drift_sentence(found)}." if found else f"No drift: {looked_at} as recorded."
    if strangers is not None:
        yield ""
        yield from _unmanaged_lines(strangers)


def _unmanaged_lines(strangers: Sequence[Existing]) -> Iterator[str]:
    if not strangers:
        yield "Every cluster and TDO in aiWARE is owned by a stack of this backend."
        return
    yield f"Owned by no stack of this backend: {counted(len(strangers), 'object')}."
    for each in strangers:
        when = f", created {each.created:%Y-%m-%d %H:%M} UTC" if each.created else ""
        ours = "; made by a stack, of another backend or lost" if each.is_ours else ""
        yield f"  {each.noun} {each.id}{f' {each.name!r}' if each.name else ''}{when}{ours}"


def _property(each: DriftedProperty) -> str:
    from aiware_resources.reconcile.compare import Absent
    from aiware_resources.report.values import shown

    live = shown(each.live, _LONGEST).text
    if isinstance(each.recorded, Absent):
        return f"{each.path}: {live}"
    return f"{each.path}: {shown(each.recorded, _LONGEST).text} → {live}"


def _as_json(
    session: Session,
    resources: Sequence[Recorded],
    found: Sequence[Drifted],
    kept: Sequence[KeptFailure],
    strangers: Sequence[Existing] | None,
) -> dict[str, Any]:
    from aiware_resources.report.as_json import drift_json, kept_json

    told: dict[str, Any] = {"stack": session.stack, "objects": len(resources), "drift": drift_json(found)}
    told["keptFailures"] = kept_json(kept)
    if strangers is not None:
        told["unmanaged"] = [
            {
                "kind": each.noun,
                "id": each.id,
                "name": each.name,
                "createdDateTime": each.created.isoformat() if each.created else None,
                "madeByAStack": each.is_ours,
            }
            for each in strangers
        ]
    return told
