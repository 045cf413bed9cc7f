"""Looking things up in aiWARE by name or id, once a run: what is found is kept as long as the connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from aiware_resources.api import Api, CatalogueEngineRecord, ClusterRecord, EngineCategoryRecord, JobRecord, TdoRecord
from aiware_resources.errors import InvalidInput, NotFound
from aiware_resources.text import commands
from aiware_resources.text.words import near

T = TypeVar("T")

ENGINE_TYPES = ("Cognition", "Ingestion", "Aggregator")
"""The types of engine that aiWARE can be asked for (enum ``EngineTypeFilter``)."""

_MOST_IDS = 10
"""So many of those that have the same name are named."""

_MOST_NAMES = 5_000
"""Among so many of the newest objects a similar name is looked for, which takes its time."""


class Named(Protocol):
    """Something that has an id and a name."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def name(self) -> str | None:
        """Its name; not unique."""


N = TypeVar("N", bound=Named)


class Catalogue:
    """What one aiWARE offers. Thread-safe; each question is asked once, answers do not change afterwards.

    Args:
        api: The API to ask.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._answers: dict[Hashable, Any] = {}
        self._engines: dict[str, CatalogueEngineRecord | None] = {}
        # One question at a time: hundreds of jobs that ask for the same engines wait for one answer.
        self._lock = threading.RLock()

    def engines_by_id(self, ids: Iterable[str]) -> dict[str, CatalogueEngineRecord]:
        """Reads engines (query ``engines(ids:)``): one request for all that are not known yet.

        Returns:
            The engines by id; those that aiWARE does not have are left out.

        Raises:
            ApiError: If they could not be read.
        """
        wanted = list(dict.fromkeys(ids))
        with self._lock:
            missing = [id_ for id_ in wanted if id_ not in self._engines]
            if missing:
                found = self._api.engines(missing)
                self._engines |= {id_: found.get(id_) for id_ in missing}
            known = [self._engines[id_] for id_ in wanted]
        return {engine.id: engine for engine in known if engine is not None}

    def engines(
        self, category: str | None = None, name: str | None = None, of_type: str | None = None
    ) -> Sequence[CatalogueEngineRecord]:
        """Finds engines (query ``engines``).

        Args:
            category: Name of their category, such as ``Transcription``.
            name: What their name contains.
            of_type: Type of their category: ``Cognition``, ``Ingestion`` or ``Aggregator``.

        Raises:
            InvalidInput: There is no such type.
            ApiError: If they could not be read.
        """
        of_type = _engine_type(of_type)
        key = ("engines", category, name, of_type)
        return self._once(key, lambda: list(self._api.find_engines(category=category, name=name, of_type=of_type)))

    def engine(self, id_or_name: str) -> CatalogueEngineRecord:
        """Finds one engine, by its id or its exact name.

        Raises:
            NotFound: There is none; similar names are named.
            InvalidInput: Several are called so; their ids are named.
            ApiError: If it could not be looked for.
        """
        by_id = self.engines_by_id([id_or_name]).get(id_or_name)
        if by_id is not None:
            return by_id
        named = [engine for engine in self.engines(name=id_or_name) if engine.name == id_or_name]
        return _only("engine", id_or_name, named, self.engines)

    def categories(self, of_type: str | None = None) -> Sequence[EngineCategoryRecord]:
        """Finds engine categories (query ``engineCategories``).

        Args:
            of_type: Only those of this type, such as ``Cognition``.

        Raises:
            ApiError: If they could not be read.
        """
        return self._once(("categories", of_type), lambda: list(self._api.engine_categories(of_type)))

    def clusters(self) -> Sequence[ClusterRecord]:
        """Lists the clusters that the organization owns or may see (query ``clusters``).

        Raises:
            ApiError: If they could not be read.
        """
        return self._once("clusters", self._api.all_clusters)

    def cluster_by_id(self, cluster_id: str) -> ClusterRecord | None:
        """Reads one cluster (query ``clusters(id:)``); ``None`` when aiWARE does not have it.

        Raises:
            ApiError: If it could not be read.
        """
        return self._once(("cluster", cluster_id), lambda: self._api.clusters([cluster_id]).get(cluster_id))

    def cluster(self, name_or_id: str) -> ClusterRecord:
        """Finds one cluster, by its exact name or its id.

        Raises:
            NotFound: There is none; similar names are named.
            InvalidInput: Several are called so; their ids are named.
            ApiError: If it could not be looked for.
        """
        named = self._once(("clusters named", name_or_id), lambda: self._api.clusters_named(name_or_id))
        by_id = None if named else self.cluster_by_id(name_or_id)
        return by_id or _only("cluster", name_or_id, named, self.clusters)

    def tdo(self, name: str, since: datetime | None = None) -> TdoRecord:
        """Finds one TDO by its exact name, in a list of all (query ``temporalDataObjects``, which cannot filter by it).

        Args:
            name: The name.
            since: Only among those created since this moment.

        Raises:
            NotFound: There is none; similar names are named.
            InvalidInput: Several are called so; their ids are named.
            ApiError: If they could not be listed.
        """
        # What engines write there can be large, and is not asked for.
        listed = self._once(
            ("tdos", since),
            lambda: [each.model_copy(update={"details": None}) for each in self._api.find_tdos(since=since)],
        )
        return _only("TDO", name, [each for each in listed if each.name == name], lambda: listed[:_MOST_NAMES])

    def job(
        self,
        name: str,
        *,
        target_id: str | None = None,
        cluster_id: str | None = None,
        since: datetime | None = None,
    ) -> JobRecord:
        """Finds one job by its exact name, in a list of all (query ``jobs``, which cannot filter by it).

        Args:
            name: The name.
            target_id: Only among those on this TDO.
            cluster_id: Only among those on this cluster.
            since: Only among those created since this moment.

        Raises:
            NotFound: There is none; similar names are named.
            InvalidInput: Several are called so; their ids are named.
            ApiError: If they could not be listed.
        """
        among: dict[str, Any] = {"target_id": target_id, "cluster_id": cluster_id, "since": since}
        listed = self._once(("jobs", *among.values()), lambda: list(self._api.find_jobs(**among)))
        return _only("job", name, [each for each in listed if each.name == name], lambda: listed[:_MOST_NAMES])

    def _once(self, key: Hashable, ask: Callable[[], T]) -> T:
        with self._lock:
            if key not in self._answers:
                self._answers[key] = ask()
            answer: T = self._answers[key]
            return answer


_catalogues: dict[Api, Catalogue] = {}
_catalogues_lock = threading.Lock()


def catalogue_of(api: Api) -> Catalogue:
    """The catalogue behind a connection: the same one for the same settings in one process."""
    with _catalogues_lock:
        return _catalogues.setdefault(api, Catalogue(api))


def _engine_type(of_type: str | None) -> str | None:
    """The type as aiWARE spells it."""
    if of_type is None:
        return None
    for known in ENGINE_TYPES:
        if known.casefold() == of_type.casefold():
            return known
    raise InvalidInput(
        f'"{of_type}" is not a type of engine.', remedy=f"The types are {', '.join(ENGINE_TYPES)}.", operation="engines"
    )


def _only(kind: str, wanted: str, found: Sequence[N], listing: Callable[[], Iterable[Named]]) -> N:
    if len(found) == 1:
        return found[0]
    if found:
        named = [each.id for each in found[:_MOST_IDS]]
        more = [f"and {len(found) - len(named):,} more"] if len(found) > len(named) else []
        raise InvalidInput(
            f'{len(found):,} {kind}s are called "{wanted}": {", ".join([*named, *more])}.',
            remedy="Give the id of the one you mean.",
            operation=f"{kind}s",
        )
    ids = {each.name: each.id for each in listing() if each.name}
    meant = [f'"{name}" ({ids[name]})' for name in near(wanted, ids, most=3)]
    lists = commands.aiware(f"{kind.lower()}s", "list")
    raise NotFound(
        f'aiWARE has no {kind} "{wanted}" that this token can see.',
        remedy=f"Did you mean {' or '.join(meant)}?" if meant else f"{lists} shows what there is.",
        operation=f"{kind}s",
    )
