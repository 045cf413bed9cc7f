"""Reading the objects that are to be declared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from aiware_resources.api import Api, ClusterRecord
from aiware_resources.catalogue import Catalogue
from aiware_resources.cli.adoption.declaration import Declaration
from aiware_resources.cli.adoption.entities import of_cluster, of_export, of_job, of_tdo
from aiware_resources.errors import AdoptionError, NotFound

R = TypeVar("R")


@dataclass(frozen=True)
class Wanted:
    """Which objects are to be declared.

    Attributes:
        clusters: Ids or exact names of clusters.
        all_clusters: Whether to declare every cluster that the organization owns.
        tdos: Ids of TDOs.
        jobs: Ids of jobs.
        exports: Ids of export requests.
    """

    clusters: Sequence[str] = ()
    all_clusters: bool = False
    tdos: Sequence[str] = ()
    jobs: Sequence[str] = ()
    exports: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.clusters or self.all_clusters or self.tdos or self.jobs or self.exports)


def declared(api: Api, wanted: Wanted) -> list[Declaration]:
    """Reads objects and says how each is declared; those that others refer to come first.

    Args:
        api: Where they are.
        wanted: Which ones; one that is named twice is declared once.

    Raises:
        NotFound: There is no such object that this token can see.
        AdoptionError: One cannot be declared as it is.
        ApiError: If they could not be read.
    """
    clusters = {record.id: record for record in _clusters(api, wanted)}
    jobs = [api.job_details(job_id) for job_id in dict.fromkeys(wanted.jobs)]
    return [
        *map(of_cluster, clusters.values()),
        *map(of_tdo, _all("TDO", "temporalDataObject", wanted.tdos, api.tdos)),
        *(of_job(job, needs_target=api.abilities.needs_target) for job in jobs),
        *map(of_export, _all("export request", "exportRequests", wanted.exports, api.export_requests)),
    ]


def _clusters(api: Api, wanted: Wanted) -> Iterator[ClusterRecord]:
    catalogue = Catalogue(api)
    for name_or_id in wanted.clusters:
        yield _usable(catalogue.cluster(name_or_id))
    if wanted.all_clusters:
        own = _organization(api)
        yield from (
            each for each in catalogue.clusters() if each.status != "terminated" and own in (None, each.organization_id)
        )


def _usable(cluster: ClusterRecord) -> ClusterRecord:
    if cluster.status == "terminated":
        raise AdoptionError(f"cluster {cluster.id} is terminated, so there is nothing to adopt.")
    return cluster


def _organization(api: Api) -> str | None:
    """The organization of the token; ``None`` for an API key, which belongs to no user and does not tell."""
    try:
        return api.me().organization_id
    except NotFound:
        return None


def _all(kind: str, operation: str, ids: Iterable[str], read: Callable[[Sequence[str]], Mapping[str, R]]) -> list[R]:
    wanted = list(dict.fromkeys(ids))
    found = read(wanted) if wanted else {}
    missing = [id_ for id_ in wanted if id_ not in found]
    if missing:
        raise NotFound(
            f"aiWARE has no {kind} {' and no '.join(missing)} that this token can see.",
            remedy="Check the id, and the organization that the token belongs to.",
            operation=operation,
            object_id=missing[0],
        )
    return [found[id_] for id_ in wanted]
