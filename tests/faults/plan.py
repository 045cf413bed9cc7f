"""What one seed stands for: what is declared, what goes wrong, and what is killed when.

A plan is drawn from a seed alone, so that a seed that fails can be tried again. When something happens is said in
numbers of requests, not in seconds.
"""

from __future__ import annotations

import random
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tests.faults.programs import Api, Scene, changed, first_scene

Process = Literal["engine", "program", "provider", "machine"]
"""What is killed; ``machine`` is everything at once."""

MUTATIONS = {
    "cloud": (
        "createCluster",
        "updateCluster",
        "deleteCluster",
        "createTDO",
        "updateTDO",
        "deleteTDO",
        "cleanupTDO",
        "createAsset",
        "createJob",
        "retryJob",
        "cancelJob",
        "createExportRequest",
    ),
    "edge": ("createJob", "deleteJob"),
}
READS = {
    "cloud": (
        "clusters",
        "temporalDataObject",
        "temporalDataObjects",
        "job",
        "jobs",
        "exportRequests",
        "engines",
        "me",
        "download",
    ),
    "edge": ("getJobStatus", "get_job_detail", "get_job_outputs", "get_jobs", "get_engines"),
}
ENDS: dict[str, Sequence[str]] = {"cloud": ("deleteTDO", "deleteTDO", "deleteCluster"), "edge": ("deleteJob",)}
"""What a destroy may take."""

ERROR_NAMES = (
    "not_allowed",
    "invalid_input",
    "authentication_error",
    "capacity_exceeded",
    "rate_limited",
    "service_unavailable",
    "service_failure",
    "internal_error",
    "not_implemented",
)
"""All of aiWARE's but ``not_found``: that is a statement, and what is said to be gone is made again."""

REQUEST_SECONDS = 3
"""`aiware:requestTimeout` of the programs: what hangs or drips is given up after so long."""

LAG_SECONDS = 2.5
"""By how much reads, or lists, lag behind; for less time than the client looks for what a lost answer was about.

What a list hides for longer cannot be told from what was never made.
"""

GRACE_SECONDS = 30
"""`aiware:notFoundGrace` of the programs: far above the lag, on a busy machine too. Nobody deletes what they made."""

LOGINS = {"cloud": "userLogin", "edge": "login_user"}

DIALECTS: Sequence[dict[str, Any]] = (
    {},
    {"ids": "number"},
    {"times": "milliseconds"},
    {"times": "offset"},
    {"empty": "null", "without": ["modifiedDateTime", "queuedDateTime", "startedDateTime", "count", "offset", "limit"]},
    {
        "empty": "absent",
        "without": ["modifiedDateTime", "queuedDateTime", "startedDateTime", "count", "offset", "limit"],
    },
    {"extraFields": True},
    {"pageSize": 2},
    {"pageSize": 3, "ids": "number", "times": "offset", "extraFields": True},
    {"listLag": LAG_SECONDS},
)
"""How servers write their answers; the local aiWARE's own way is one of them."""

CONDITIONS: Sequence[dict[str, Any]] = ({}, {}, {"lag": LAG_SECONDS}, {"totalCount": True})
"""How servers are, besides; no fault, so that everything must settle under them."""

