"""What a refresh makes of what aiWARE says of a fleet's jobs, against an API that says what a test makes it say."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from aiware_resources.api import JobRecord
from aiware_resources.fleet.entries import Entry
from aiware_resources.fleet.reading import OPEN, look
from aiware_resources.fleet.refreshing import Refreshed
from aiware_resources.settings import Settings


class Server:
    """Shows jobs without their statuses."""

    abilities = SimpleNamespace(has_tdos=False, reads_in_batches=True)

    def job_states(self, ids: Any, *_: Any, **__: Any) -> dict[str, JobRecord]:
        return {each: JobRecord.model_validate({"id": each, "status": None}) for each in ids}


def test_jobs_whose_statuses_are_not_told_are_as_they_were() -> None:
    api: Any = Server()
    entries = {key: Entry(f"j-{key}", "1", owns_target=False, product="2.x") for key in ("done", "failed", "open")}
    recorded = {OPEN: ["failed", "open"], "failures": {"failed": "failed: bad_data"}}
    found = Refreshed.of(look(api, entries), entries, recorded, datetime.now(UTC), Settings())
    assert found.failures == {"failed": "failed: bad_data"}
    assert found.statuses == {"done": "complete", "failed": "pending", "open": "pending"}
