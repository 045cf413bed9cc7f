"""A service that transcribes a recording for each request, and streams its progress: `uvicorn service:app`.

    curl -N localhost:8000/transcripts --json '{"name": "mayor", "url": "https://media.example.com/mayor.mp4"}'

Each line of the answer is a JSON object: messages, and at the end the result. A request for a recording that is done
already answers at once. Which aiWARE is used, say AIWARE_ENDPOINT and AIWARE_TOKEN.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any

import pulumi
from pulumi import automation as auto
from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from aiware_resources import Job, pipelines

PROJECT = "transcripts"
AT_ONCE = 4
"""Stacks that run side by side; further requests wait for their turn."""

Line = dict[str, Any]


class Recording(BaseModel):
    """The body of a request. The name is that of the stack."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
    url: str


def program(recording: Recording) -> None:
    """Declares the transcription of a recording."""
    job = Job("job", target={"name": recording.name}, dag=pipelines.transcription(recording.url))
    pulumi.export("tdo", job.target_id)


def update(recording: Recording, tell: Callable[[Line | None], object]) -> None:
    """Brings the stack of a recording up to date, and tells its progress, its result, and ``None`` at the end."""
    errors: list[str] = []

    def note(event: auto.EngineEvent) -> None:
        said = event.diagnostic_event
        if said and said.severity == "error":
            errors.append(said.message.strip())
        elif said and said.severity != "debug":
            tell({"message": said.message.strip()})

    try:
        options = auto.LocalWorkspaceOptions(project_settings=auto.ProjectSettings(PROJECT, "python"))
        stack = auto.create_or_select_stack(recording.name, PROJECT, partial(program, recording), opts=options)
        done = stack.up(refresh=True, on_event=note)
        tell({"result": "succeeded", "tdo": done.outputs["tdo"].value})
    except auto.ConcurrentUpdateError:
        tell({"result": "failed", "errors": [f"The stack {recording.name} is locked: another process runs it."]})
    except auto.CommandError as error:
        tell({"result": "failed", "errors": errors or [str(error)]})
    finally:
        tell(None)


async def transcribe(request: Request) -> Response:
    """Answers `POST /transcripts`."""
    try:
        recording = Recording.model_validate_json(await request.body())
    except ValidationError as error:
        return JSONResponse({"errors": error.errors(include_url=False, include_input=False)}, 422)
    running: dict[str, asyncio.Future[None]] = request.app.state.running
    if recording.name in running:
        return JSONResponse({"errors": [f"The transcription of {recording.name} is running."]}, 409)
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[Line | None]()

    def tell(line: Line | None) -> None:
        loop.call_soon_threadsafe(lines.put_nowait, line)

    # It goes on when nobody reads any more: what was submitted runs in aiWARE, and the stack must not stay locked.
    running[recording.name] = loop.run_in_executor(request.app.state.threads, update, recording, tell)
    running[recording.name].add_done_callback(lambda _: running.pop(recording.name))
    return StreamingResponse(streamed(lines), media_type="application/x-ndjson")


async def streamed(lines: asyncio.Queue[Line | None]) -> AsyncIterator[str]:
    """Gives the lines as they come."""
    while (line := await lines.get()) is not None:
        yield f"{json.dumps(line)}\n"


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Ends the service when all updates have ended."""
    app.state.running = {}
    with ThreadPoolExecutor(AT_ONCE, "update") as app.state.threads:
        yield
        await asyncio.gather(*app.state.running.values(), return_exceptions=True)


app = Starlette(routes=[Route("/transcripts", transcribe, methods=["POST"])], lifespan=lifespan)
