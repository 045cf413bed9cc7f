"""A dynamic provider that submits a job and polls it until it is complete, all inside ``create``."""

from __future__ import annotations

import os
import time
from typing import Any

import httpx
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

CREATE = "mutation create($input: CreateJob!) { createJob(input: $input) { id } }"
STATUS = "query status($id: ID!) { job(id: $id) { status } }"
EVERY = 0.5
"""Seconds between two looks."""


class NaiveProvider(ResourceProvider):
    """Submits a job and waits for it."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Returns when the job is complete."""
        content = {key: props[key] for key in ("target", "tasks", "routes")}
        job_id = _ask(CREATE, input=content)["createJob"]["id"]
        while _ask(STATUS, id=job_id)["job"]["status"] != "complete":
            time.sleep(EVERY)
        return CreateResult(job_id, props)


class NaiveJob(Resource):
    """A job that a program waits for in the naive way."""

    def __init__(self, name: str, **props: Any) -> None:
        super().__init__(NaiveProvider(), name, props)


def _ask(query: str, **variables: Any) -> Any:
    answer = httpx.post(
        os.environ["NAIVE_URL"],
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {os.environ['NAIVE_TOKEN']}"},
        timeout=60,
    )
    return answer.raise_for_status().json()["data"]
