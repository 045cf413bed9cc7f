"""What `aiware validate` says of a request, and what the Edge API says of it: the same."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

from aiware_resources.cli.documents import FoundJob, Position, problems_of
from tests.aiware_local.edge_support import TASK_IDS, Edge, translation_job

VALUES: list[Any] = [
    None, 1, -1, "x", [], {}, [1], True, 1.5, 2**40, "{", "{}", "pending", "complete", TASK_IDS[0], TASK_IDS[1].upper(),
    "2026-01-01", "2026-01-01T00:00:00Z",
]  # fmt: skip


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all values inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*path, key)
        yield from places(item, (*path, key))


def changed(chance: random.Random) -> dict[str, Any]:
    """The documented job with one to three changes, most of which are mistakes."""
    job = translation_job()
    for _ in range(chance.randint(1, 3)):
        *path, last = chance.choice(list(places(job)))
        inner: Any = job
        for step in path:
            inner = inner[step]
        if chance.random() < 0.3:
            del inner[last]
        else:
            inner[last] = copy.deepcopy(chance.choice(VALUES))
    return job


ONLY_AIWARE_KNOWS = ("there is no engine", "the token has no rights")


async def test_what_is_accepted_is_accepted(edge: Edge) -> None:
    for seed in range(300):
        job = changed(random.Random(seed))  # noqa: S311 - no secrets
        found = problems_of(FoundJob("job", "Edge job", "", job, lambda _: Position("job.json")))
        response = await edge.send("POST", "/proc/job/create", json={"jobs": [job]})
        if not any(reason in response.text for reason in ONLY_AIWARE_KNOWS):
            assert (response.status_code == 200) == (not found), (seed, found, response.text, job)
