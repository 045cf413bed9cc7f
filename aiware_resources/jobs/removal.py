"""What a destroy policy does to a job and to the TDO that it made, and how a report tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiware_resources.api import Api, JobRecord
from aiware_resources.jobs import actions
from aiware_resources.reconcile import Props
from aiware_resources.reconcile.entity import FAILURE, Fate, Verb, Words
from aiware_resources.tdos.removal import fate_with_target, remove_tdo
from aiware_resources.waiting.conditions import COMPLETE

TARGET_TDO = "targetTdoId"
"""The TDO that the job made for itself."""

_OVER = "is only forgotten: it has ended"

JOB_DELETED = "is DELETED with its outputs"

WORDS = Words(
    made=("runs", Verb.RUN),
    given_up={
        "retain": ("is only forgotten: aiWARE goes on with it", Verb.FORGET),
        "cancel": ("is cancelled if it is unfinished, and forgotten", Verb.CANCEL),
        "delete": (JOB_DELETED, Verb.DELETE),
    },
    replaced="runs again",
)


def remove_job(api: Api, object_id: str, props: Props, policy: str) -> JobRecord | None:
    """Cancels the job if it is unfinished (mutation ``cancelJob``) or deletes it, and treats the TDO that it made.

    Returns:
        The job, where it is left on a TDO that it did not make.
    """
    record = api.jobs([object_id]).get(object_id)
    # One that aiWARE does not show may run all the same, unless it was seen complete.
    may_run = not actions.is_over(record) and (record is not None or not props.get(COMPLETE))
    if policy == "delete" and (record is not None or may_run):
        actions.delete(api, object_id)
        record = None
    elif policy == "cancel" and may_run:
        record = actions.cancel(api, object_id)
    if TARGET_TDO not in props:
        return record
    remove_tdo(api, props[TARGET_TDO], _target_policy(props, policy), props.get("cleanupOptions"))
    return None


def fate_of_job(fate: Fate, recorded: Mapping[str, Any], policy: str) -> Fate:
    """Says what `remove_job` does to a job and to its TDO; nothing is cancelled of a job known to have ended.

    Args:
        fate: What the policy means for any job.
        recorded: What is recorded of the job.
        policy: The destroy policy.
    """
    has_ended = recorded.get(COMPLETE) or recorded.get(FAILURE)
    if policy == "cancel" and has_ended:
        fate = Fate(_OVER, tuple(replace(each, verb=Verb.FORGET) for each in fate.effects), fate.notes)
    made = recorded.get(TARGET_TDO)
    return fate_with_target(fate, str(made), _target_policy(recorded, policy), recorded) if made else fate


def _target_policy(props: Mapping[str, Any], policy: str) -> str:
    return str(props.get("onDestroyTarget") or ("retain" if policy == "retain" else "delete"))