KILL_DELAY = 0.4
"""Seconds that the request is held up during which something is killed; the fraction after that tells kills apart."""


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with requests.

    Attributes:
        operation: With which; ``None`` for any.
        action: What goes wrong.
        times: With how many of them.
        after: How many of them pass before.
    """

    operation: str | None
    action: dict[str, Any]
    times: int = 1
    after: int = 0


@dataclass(frozen=True)
class Kill:
    """The end of a process while a request is under way.

    Attributes:
        process: Whose end.
        signal: How.
        during: The fault that holds that request up; nobody hears its answer, but it is applied.
        again: Whether the signal is sent twice.
    """

    process: Process
    signal: signal.Signals
    during: Fault
    again: bool = False

    @property
    def kind(self) -> str:
        """What kind of kill it is, to count by."""
        return f"{self.process} {self.signal.name}{' twice' if self.again else ''}"


@dataclass(frozen=True)
class Trouble:
    """What happens in one run of Pulumi.

    Attributes:
        faults: What goes wrong with requests.
        kill: What is killed.
        unreadable: Of which kind one object that the state holds cannot be read; ``None`` when all can.
    """

    faults: Sequence[Fault] = ()
    kill: Kill | None = None
    unreadable: str | None = None


@dataclass(frozen=True)
class Phase:
    """A program, and the runs that are to go wrong before it may settle."""

    scene: Scene
    runs: Sequence[Trouble]


@dataclass(frozen=True)
class Plan:
    """One seed's plan.

    Attributes:
        seed: Where it comes from.
        api: The API that the program talks to.
        config: Settings of the stack.
        behaviour: How the local aiWARE behaves.
        condition: A lasting condition of it; none when empty.
        logs_in: Whether the program has a user's name and password instead of a token.
        skips_checkpoints: Whether Pulumi writes the state at the end of a run only.
        phases: Programs one after another; some go back to the first.
        destroy: What goes wrong while all is destroyed.
        short_lived: A program that is declared after that, and destroyed while its jobs run; ``None`` for none.
    """

    seed: int
    api: Api
    config: dict[str, str]
    behaviour: dict[str, Any]
    condition: dict[str, Any]
    logs_in: bool
    skips_checkpoints: bool
    phases: Sequence[Phase]
    destroy: Sequence[Trouble] = field(default=())
    short_lived: Phase | None = None

    @property
    def lag(self) -> float:
        """By how many seconds reads or lists lag behind."""
        lags: list[float] = [self.condition.get("lag", 0), self.behaviour["dialect"].get("listLag", 0)]
        return max(lags)


def plan(seed: int, api: Api = "cloud") -> Plan:
    """Draws the plan of a seed."""
    dice = random.Random(f"{api} {seed}")
    scene = first_scene(dice, api)
    later = changed(scene, dice)
    drawn = Plan(
        seed=seed,
        api=api,
        config={
            "aiware:api": api,
            "aiware:maxRetries": str(dice.randint(1, 4)),
            "aiware:pollBatchSize": str(dice.choice([2, 50])),
            "aiware:requestTimeout": str(REQUEST_SECONDS),
            "aiware:notFoundGrace": str(GRACE_SECONDS),
            **({"aiware:authHeader": dice.choice(["authorization", "api_key"])} if api == "edge" else {}),
        },
        behaviour={
            "jobSeconds": dice.choice([0, 0, 0.5, 1]),
            "exportSeconds": dice.choice([0, 0.3]),
            "clusterSeconds": dice.choice([0, 0.3]),
            "engines": _failing_engines(scene, dice),
            "dialect": dice.choice(DIALECTS),
            "recordRequests": True,
        },
        condition=dice.choice(CONDITIONS),
        logs_in=dice.random() < 0.3,
        skips_checkpoints=random.Random(f"write {api} {seed}").random() < 0.5,
        phases=[
            Phase(scene, _troubles(dice, api, _creations(scene, api))),
            Phase(later, _troubles(dice, api, _changes(scene, later, api))),
        ],
        destroy=[_trouble(dice, api, ENDS[api])] if dice.random() < 0.7 else [],
    )
    more = dice.random()
    if more < 0.4:
        return replace(drawn, short_lived=_short_lived(scene, dice, api))
    back = Phase(scene, _troubles(dice, api, _changes(later, scene, api)))
    return replace(drawn, phases=[*drawn.phases, back]) if more < 0.7 else drawn


def _short_lived(scene: Scene, dice: random.Random, api: Api) -> Phase:
    """The first program again, without what waits for jobs; nothing is killed, since a destroy looks for nothing."""
    started = replace(scene, exports=())
    return Phase(started, [replace(_trouble(dice, api, _creations(started, api)), kill=None)])


def _creations(scene: Scene, api: Api) -> list[str]:
    """Every creation that a scene takes, as often as it takes it."""
    if api == "edge":
        return ["createJob"] * (len(scene.jobs) + len(scene.entries))
    return [
        *["createCluster"] * len(scene.clusters),
        *["createTDO"] * (len(scene.tdos) + len(scene.uploads)),
        *["createAsset"] * (sum(tdo.has_file for tdo in scene.tdos) + len(scene.uploads)),
        *["createJob"] * (len(scene.jobs) + len(scene.entries)),
        *["createExportRequest"] * (len(scene.exports) + sum(fleet.has_files for fleet in scene.fleets)),
    ]


def _changes(scene: Scene, later: Scene, api: Api) -> list[str]:
    """Every change that it takes to get from one scene to the next, more or less."""
    run = len({*later.jobs} - {*scene.jobs}) + len(later.entries - scene.entries)
    if api == "edge":
        return ["createJob"] * run + ["deleteJob"]
    clusters = [pair for pair in zip(scene.clusters, later.clusters, strict=True) if pair[0] != pair[1]]
    replaced = sum(before.memory != after.memory for before, after in clusters)
    return [
        *["createJob"] * run,
        *["createTDO", "createAsset"] * len(later.uploads - scene.uploads),
        *["updateTDO"] * len({*later.tdos} - {*scene.tdos}),
        *["updateCluster"] * (len(clusters) - replaced),
        *["deleteCluster", "createCluster"] * replaced,
    ]


def _failing_engines(scene: Scene, dice: random.Random) -> dict[str, Any]:
    failing = sorted({job.fails_on for job in scene.jobs if job.fails_on is not None})
    fail = {"reason": "internal_error", "message": "It was told to."}
    return {engine: {"fail": fail, "failTimes": dice.randint(1, 2)} for engine in failing}


def _troubles(dice: random.Random, api: Api, operations: Sequence[str]) -> list[Trouble]:
    # By the second run, most of it may have been done; whatever it does, it asks aiWARE a few things.
    return [_trouble(dice, api, operations), *(_trouble(dice, api, ()) for _ in range(dice.choice([0, 0, 1])))]


def _trouble(dice: random.Random, api: Api, operations: Sequence[str]) -> Trouble:
    faults = [_fault(dice, api, operations) for _ in range(dice.randint(1, 5))]
    if dice.random() < 0.2:
        faults.append(Fault(LOGINS[api], _action(dice)))
    kill = _kill(dice, operations) if dice.random() < 0.8 else None
    return Trouble(faults, kill, "jobs" if dice.random() < 0.2 else None)


def _fault(dice: random.Random, api: Api, operations: Sequence[str]) -> Fault:
    operation = dice.choice(
        [dice.choice(operations or READS[api]), dice.choice(MUTATIONS[api]), dice.choice(READS[api])]
    )
    action = _action(dice)
    # A download tells no errors of GraphQL. Half of a text that comes with its own length is a whole one to any client.
    if operation == "download" and action.keys() & {"graphqlError", "malformed"}:
        action = {"status": 503}
    if dice.random() < 0.15:
        return Fault(operation, dice.choice([{"hang": True}, {"hang": True}, {"drip": dice.choice([2, 500])}]))
    return Fault(operation, action, times=dice.choice([1, 1, 1, 2, 3]), after=dice.choice([0, 0, 0, 1, 2]))


def _action(dice: random.Random) -> dict[str, Any]:
    match dice.randrange(9):
        case 0:
            return {"status": 429, "retryAfter": dice.randint(0, 1)}
        case 1:
            return {"status": dice.choice([500, 502, 503])}
        case 2:
            return {"status": dice.choice([502, 503]), "retryAfter": dice.randint(0, 1)}
        case 3 | 4:
            return {"graphqlError": dice.choice(ERROR_NAMES)}
        case 5 | 6:
            return {"dropResponse": True}
        case 7:
            return {"refuse": True}
        case _:
            return dice.choice([{"malformed": True}, {"delaySeconds": round(dice.uniform(0.05, 0.3), 2)}])


def _kill(dice: random.Random, operations: Sequence[str]) -> Kill:
    process: Process = dice.choice(["engine", "engine", "machine", "program", "provider", "provider"])
    ways = [signal.SIGKILL] if process == "machine" else [signal.SIGKILL, signal.SIGINT, signal.SIGTERM]
    chosen = dice.choice(ways)
    delay = KILL_DELAY + dice.randint(1, 999) / 10_000
    operation = dice.choice([None, *operations])
    passing = dice.randint(0, 15) if operation is None else dice.randrange(operations.count(operation))
    during = Fault(operation, {"delaySeconds": delay}, after=passing)
    again = process == "engine" and chosen is not signal.SIGKILL and dice.random() < 0.4
    return Kill(process, chosen, during, again)
