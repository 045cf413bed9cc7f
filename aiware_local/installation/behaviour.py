"""How the local aiWARE behaves: how long things take, what fails, how many requests it lets through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from aiware_local.installation.auth import LIFETIME_SECONDS
from aiware_local.installation.catalogue import Catalogue
from aiware_local.installation.control_model import ControlModel
from aiware_local.installation.dialect import Dialect
from aiware_local.installation.failures import failure_of
from aiware_local.storage.records import Record
from aiware_local.storage.store import Store


class Failure(ControlModel):
    """How an engine's runs fail: a TaskFailureReason, or any other word, and a message."""

    reason: str = "internal_error"
    message: str = "The local aiWARE was told to let this engine fail."


class EngineBehaviour(ControlModel):
    """One engine: seconds of its tasks, whether and how often its runs fail."""

    seconds: NonNegativeFloat | None = None
    fail: Failure | None = None
    fail_times: NonNegativeInt | None = None


class RateLimit(ControlModel):
    """So many requests per token in a window of so many seconds."""

    requests: PositiveInt
    seconds: PositiveFloat = 10


class Settings(ControlModel):
    """Everything that `PUT /_local/behaviour` sets, with what holds when it has set nothing. Times are seconds."""

    job_seconds: NonNegativeFloat = 2
    export_seconds: NonNegativeFloat = 0.5
    cluster_seconds: NonNegativeFloat = 0
    uri_seconds: PositiveFloat = LIFETIME_SECONDS
    rate_limit: RateLimit | None = None
    record_requests: bool = False
    engines: dict[str, EngineBehaviour] = Field(default_factory=dict)
    dialect: Dialect = Dialect()

    def as_json(self) -> dict[str, Any]:
        """The settings with the names of the control call."""
        shown = self.model_dump(by_alias=True, exclude_none=True, exclude={"dialect"})
        dialect = self.dialect.model_dump(by_alias=True, exclude_defaults=True, mode="json")
        return {**shown, "dialect": dialect} if dialect else shown


class Behaviour:
    """The settings in force, kept in the store.

    An engine's `failTimes` counts its runs over all jobs since the setting was made: so many of them fail, the next
    ones succeed. Without it every run fails.
    """

    def __init__(self, store: Store, catalogue: Catalogue) -> None:
        self._store = store
        self._catalogue = catalogue
        self.settings = Settings.model_validate(store.setting("behaviour", {}))

    def change(self, changes: Mapping[str, Any]) -> Settings:
        """Lays the given keys over the settings; engines one by one, each replaced as a whole, as the dialect is.

        Raises:
            ValueError: a key or a value is not one of the control call's, or an engine is not in the catalogue.
        """
        current = self.settings.as_json()
        engines = changes.get("engines", {})
        if not isinstance(engines, Mapping):
            raise ValueError("engines must be an object with engine ids as keys")
        for engine_id in engines:
            if self._catalogue.engine(engine_id) is None:
                raise ValueError(f"engines.{engine_id}: there is no such engine in the catalogue")
        kept = {key: value for key, value in {**current.get("engines", {}), **engines}.items() if value is not None}
        self.settings = Settings.model_validate({**current, **changes, "engines": kept})
        failed = {key: count for key, count in self._failed().items() if key not in engines}
        with self._store.transaction():
            self._store.set("behaviour", self.settings.as_json())
            self._store.set("failedRuns", failed)
        return self.settings

    def clear(self) -> None:
        """Back to what holds when nothing is set."""
        self.settings = Settings()
        self._store.set("behaviour", {})
        self._store.set("failedRuns", {})

    def seconds(self, engine_id: str, otherwise: float) -> float:
        """How long a task of the engine takes, in seconds."""
        engine = self.settings.engines.get(engine_id)
        return otherwise if engine is None or engine.seconds is None else engine.seconds

    def plan_failure(self, engine_id: str) -> Record | None:
        """The failure of the engine's next run, or None if it succeeds. Asking counts as the run."""
        engine = self.settings.engines.get(engine_id)
        if engine is None or engine.fail is None:
            return None
        failed = self._failed()
        count = failed.get(engine_id, 0)
        if engine.fail_times is not None and count >= engine.fail_times:
            return None
        self._store.set("failedRuns", {**failed, engine_id: count + 1})
        return failure_of(engine.fail.reason, engine.fail.message)

    def _failed(self) -> dict[str, int]:
        failed: dict[str, int] = self._store.setting("failedRuns", {})
        return failed
