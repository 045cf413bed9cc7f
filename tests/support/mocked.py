"""Programs under Pulumi's mocks, as a user's unit tests run them."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime.settings import Settings as PulumiSettings

from aiware_resources.reconcile.mocks import TidyMonitor

Program = Callable[[], dict[str, pulumi.Output[Any]]]
Run = Callable[..., dict[str, Any]]
UNKNOWN = "unknown"


class Mocks(pulumi.runtime.Mocks):
    """Gives each object its name as id, and says of it what a test wants.

    Attributes:
        says: Properties of each type, and the answers to look-ups.
    """

    def __init__(self, says: dict[str, Any], has_ids: bool) -> None:
        self._says = says
        self._has_ids = has_ids

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        made = f"{args.name}-id" if self._has_ids else None
        return made, {**args.inputs, **self._says.get(args.typ.rpartition(":")[2], {})}

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        return self._says.get(args.token, {})


@pytest.fixture(params=[False, True], ids=["up", "preview"])
def preview(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=[None, "https://nowhere.test/v3/graphql"], ids=["no endpoint", "unreachable"])
def run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a program as a test's module is imported: without an event loop that runs; then awaits its outputs."""
    if request.param is not None:
        monkeypatch.setenv("AIWARE_ENDPOINT", request.param)
        monkeypatch.setenv("AIWARE_TOKEN", "token")
    # Pulumi remembers the first mocks of a process for all its threads.
    monkeypatch.setattr(PulumiSettings.__dict__["monitor"], "_ContextProperty__default", None)

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("aiWARE was asked, or started")

    monkeypatch.setattr("aiware_resources.settings.Settings.resolve_endpoint", fail)

    def run(program: Program, *, preview: bool, has_ids: bool = True, says: dict[str, Any] | None = None) -> Any:
        found: dict[str, Any] = {}

        def inside() -> None:
            loop = asyncio.new_event_loop()
            asyncio.set_event_loop(loop)
            try:
                mocks = Mocks(says or {}, has_ids)
                pulumi.runtime.set_mocks(mocks, preview=preview, monitor=TidyMonitor(mocks))
                declared = program()

                def test() -> Any:
                    async def awaited() -> None:
                        for name, output in declared.items():
                            value = await output.future()
                            found[name] = value if await output.is_known() else UNKNOWN

                    return asyncio.ensure_future(awaited())

                tested: Callable[[Callable[[], Any]], Callable[[], None]] = pulumi.runtime.test
                tested(test)()
            except BaseException as error:  # noqa: BLE001 - it is raised where the test sees it
                found["error"] = error
            finally:
                for task in asyncio.all_tasks(loop):
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        loop.run_until_complete(task)
                asyncio.set_event_loop(None)
                loop.close()

        thread = threading.Thread(target=inside)
        thread.start()
        thread.join()
        if "error" in found:
            raise found["error"]
        return found

    return run
