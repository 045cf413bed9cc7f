"""Results of engines, as vtn-standard documents (query ``engineResults``; quickstart/jobs, step five)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi.output import UNKNOWN
from pulumi.runtime import is_dry_run

from aiware_resources.api import Api, EngineResultRecord
from aiware_resources.errors import AiwareError
from aiware_resources.reconcile import mocks
from aiware_resources.reconcile.explicit import asked_through
from aiware_resources.waiting import Completion, Monitor, Row, derived, monitor_for

Result = dict[str, Any]
"""One engine's result for one time span: tdoId, engineId, startOffsetMs, stopOffsetMs, jsondata, ..."""


def get_engine_results(
    *,
    job_id: pulumi.Input[str] | None = None,
    tdo_id: pulumi.Input[str] | None = None,
    engine_ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[list[Result]]:
    """Reads the results of engines (query ``engineResults``), also in a preview.

    An id that comes from a resource of the program is waited for as dependents wait for it: with ``job.id`` or
    ``job.target_id`` until the job is complete.

    Args:
        job_id: The results of this job; or
        tdo_id: those that this TDO has
        engine_ids: of these engines.
        opts: ``provider`` or ``parent``: which aiWARE to ask, where it is not the stack's.

    Returns:
        A list with an entry for each engine and time span: tdoId, engineId, startOffsetMs, stopOffsetMs, jsondata,
        assetId, userEdited, taskId. Offsets are in milliseconds. Unknown in a preview as long as an id is, or the job
        that it comes from is not complete.

    Raises:
        ValueError: When neither a job is given, nor a TDO and engines.
        pulumi.RunError: At the end of the run, when aiWARE does not know the job or TDO, or cannot be asked.
    """
    if (job_id is None) == (tdo_id is None) or (job_id is None) == (engine_ids is None):
        raise ValueError("get_engine_results needs either job_id, or tdo_id and engine_ids.")
    if mocks.are_set():
        return mocks.invoke("getEngineResults", {"jobId": job_id, "tdoId": tdo_id, "engineIds": engine_ids}, [])
    monitor = monitor_for(asked_through(opts))
    given = pulumi.Output.all(job_id=job_id, tdo_id=tdo_id, engine_ids=engine_ids)

    async def asked() -> Any:
        known = await given.future()
        if known is None or not await _is_complete(given):
            return UNKNOWN
        return shown(await _ask(known, await monitor))

    return derived(given.resources(), asked())


def shown(records: Sequence[EngineResultRecord], engine_id: str | None = None) -> list[Result]:
    """The results as plain values, those of one engine where one is named."""
    return [record.properties() for record in records if engine_id in (None, record.engine_id)]


async def read_results(job_id: str, monitor: Monitor) -> list[EngineResultRecord]:
    """Reads the results of a job from within a program, through the monitor of its aiWARE.

    Raises:
        pulumi.RunError: When that is not possible.
    """
    return await _ask({"job_id": job_id}, monitor)


async def _ask(known: dict[str, Any], monitor: Monitor) -> list[EngineResultRecord]:
    wanted = {key: value for key, value in known.items() if value is not None}

    def ask(api: Api) -> list[EngineResultRecord]:
        return api.engine_results(**wanted)

    try:
        return await monitor.call(ask)
    except AiwareError as error:
        failure = error
    place = f"engine results of {wanted.get('job_id') or wanted.get('tdo_id')}"
    never: list[EngineResultRecord] = await monitor.fail(place, Row(None), failure)
    return never


async def _is_complete(given: pulumi.Output[Any]) -> bool:
    """Waits until the resources that a value comes from are complete; a preview looks whether they are."""
    resources = await given.resources()
    if not is_dry_run():
        await asyncio.gather(*(resource.urn.future() for resource in resources))
        return True
    completions = [resource.__dict__.get("_completion") for resource in resources]
    seen = [await completion.seen for completion in completions if isinstance(completion, Completion)]
    return all(each.is_done for each in seen)
