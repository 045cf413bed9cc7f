"""Another aiWARE Edge than the local one: a small server that reads the specification differently.

It holds jobs and runs them by the clock, and nothing else. What it does otherwise is said by its fields.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from aiware_resources import engines
from aiware_resources.api.client import Patience
from aiware_resources.api.edge import EdgeApi
from aiware_resources.api.rate_limit import Gates
from aiware_resources.settings import Settings

ORGANIZATION = "8d0f6f0a-7b3f-4f0e-9d0c-6c1d2a17532e"
TOKEN = "token-of-another-edge"
DOCUMENT = {"sourceEngineId": engines.TRANSLATE_SPANISH_TO_ENGLISH, "object": [{"text": "Welcome"}]}
YEAR_ONE = "0001-01-01T00:00:00Z"

Answer = tuple[int, Any]
NO_ROUTE: Answer = (404, "404 page not found")
UNKNOWN: Answer = (404, {"id": "not_found", "description": "there is no such job"})


@dataclass
class Job:
    """A job of the server: as it was submitted, and when by the clock of this machine."""

    id: str
    body: dict[str, Any]
    submitted: float = field(default_factory=time.time)


@dataclass
class OtherEdge:
    """The server. Use it as a context manager.

    Attributes:
        job_seconds: How long a job takes.
        lag: Seconds for which a job cannot be read by its id.
        list_lag: Seconds for which the list goes without it.
        documents_after: Seconds from a job's end until its document is listed; None for never.
        outputs: The outputs of a complete job, by name: the content.
        missing: What routes that it does not have answer, by the last part of their path.
        outputs_of_unknown: Whether the outputs of a job that it does not have are an empty list.
        bare_lists: Whether lists come as bare arrays.
        page: How many records a page has at the most, whatever is asked for and said.
        ascending: Whether the oldest jobs come first, whatever is asked for.
        ignores_offset: Whether every page is the first one.
        created: Writes when a job was created.
        lists_configs: Whether the list tells the jobConfigJSON of jobs.
        create_answers: Answers to the next submissions, instead of the ids; each is applied all the same where the flag
            says so.
        spoilt: Jobs with this text in their jobConfigJSON have documents that are not JSON.
        hangs: Ids of jobs whose status never comes.
        unreadable: Ids of jobs whose status is an internal error.
        asked: Method and path of each request.
        headers: The headers of each request.
    """

    job_seconds: float = 0.0
    lag: float = 0.0
    list_lag: float = 0.0
    documents_after: float | None = 0.0
    outputs: dict[str, bytes] = field(default_factory=lambda: {"vtn-standard-1.json": json.dumps(DOCUMENT).encode()})
    missing: dict[str, Answer] = field(default_factory=dict)
    outputs_of_unknown: bool = False
    bare_lists: bool = False
    page: int = 10
    ascending: bool = False
    ignores_offset: bool = False
    created: Any = None
    lists_configs: bool = True
    create_answers: list[tuple[Answer | None, bool]] = field(default_factory=list)
    spoilt: str | None = None
    hangs: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)

    def __enter__(self) -> Self:
        server = self
        self._stopped = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server._serve(self)

            do_POST = do_GET  # noqa: N815 - the name that http.server calls

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stopped.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Its base address."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/edge/v1"

    @property
    def config(self) -> dict[str, str]:
        """The configuration of a stack that uses it."""
        return {
            "aiware:api": "edge",
            "aiware:endpoint": self.url,
            "aiware:organizationId": ORGANIZATION,
            "aiware:token": TOKEN,
        }

    def api(self, **more: Any) -> EdgeApi:
        """A client of it, with settings by their names in a stack; one that makes no long pauses."""
        settings = Settings.from_mapping(self.config | {f"aiware:{key}": str(more[key]) for key in more}, {})
        patience = Patience(max_retries=2, base=0.01, gates=Gates())
        return EdgeApi(settings, settings.resolve_endpoint(), patience=patience)

    def count(self, method_and_end: str) -> int:
        """How many requests were made with this method whose path ends so: ``POST /create``."""
        method, end = method_and_end.split(" ")
        return sum(each.startswith(method) and each.endswith(end) for each in self.asked)

    def add(self, count: int = 1, *, age: float = 0.0) -> list[str]:
        """Puts jobs there that somebody else has submitted, some time ago."""
        made = [Job(str(uuid.uuid4()), {"tasks": []}, time.time() - age) for _ in range(count)]
        self.jobs |= {job.id: job for job in made}
        return [job.id for job in made]

    # --- what it answers ---------------------------------------------------------------------------------------------

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers.get("content-length") or 0)
        body = json.loads(request.rfile.read(length)) if length else None
        url = urlsplit(request.path)
        path = url.path.removeprefix("/edge/v1")
        self.asked.append(f"{request.command} {path}")
        self.headers.append({key.lower(): value for key, value in request.headers.items()})
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        answer = self._answer(path, query, body)
        if answer is None:
            self._stopped.wait(60)
            request.close_connection = True
            return
        status, content = answer
        sent = content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else None
        sent = json.dumps(content).encode() if sent is None else sent
        request.send_response(status)
        request.send_header("Content-Length", str(len(sent)))
        request.end_headers()
        request.wfile.write(sent)

    def _answer(self, path: str, query: dict[str, str], body: Any) -> Answer | None:
        parts = [unquote(part) for part in path.strip("/").split("/")]
        if parts[-1] in self.missing:
            return self.missing[parts[-1]]
        match parts:
            case ["proc", "job", "create"]:
                return self._create(body["jobs"])
            case ["proc", "jobs"]:
                return self._list(query)
            case ["admin", "engines"]:
                known = (engines.TRANSLATE_SPANISH_TO_ENGLISH, engines.OUTPUT_WRITER)
                return 200, self._wrapped([{"engineID": id_, "engineName": id_[:4]} for id_ in known], query)
            case ["admin", "engine", "categories"]:
                return 200, self._wrapped([], {})
            case ["proc", "job", id_, *rest]:
                return self._about(id_, rest)
        return NO_ROUTE

    def _create(self, jobs: list[dict[str, Any]]) -> Answer:
        answer, is_applied = self.create_answers.pop(0) if self.create_answers else (None, True)
        made = [Job(str(uuid.uuid4()), job) for job in jobs] if is_applied else []
        self.jobs |= {job.id: job for job in made}
        return answer or (200, {"internalJobIds": [job.id for job in made]})

    def _list(self, query: dict[str, str]) -> Answer:
        now = time.time()
        listed = [job for job in self.jobs.values() if now - job.submitted >= self.list_lag]
        details = [self._detail(job) for job in sorted(listed, key=lambda job: job.submitted)]
        if not self.ascending:
            is_falling = query.get("direction") != "ASC"
            details.sort(key=lambda detail: detail["createdDateTime"] or "", reverse=is_falling)
        for detail in () if self.lists_configs else details:
            detail.pop("jobConfigJSON", None)
        return 200, self._wrapped(details, query)

    def _wrapped(self, records: list[Any], query: dict[str, str]) -> Any:
        if self.bare_lists:
            return records
        start = 0 if self.ignores_offset else int(query.get("offset", 0))
        page = records[start : start + self.page]
        return {"success": True, "result": page, "offset": start, "limit": int(query.get("limit", 10)), "count": 7}

    def _about(self, id_: str, rest: list[str]) -> Answer | None:
        job = self.jobs.get(id_)
        if job is not None and time.time() - job.submitted < self.lag:
            job = None
        if job is None:
            if rest == ["outputs"] and self.outputs_of_unknown:
                return 200, {"outputs": {"internalJobID": id_, "outputs": []}}
            return UNKNOWN
        match rest:
            case ["status"]:
                if id_ in self.hangs:
                    return None
                if id_ in self.unreadable:
                    return 500, {"id": "internal_error", "description": "the database is broken"}
                return 200, {"job": {"internalJobID": id_, "jobStatus": self._status(job)}}
            case ["detail"]:
                return 200, {"job": self._detail(job)}
            case ["delete"]:
                del self.jobs[id_]
                return 204, b""
            case ["outputs"]:
                listed = [{"name": name, "size": len(held)} for name, held in self._documents(job).items()]
                return 200, {"outputs": {"internalJobID": id_, "outputs": listed}}
            case ["output", name] if name in self._documents(job):
                return 200, {"output": {"name": name, "contents": None}}
            case ["download", name] if name in self._documents(job):
                return 200, self._documents(job)[name]
        return UNKNOWN

    def _status(self, job: Job) -> str:
        return "complete" if time.time() >= job.submitted + self.job_seconds else "running"

    def _documents(self, job: Job) -> dict[str, bytes]:
        wait = self.documents_after
        is_there = wait is not None and time.time() >= job.submitted + self.job_seconds + wait
        is_spoilt = self.spoilt is not None and self.spoilt in (job.body.get("jobConfigJSON") or "")
        held = dict.fromkeys(self.outputs, b"<html>") if is_spoilt else self.outputs
        return held if is_there else {}

    def _detail(self, job: Job) -> dict[str, Any]:
        created = (datetime.fromtimestamp(job.submitted, UTC)).isoformat()
        tasks = [
            {"internalTaskID": task["correlationTaskId"], "engineID": task["engineId"], "taskStatus": "complete"}
            for task in job.body["tasks"]
        ]
        return {
            "internalJobID": job.id,
            "jobStatus": self._status(job),
            "createdDateTime": created if self.created is None else self.created(job),
            "jobConfigJSON": job.body.get("jobConfigJSON"),
            "tasks": tasks,
        }


def ahead(seconds: float) -> Any:
    """Writes when a job was created by a clock that is so far ahead; for `OtherEdge.created`."""
    return lambda job: (datetime.fromtimestamp(job.submitted, UTC) + timedelta(seconds=seconds)).isoformat()
