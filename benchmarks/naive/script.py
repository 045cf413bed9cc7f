"""Submits a job for each recording of a file, waits until all are complete, and does nothing else.

This is what somebody writes who has no tool for it: httpx, as many threads as the fleet submits side by side, as many
jobs in a request as the library asks about. It knows no errors, and what it has submitted is lost when it is killed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

CREATE = "mutation create($input: CreateJob!) { createJob(input: $input) { id targetId } }"
AT_ONCE = 50
"""How many jobs a request asks about."""
EVERY = 0.5
"""Seconds between two looks."""


def run(media: dict[str, dict[str, str]], tasks: dict[str, Any], concurrency: int) -> dict[str, str]:
    """Submits the jobs, and waits for them.

    Args:
        media: Address and title of each recording.
        tasks: The tasks and routes of each job; ``URL`` in them stands for the address.
        concurrency: How many requests are under way at a time.

    Returns:
        The job of each recording.
    """
    text = json.dumps(tasks)
    headers = {"Authorization": f"Bearer {os.environ['NAIVE_TOKEN']}"}
    with (
        httpx.Client(headers=headers, timeout=60, trust_env=False) as http,
        ThreadPoolExecutor(concurrency) as threads,
    ):

        def ask(query: str, **variables: Any) -> Any:
            answer = http.post(os.environ["NAIVE_URL"], json={"query": query, "variables": variables})
            found = answer.raise_for_status().json()
            if found.get("errors"):
                raise RuntimeError(found["errors"])
            return found["data"]

        def submit(values: dict[str, str]) -> str:
            content = {**json.loads(text.replace("URL", values["url"])), "target": {"name": values["title"]}}
            created: str = ask(CREATE, input=content)["createJob"]["id"]
            return created

        def unfinished(ids: list[str]) -> list[str]:
            declared = ", ".join(f"$id{number}: ID!" for number in range(len(ids)))
            fields = " ".join(f"job{number}: job(id: $id{number}) {{ id status }}" for number in range(len(ids)))
            variables = {f"id{number}": job_id for number, job_id in enumerate(ids)}
            found = ask(f"query status({declared}) {{ {fields} }}", **variables)
            return [job["id"] for job in found.values() if job["status"] != "complete"]

        jobs = dict(zip(media, threads.map(submit, media.values()), strict=True))
        left = list(jobs.values())
        while left:
            batches = [left[start : start + AT_ONCE] for start in range(0, len(left), AT_ONCE)]
            left = [job_id for found in threads.map(unfinished, batches) for job_id in found]
            if left:
                time.sleep(EVERY)
        return jobs


if __name__ == "__main__":
    media_file, tasks_file, side_by_side = sys.argv[1:]
    submitted = run(
        json.loads(Path(media_file).read_text()), json.loads(Path(tasks_file).read_text()), int(side_by_side)
    )
    Path("jobs.json").write_text(json.dumps(submitted))
