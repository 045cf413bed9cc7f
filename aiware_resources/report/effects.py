"""What becomes of objects in aiWARE when a resource is made, changed or given up: here stand the right words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiware_resources.cluster import ClusterProvider
from aiware_resources.export_request import ExportProvider
from aiware_resources.job import JobProvider
from aiware_resources.jobs.outputs import TARGET_TDO
from aiware_resources.report import fleets
from aiware_resources.report.kinds import Kind
from aiware_resources.report.model import Effect, Fate, Verb
from aiware_resources.report.pulumi_json import State
from aiware_resources.temporal_data_object import TdoProvider

TDO = "TDO"
BY_DEFAULT = ("storage", "searchIndex")
"""What cleanupTDO removes when nothing is said."""


def making(kind: Kind, inputs: Mapping[str, Any]) -> Fate:
    """What it means to create a resource."""
    if adopted := inputs.get("adopt"):
        which = "the one of this name" if adopted is True else f"{kind.noun} {adopted}"
        return Fate(f"takes over {which}", (Effect(Verb.ADOPT, kind.noun),))
    if kind.is_fleet:
        return fleets.making(inputs)
    if isinstance(kind.provider, JobProvider):
        return Fate("runs", (Effect(Verb.RUN, kind.noun),))
    if isinstance(kind.provider, ExportProvider):
        return Fate("is requested", (Effect(Verb.REQUEST, kind.noun),))
    return Fate("is created", (Effect(Verb.CREATE, kind.noun),))


def giving_up(kind: Kind, old: State) -> Fate:
    """What it means to delete a resource: what ``on_destroy`` says."""
    if old.retain_on_delete or old.deleted_with:
        return Fate("is only forgotten: aiWARE keeps it", (Effect(Verb.FORGET, kind.noun),))
    if kind.provider is None:
        return Fate("is DELETED", (Effect(Verb.DELETE, kind.noun),))
    props = old.outputs
    if kind.is_fleet:
        return fleets.giving_up(props)
    policy = kind.provider.destroy_policy(props)
    if isinstance(kind.provider, JobProvider):
        return _job_given_up(kind, props, policy)
    if isinstance(kind.provider, ExportProvider):
        says = "is only forgotten: aiWARE cannot delete an export request"
        return Fate(says, (Effect(Verb.FORGET, kind.noun),))
    if isinstance(kind.provider, TdoProvider):
        return _tdo_given_up("", props, policy)
    if policy == "retain":
        return Fate("is only forgotten: aiWARE keeps it", (Effect(Verb.FORGET, kind.noun),))
    return Fate("is DELETED", (Effect(Verb.DELETE, kind.noun),))


def replacing(kind: Kind, old: State, inputs: Mapping[str, Any]) -> Fate:
    """What it means to replace a resource: to make another, and to give up the old one."""
    made, gone = making(kind, inputs), giving_up(kind, old)
    if isinstance(kind.provider, JobProvider):
        # Its own record is of no account; the TDO that it made is.
        effects = tuple(effect for effect in gone.effects if effect.noun != kind.noun)
        notes = tuple(note for note in gone.notes if TDO in note)
        return Fate(made.says if inputs.get("adopt") else "runs anew", (*made.effects, *effects), notes)
    if isinstance(kind.provider, ExportProvider):
        return Fate("is requested anew", made.effects)
    first = (
        " first" if isinstance(kind.provider, ClusterProvider) and old.outputs.get("name") == inputs.get("name") else ""
    )
    return Fate(f"is replaced by another; the old one {gone.says}{first}", (*gone.effects, *made.effects), gone.notes)


def changing(kind: Kind, *, is_recorded_only: bool) -> Fate:
    """What it means to change a resource in place."""
    if is_recorded_only:
        return Fate("changes on record only", (Effect(Verb.RECORD, kind.noun),))
    return Fate("changes in place", (Effect(Verb.CHANGE, kind.noun),))


def retrying(kind: Kind, failure: Mapping[str, Any]) -> Fate:
    """What it means to run a failed job again."""
    return Fate("failed, and runs again", (Effect(Verb.RUN, kind.noun),), (failed(failure),))


def failed(failure: Mapping[str, Any]) -> str:
    """Why something failed."""
    reason = ": ".join(str(failure[key]) for key in ("reason", "message") if failure.get(key))
    return f"In aiWARE it is {failure.get('status', 'failed')}{f' ({reason})' if reason else ''}."


def _job_given_up(kind: Kind, props: Mapping[str, Any], policy: str) -> Fate:
    if policy == "retain":
        fate = Fate("is only forgotten: aiWARE goes on with it", (Effect(Verb.FORGET, kind.noun),))
    else:
        fate = Fate("is cancelled if it is unfinished, and forgotten", (Effect(Verb.CANCEL, kind.noun),))
    made = props.get(TARGET_TDO)
    if not made:
        return fate
    of_target = props.get("onDestroyTarget") or ("retain" if policy == "retain" else "delete")
    target = _tdo_given_up(str(made), props, of_target)
    effects = tuple(effect for effect in target.effects if effect.verb is not Verb.FORGET)
    note = f"The TDO that it made, {made}, {target.says}."
    return Fate(fate.says, (*fate.effects, *effects), (note, *target.notes))


def _tdo_given_up(tdo_id: str, props: Mapping[str, Any], policy: str) -> Fate:
    if policy == "retain":
        return Fate("stays whole" if tdo_id else "is only forgotten: aiWARE keeps it", (Effect(Verb.FORGET, TDO),))
    if policy == "cleanup":
        content = ", ".join(props.get("cleanupOptions") or BY_DEFAULT)
        return Fate(f"is CLEANED UP: it stays, without {content}", (Effect(Verb.CLEAN_UP, TDO),))
    return Fate("is DELETED with its content", (Effect(Verb.DELETE, TDO),))
