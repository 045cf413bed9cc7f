"""Carries out a plan: lets things go wrong, then lets them settle, and tells what is wrong in the end."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.ledger import Ledger
from tests.faults.plan import KILL_DELAY, Kill, Phase, Plan, Trouble
from tests.faults.processes import run
from tests.faults.programs import FILE, JobSpec, write_talks
from tests.faults.strangers import move_in, submit
from tests.support.local import Local
from tests.support.project import Project

UP = ("up", "--yes", "--skip-preview")
DESTROY = ("destroy", "--yes", "--skip-preview")
STORY = "story.log"
"""What was run, what went wrong with it, and what it said; in the project's folder."""
REST_SECONDS = 30.0
HIDDEN_SECONDS = 60.0
"""How long an object cannot be read at the most: a run that awaits it goes on for ten minutes."""
LONG_JOB_SECONDS = 600
"""A job that takes so long runs on unless it is cancelled."""
CONDITIONS_OF_FAULTS = frozenset({"lag", "unreadable", "totalCount"})
"""Faults that last, and do not act on one request."""
AT_REST = frozenset({"complete", "failed", "cancelled"})
MOST_RUNS = 8
"""So many undisturbed runs may be needed until a program settles: failing engines and left-over faults take a few."""


@dataclass
class Told:
    """What became of a plan.

    Attributes:
        problems: What is wrong; empty when all is well.
        counts: Kills, faults and runs, by kind.
    """

    problems: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class Driver:
    """Carries out one plan in a folder of its own.

    Args:
        plan: The plan.
        folder: Where its project is to be.
        python: A virtual environment whose Python forks programs and provider hosts; without it they are a user's.
    """

    def __init__(self, plan: Plan, folder: Path, python: Path | None = None) -> None:
        self._plan = plan
        self._project = Project(folder, python=python)
        (folder / FILE).write_text("What was said.\n")
        for fleet in (fleet for phase in plan.phases for fleet in phase.scene.fleets if fleet.uploads):
            write_talks(folder, fleet)
        self._local = Local(self._project.data, folder)
        self._told = Told()
        self._declared: Sequence[JobSpec] = ()
        self._ledger = Ledger(self._project, self._local, plan.api)

    def close(self) -> None:
        """Stops the local aiWARE."""
        self._local.stop()

    def carry_out(self) -> Told:
        """Carries the plan out, as far as it goes well."""
        self._settle_in()
        for phase in self._plan.phases:
            if not self._told.problems:
                self._carry_out(phase)
        if not self._told.problems:
            self._destroy()
        if self._plan.short_lived is not None and not self._told.problems:
            self._destroy_while_it_runs(self._plan.short_lived)
        for kind in ("duplicate", "orphan"):
            self._told.counts[f"{kind}s"] = sum(problem.startswith(kind) for problem in self._told.problems)
        self._tell(f"=== counts: {json.dumps(self._told.counts)}")
        self._tell("\n".join(["=== problems:", *self._told.problems]))
        return self._told

    def _settle_in(self) -> None:
        self._local.behave(jobSeconds=0, exportSeconds=0, clusterSeconds=0)
        move_in(self._local)
        self._note_strangers()
        self._local.behave(**self._plan.behaviour)
        self._set_condition()
        self._log_in()
        self._project.environment["PULUMI_SKIP_CHECKPOINTS"] = str(self._plan.skips_checkpoints).lower()
        self._project.config(**{key.replace(":", "__"): value for key, value in self._plan.config.items()})
        self._project.init()

    def _set_condition(self) -> None:
        if self._plan.condition:
            self._local.fault(self._plan.condition)

    def _log_in(self) -> None:
        """Gives the program a user's name and password, in the environment."""
        if not self._plan.logs_in:
            return
        server, known = self._local.server, self._local.credentials
        address = server.edge_url if self._plan.api == "edge" else server.graphql_url
        self._project.config(aiware__endpoint=address)
        self._project.environment |= {"AIWARE_USERNAME": known["userName"], "AIWARE_PASSWORD": known["password"]}

    def _carry_out(self, phase: Phase) -> None:
        earlier = self._ledger.known("jobs")
        again = {*phase.scene.jobs} - {*self._declared}
        self._declared = phase.scene.jobs
        self._project.program(phase.scene.source())
        for trouble in phase.runs:
            self._run(UP, trouble)
        if self._settled(UP):
            self._told.problems += self._ledger.problems(phase.scene)
            self._told.problems += self._ledger.taken_again(again, earlier)
            self._told.counts["export requests made again"] = self._ledger.surplus_exports()
            preview = self._project.preview()
            self._told.problems += [f"the next preview has {op} {name}" for name, op in preview.items()]
            self._somebody_submits_the_same()

    def _somebody_submits_the_same(self) -> None:
        """Somebody else submits a job on one of the stack's TDOs, equal to one that is still to be declared."""
        tdo = self._ledger.id_of("TemporalDataObject", "tdo_0")
        if tdo is not None:
            self._local.behave(jobSeconds=0)
            submit(self._local, tdo, "later.txt")
            self._local.behave(jobSeconds=self._plan.behaviour["jobSeconds"])
            self._note_strangers()

    def _note_strangers(self) -> None:
        """Takes note of what is somebody else's, once it has come to rest."""
        deadline = time.monotonic() + REST_SECONDS
        while any(each["status"] not in AT_REST for each in self._under_way()):
            assert time.monotonic() < deadline, "what is somebody else's does not come to rest"
            time.sleep(0.05)
        self._ledger.before()

    def _under_way(self) -> list[dict[str, Any]]:
        objects = self._local.objects()
        return [*objects["jobs"], *objects["exports"]]

    def _destroy(self) -> None:
        for trouble in self._plan.destroy:
            self._run(DESTROY, trouble)
        if self._settled(DESTROY):
            self._told.problems += self._ledger.problems_after_destroy()

    def _destroy_while_it_runs(self, phase: Phase) -> None:
        """Declares what was destroyed once more, and destroys it while its jobs run, new ones all."""
        earlier = self._ledger.known("jobs")
        self._local.behave(jobSeconds=LONG_JOB_SECONDS)
        self._project.config(aiware__wait="false")
        self._project.program(phase.scene.source())
        for trouble in phase.runs:
            self._run(UP, trouble)
        if self._settled(UP):
            self._told.problems += self._ledger.taken_again(phase.scene.jobs, earlier)
            self._destroy()

    def _settled(self, command: tuple[str, ...]) -> bool:
        for _ in range(MOST_RUNS):
            if self._run(command, Trouble()) == 0:
                # What has not gone wrong by now would go wrong with what is looked at from here on.
                self._local.clear_faults()
                self._set_condition()
                return True
        self._told.problems.append(f"{command[0]} did not settle within {MOST_RUNS} runs")
        return False

    def _run(self, command: tuple[str, ...], trouble: Trouble) -> int:
        for fault in trouble.faults:
            self._local.fault(fault.action, operation=fault.operation, times=fault.times, after=fault.after)
        with self._hidden(trouble) as hidden:
            before = self._still_to_come()
            ran, killed, left = run(self._project, self._local, command, trouble.kill)
        self._told.problems += [f"left running after {command[0]}: {each}" for each in left]
        acted = before - self._still_to_come()
        if hidden:
            acted["unreadable"] += 1
        self._told.counts[command[0]] += 1
        self._count(trouble, killed, acted)
        self._ledger.note(ran.output)
        ending = "settled" if ran.code == 0 else f"ended with {ran.code}"
        self._tell(f"=== {command[0]}: {_words(trouble)}; {ending}\n{ran.output}")
        self._unlock()
        if killed:
            # What was under way is applied, and shown, before somebody starts the next run.
            time.sleep(KILL_DELAY + self._plan.lag if self._plan.lag else 0)
        return ran.code

    @contextmanager
    def _hidden(self, trouble: Trouble) -> Iterator[bool]:
        """Makes one object of the state unreadable for a while, if there is one."""
        known = self._ledger.ids(trouble.unreadable) if trouble.unreadable else []
        if not known:
            yield False
            return
        self._local.fault({"unreadable": known[:1]})
        shown = threading.Timer(HIDDEN_SECONDS, self._show_again)
        shown.start()
        try:
            yield True
        finally:
            shown.cancel()
            shown.join()
            self._show_again()

    def _show_again(self) -> None:
        """Makes all objects readable again; what else is still to go wrong stays."""
        self._local.set_faults([fault for fault in self._local.faults() if "unreadable" not in fault["action"]])

    def _tell(self, what: str) -> None:
        with (self._project.folder / STORY).open("a") as story:
            story.write(f"{what}\n")

    def _count(self, trouble: Trouble, killed: bool, acted: Counter[str]) -> None:
        conditions = [*self._plan.condition, *(f"dialect {name}" for name in self._plan.behaviour["dialect"])]
        conditions += ["skipped checkpoints"] if self._plan.skips_checkpoints else []
        self._told.counts.update({f"run under {name}": 1 for name in conditions})
        self._told.counts.update({f"fault {kind}": count for kind, count in acted.items()})
        if trouble.kill is not None:
            self._told.counts[f"kill {trouble.kill.kind}" if killed else "kill that came too late"] += 1

    def _still_to_come(self) -> Counter[str]:
        """How often each kind of fault is still to act; the delays that kills need are no faults."""
        counted: Counter[str] = Counter()
        for fault in self._local.faults():
            (name, value), *_ = fault["action"].items()
            kind = f"{name} {value}" if name in {"status", "graphqlError"} else name
            counted[kind] += 0 if name in CONDITIONS_OF_FAULTS else fault.get("times", 1)
        return counted

    def _unlock(self) -> None:
        """Does what a person does after a killed run: makes sure that it is dead, and takes its lock away."""
        locks = Path(self._project.folder, "state", ".pulumi", "locks")
        if any(path.is_file() for path in locks.rglob("*")):
            cancelled = self._project.pulumi("cancel", "--yes")
            self._ledger.note(cancelled.output)
            self._told.counts["cancel"] += 1


def _words(trouble: Trouble) -> str:
    faults = [
        f"{fault.operation or 'any'} {fault.action} x{fault.times} after {fault.after}" for fault in trouble.faults
    ]
    faults += [f"one of the {trouble.unreadable} unreadable"] if trouble.unreadable else []
    return ", ".join([*faults, *([_kill_in_words(trouble.kill)] if trouble.kill else [])]) or "undisturbed"


def _kill_in_words(kill: Kill) -> str:
    return f"{kill.kind} during {kill.during.operation or 'any'} number {kill.during.after + 1}"
