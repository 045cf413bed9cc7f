"""How the local aiWARE behaves: how long things take, what fails, how many requests it lets through."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt
from pydantic.alias_generators import to_camel

from aiware_local.installation.auth import LIFETIME_SECONDS
from aiware_local.installation.catalogue import Catalogue
from aiware_local.installation.errors import failure_of
from aiware_local.storage.store import Record, Store

OFFSET = timezone(timedelta(hours=2))

_DIGITS = re.compile(r"[1-9]\d{0,14}")
"""Ids that are numbers as well, small enough to pass through a float."""


class ControlModel(BaseModel):
    """A part of a body: names in camelCase, nothing that is not known, never changed."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


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
    """How many requests each token may make in a window of time (aiWARE's windows are 10 seconds)."""

    requests: PositiveInt
    seconds: PositiveFloat = 10


class Dialect(ControlModel):
    """How the server spells its answers, and what its lists are like; by default as the documents say.

    Attributes:
        ids: `number` writes ids of nothing but digits, such as those of TDOs, as JSON numbers.
        times: `milliseconds` since the epoch, or `offset`: ISO 8601 text in the zone +02:00 instead of UTC.
        empty: how a field without a value comes: as `null`, or not at all (`absent`). By default, GraphQL writes null
            and Edge leaves it out.
        without: fields that never have a value, by name, wherever they are optional.
        extra_fields: whether every object has a field more that no document knows.
        page_size: the most records that a page has, whatever `limit` asks for; the answer repeats what was asked.
        list_lag: how many seconds a new object is missing in lists, while reads by its id show it.
    """

    ids: Literal["text", "number"] = "text"
    times: Literal["text", "milliseconds", "offset"] = "text"
    empty: Literal["null", "absent"] | None = None
    without: tuple[str, ...] = Field(default=())
    extra_fields: bool = False
    page_size: PositiveInt | None = None
    list_lag: NonNegativeFloat = 0

    @property
    def respells(self) -> bool:
        """Whether answers are written in another way than the documents say."""
        return bool(self.ids != "text" or self.times != "text" or self.empty or self.without or self.extra_fields)

    def id(self, value: Any) -> Any:
        """An id."""
        is_number = self.ids == "number" and isinstance(value, str) and _DIGITS.fullmatch(value)
        return int(value) if is_number else value

    def time(self, value: Any) -> Any:
        """A point in time that is ISO 8601 text."""
        if self.times == "text" or not isinstance(value, str):
            return value
        moment = datetime.fromisoformat(value)
        if self.times == "milliseconds":
            return round(moment.timestamp() * 1000)
        return moment.astimezone(OFFSET).isoformat(timespec="milliseconds")


class Settings(ControlModel):
    """Everything that `PUT /_local/behaviour` sets, with the defaults. Times are seconds."""

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
    """The settings in force; they are in the store.

    An engine's `failTimes` counts its runs over all jobs since the setting was made: that many of them fail, the next
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
        """Sets everything to the defaults."""
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


class RateLimiter:
    """Counts requests by token in the window that is open."""

    def __init__(self) -> None:
        self._window = -1
        self._counts: Counter[str] = Counter()

    def retry_after(self, token: str, limit: RateLimit | None, now: float) -> int | None:
        """None if the request may pass; else the seconds until the window ends. Asking counts as the request.

        Args:
            token: whose request it is.
            limit: the limit in force; None lets everything pass.
            now: seconds since the epoch.
        """
        if limit is None:
            return None
        window = math.floor(now / limit.seconds)
        if window != self._window:
            self._window, self._counts = window, Counter()
        self._counts[token] += 1
        if self._counts[token] <= limit.requests:
            return None
        return max(1, math.ceil((window + 1) * limit.seconds - now))
