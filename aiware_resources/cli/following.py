"""Following what the tasks of jobs log, while the jobs are watched."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

import click

from aiware_resources.api import Api
from aiware_resources.errors import ApiError
from aiware_resources.waiting.conditions import engine_name


class Logs:
    """Prints the lines that tasks have logged since they were asked last.

    Args:
        api: The API to ask.
        as_json: Whether to print JSON objects.
        write: Prints a line.
    """

    def __init__(self, api: Api, *, as_json: bool, write: Callable[[str], object] = click.echo) -> None:
        self._api = api
        self._as_json = as_json
        self._write = write
        self._printed: dict[str, int] = {}

    def show(self, job_ids: Sequence[str]) -> None:
        """Asks for the logs of jobs (query job), and prints what is new; what cannot be read comes next time."""
        for job_id in job_ids:
            for task_id, engine, line in self._new(job_id):
                if self._as_json:
                    found = {"id": job_id, "taskId": task_id, "engine": engine, "line": line}
                    self._write(json.dumps(found, ensure_ascii=False))
                else:
                    self._write(f"{job_id}: {engine}: {line}")

    def _new(self, job_id: str) -> Iterator[tuple[str, str, str]]:
        try:
            tasks = self._api.job_details(job_id).tasks
        except ApiError:
            # The watching itself tells when aiWARE cannot be asked.
            return
        for task in tasks:
            lines = ((task.log.text if task.log else None) or "").splitlines()
            printed = self._printed.get(task.id, 0)
            self._printed[task.id] = max(printed, len(lines))
            yield from ((task.id, engine_name(task), line) for line in lines[printed:])
