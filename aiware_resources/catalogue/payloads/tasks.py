"""Does each task of a job suit its engine, and its engine the cluster?

aiWARE takes a job whose payload its engines cannot use, and the job fails an hour later. So what the engine catalogue
says is compared with the tasks in the preview. What the catalogue does not know of is a warning at most.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from aiware_resources import engines
from aiware_resources.api import CatalogueEngineRecord, connect
from aiware_resources.catalogue import Catalogue, catalogue_of
from aiware_resources.catalogue.allowed_engines import ALLOWED_KEY, AllowedEngines, declared
from aiware_resources.catalogue.payloads.payload import TaskPayload
from aiware_resources.errors import AiwareError
from aiware_resources.reconcile import Path, Problem, Props, owned, path_text
from aiware_resources.reconcile.holders import OWNER_KEY
from aiware_resources.settings import Settings
from aiware_resources.text import commands
from aiware_resources.text.words import near

T = TypeVar("T")

log = logging.getLogger("aiware")

UNUSABLE = frozenset({"disabled", "deleted"})
"""States in which an engine is listed and does not run."""

_unreachable: set[Settings] = set()
_asking = threading.Lock()


class _OutOfReach(Exception):
    """The catalogue cannot be asked."""


def problems(
    settings: Settings, known: Props, unknown: frozenset[Path], tell: Callable[[str], object] = log.warning
) -> Iterator[Problem]:
    """What is wrong with a job's tasks in the eyes of the engine catalogue (query ``engines(ids:)``).

    All engines that are not known yet are asked for in one request, once a provider process. When aiWARE cannot be
    asked, that is a warning and no problem; so is everything that is merely odd.

    Args:
        settings: The stack's settings.
        known: The job's properties, without what is not known yet.
        unknown: The paths of that.
        tell: Told what is merely odd, in a sentence that names the resource.

    Yields:
        Each problem with its property path, such as ``tasks[2].payload.customFFMPEGProperties.chunkSizeInSeconds``.
    """
    tasks = dict(_tasks(known.get("tasks"), ("tasks",)))
    target: Any = known.get("target")
    is_empty = isinstance(target, dict) and not any(path[:2] == ("target", "assets") for path in unknown)
    is_empty = is_empty and all(asset.get("assetType") != "media" for asset in target.get("assets") or ())
    ids = {path: str(task["engineId"]) for path, task in tasks.items() if _is_id(task.get("engineId"))}
    if not ids:
        return
    owner = str(known.get(OWNER_KEY, "job")).rpartition("/")[2]
    try:
        found = _ask(settings, lambda catalogue: catalogue.engines_by_id(ids.values()))
        used = {path: found[engine_id] for path, engine_id in ids.items() if engine_id in found}
        for path, engine_id in ids.items():
            if path not in used:
                yield Problem((*path, "engineId"), _no_engine(engine_id))
            else:
                yield from _task_problems(TaskPayload(tasks[path], path, used[path], unknown, is_empty), owner, tell)
        if _is_id(known.get("clusterId")):
            yield from _cluster_problems(settings, str(known["clusterId"]), used)
        elif isinstance(known.get(ALLOWED_KEY), dict):
            yield from _refused(AllowedEngines.of(known[ALLOWED_KEY]), "this program's cluster", used)
    except _OutOfReach:
        return


def _ask(settings: Settings, question: Callable[[Catalogue], T]) -> T:
    """Asks the catalogue; once it has proved out of reach, it is not asked again in this process.

    Raises:
        _OutOfReach: When it cannot be asked.
    """
    with _asking:
        if settings in _unreachable:
            raise _OutOfReach
        try:
            return question(catalogue_of(connect(settings)))
        except AiwareError as error:
            _unreachable.add(settings)
            log.warning("warning: the tasks of jobs could not be checked against the engine catalogue: %s", error)
            raise _OutOfReach from error


def _tasks(value: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every task with its path, standby tasks too."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _tasks(item, (*path, index))
    elif isinstance(value, dict):
        yield path, value
        yield from _tasks(value.get("standbyTask"), (*path, "standbyTask"))


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip() != ""


def _task_problems(payload: TaskPayload, owner: str, tell: Callable[[str], object]) -> Iterator[Problem]:
    yield from payload.problems()
    if payload.engine.state in UNUSABLE:
        payload.oddities.append(
            f"{path_text(payload.path)}.engineId: engine {payload.engine.name} is {payload.engine.state}"
        )
    for oddity in payload.oddities:
        tell(f"warning: {owner}: {oddity}")


def _no_engine(engine_id: str) -> str:
    meant = [id_ for id_, name in engines.NAMES.items() if name.casefold() == engine_id.casefold()]
    meant = meant or near(engine_id, engines.NAMES)
    lists = f"{commands.aiware('engines', 'list')} lists what it has"
    hint = f"did you mean {meant[0]} ({engines.NAMES[meant[0]]})?" if meant else lists
    return f'aiWARE has no engine "{engine_id}" that this token can see: {hint}'


def _cluster_problems(
    settings: Settings, cluster_id: str, used: Mapping[Path, CatalogueEngineRecord]
) -> Iterator[Problem]:
    allowed = declared.get(cluster_id)
    if allowed is None:
        record = _ask(settings, lambda catalogue: catalogue.cluster_by_id(cluster_id))
        if record is not None:
            allowed = AllowedEngines.of(record.properties())
        elif not owned.has(cluster_id):
            hint = f"{commands.aiware('clusters', 'list')} lists those it has"
            yield Problem(("clusterId",), f'aiWARE has no cluster "{cluster_id}" that this token can see: {hint}')
    if allowed is not None:
        yield from _refused(allowed, f"cluster {cluster_id}", used)


def _refused(allowed: AllowedEngines, cluster: str, used: Mapping[Path, CatalogueEngineRecord]) -> Iterator[Problem]:
    """The engines that may not run on a cluster."""
    for path, engine in used.items():
        if not allowed.allow(engine.id):
            yield Problem(
                (*path, "engineId"),
                f"engine {engine.id} ({engine.name}) may not run on {cluster}: add it to the cluster's allowed "
                "engines, or choose another cluster",
            )
