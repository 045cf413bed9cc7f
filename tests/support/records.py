"""Jobs that are put straight into the records of the local aiWARE, as no engine would have to run for them."""

from __future__ import annotations

import time
from contextlib import closing

from aiware_local.storage.ids import new_job_id, new_task_id
from aiware_local.storage.store import DATABASE, Record, Store
from tests.support.local import Local


def fleet(local: Local, job_ids: list[str], count: int) -> None:
    """Puts copies of jobs into the local aiWARE's records, in turn, each a second older than the one before."""
    with closing(Store(local.server.data / DATABASE)) as store, store.transaction():
        known = [found for job_id in job_ids if (found := store.get("job", job_id))]
        for number in range(count):
            store.put("job", _copy(known[number % len(known)], number), owner=known[0]["targetId"])


def _copy(job: Record, number: int) -> Record:
    created = job["createdDateTime"] - number - 1
    job_id = new_job_id(created)
    tasks = [{**task, "id": new_task_id(job_id)} for task in job["_tasks"]]
    return {**job, "id": job_id, "name": f"episode {number}", "createdDateTime": created, "_tasks": tasks}


def begin(local: Local, job_id: str, seconds: float) -> None:
    """Lets a job have begun so many seconds from now, or before now where that is negative."""
    with closing(Store(local.server.data / DATABASE)) as store, store.transaction():
        job = store.get("job", job_id)
        assert job is not None
        job |= {"_startedAt": time.time() + seconds, "_outcome": None}
        store.put("job", job, owner=job["targetId"], due=job["_startedAt"])
