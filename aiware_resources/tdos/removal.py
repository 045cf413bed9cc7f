"""What a destroy policy does to a TDO, and how a report tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiware_resources.api import Api
from aiware_resources.reconcile import marker_of, repeat_until_applied, without_mark
from aiware_resources.reconcile.entity import FORGOTTEN, Effect, Fate, Verb

NOUN = "TDO"
_BY_DEFAULT = ("storage", "searchIndex")
"""What cleanupTDO removes when nothing is said."""


def remove_tdo(api: Api, tdo_id: str, policy: str, options: Sequence[str] | None) -> None:
    """Does to a TDO what a destroy policy says.

    ``delete`` is final (``deleteTDO``); ``cleanup`` removes content and keeps the TDO (``cleanupTDO``, by default
    storage and searchIndex). A TDO that stays loses its ownership marker, so that no later run takes it for something
    that it left half-made.
    """
    if policy == "delete":
        repeat_until_applied(lambda: api.delete_tdo(tdo_id), lambda: not api.tdos([tdo_id]))
        return
    if policy == "cleanup":
        repeat_until_applied(lambda: api.cleanup_tdo(tdo_id, options), lambda: False)
    record = api.tdos([tdo_id]).get(tdo_id)
    if record is not None and marker_of(record.details) is not None:
        content = {"id": tdo_id, "details": without_mark(record.details)}
        repeat_until_applied(lambda: api.update_tdo(content), lambda: False)


def fate_of_tdo(policy: str, props: Mapping[str, Any]) -> Fate:
    """Says what `remove_tdo` does; ``props`` may name cleanup options."""
    if policy == "retain":
        says, verb = FORGOTTEN
    elif policy == "cleanup":
        content = ", ".join(props.get("cleanupOptions") or _BY_DEFAULT)
        says, verb = f"is CLEANED UP: it stays, without {content}", Verb.CLEAN_UP
    else:
        says, verb = "is DELETED with its content", Verb.DELETE
    return Fate(says, (Effect(verb, NOUN),))


def fate_with_target(fate: Fate, target_id: str, policy: str, props: Mapping[str, Any]) -> Fate:
    """Adds to the fate of a job what happens to the TDO that it made for itself."""
    target = fate_of_tdo(policy, props)
    is_kept = policy == "retain"
    says = "stays whole" if is_kept else target.says
    effects = () if is_kept else target.effects
    return Fate(fate.says, (*fate.effects, *effects), (f"The TDO that it made, {target_id}, {says}.",))
