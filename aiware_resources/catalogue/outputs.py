"""Look-ups for programs: Outputs, in previews too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypedDict, TypeVar, cast

import pulumi

from aiware_resources.api import Api
from aiware_resources.api.records import Record
from aiware_resources.catalogue.lookups import Catalogue
from aiware_resources.errors import AiwareError, InvalidInput
from aiware_resources.reconcile import mocks
from aiware_resources.reconcile.explicit import asked_through
from aiware_resources.text.times import PointInTime, parse_time
from aiware_resources.waiting import monitor_for, of_run

T = TypeVar("T")


class PicklistOption(TypedDict):
    """One value of a picklist: ``key`` is the label for people, ``value`` goes into the payload."""

    key: str | None
    value: str


class EngineField(TypedDict):
    """A custom field of an engine: a key of its payload, and which values it takes.

    Attributes:
        name: The key; with dots for a key inside an object of the payload.
        type: ``Number``, ``Picklist``, ``MultiPicklist``, ``Text`` or ``SchemaSelection``.
        label: Name for people.
        info: What it is for.
        required: Whether the payload must have it.
        min: Smallest number.
        max: Largest number.
        step: Distance between the numbers that are possible.
        defaultValue: What applies without it, as text.
        defaultValues: The same of a MultiPicklist.
        options: The values of a picklist.
    """

    name: str
    type: str
    label: str | None
    info: str | None
    required: bool | None
    min: float | None
    max: float | None
    step: float | None
    defaultValue: str | None
    defaultValues: list[str]
    options: list[PicklistOption]


class CategoryType(TypedDict):
    """What kind of engines a category holds."""

    name: str | None


class Category(TypedDict):
    """The category of an engine."""

    id: str
    name: str | None
    categoryType: str | None
    type: CategoryType | None


class EngineCategory(Category):
    """A category of engines.

    Attributes:
        id: Its id.
        name: Its name, such as ``Transcription``.
        categoryType: A short key, such as ``transcript``.
        type: Its type: ``{"name": "Cognition"}``.
        description: What its engines are good for.
        totalEngines: How many engines it has.
    """

    description: str | None
    totalEngines: int | None


class Engine(TypedDict):
    """An engine.

    Attributes:
        id: Its id: the ``engine_id`` of a task.
        name: Its name.
        description: What it does.
        state: ``active`` when it can be used.
        mode: What it takes: ``Chunk``, ``Stream`` or ``Batch``.
        category: Its category.
        libraryRequired: Whether its payload must carry a ``libraryId``.
        fields: What its payload may hold.
        supportedInputFormats: MIME types that it reads.
        outputFormats: MIME types that it writes.
    """

    id: str
    name: str | None
    description: str | None
    state: str | None
    mode: str | None
    category: Category | None
    libraryRequired: bool | None
    fields: list[EngineField]
    supportedInputFormats: list[str]
    outputFormats: list[str]


class Collaborator(TypedDict):
    """An organization that a cluster is shared with."""

    organizationId: str
    permission: str


class Subscription(TypedDict):
    """A user who is told about a cluster's state."""

    userId: str
    isActive: bool


class ClusterInfo(TypedDict):
    """A cluster. Sizes are in bytes.

    Attributes:
        id: Its id: the ``cluster_id`` of a job.
        name: Its name; not unique.
        type: ``RT`` and others.
        organizationId: The organization that owns it.
        allowedEngines: Ids of the engines that may run on it, or ``all``.
        containerTag: Tag of its containers.
        paused: Whether it takes no work at the moment.
        memorySizeBytes: Its memory.
        storageSizeBytes: Its storage.
        bypassAllowedEngines: Whether any engine may run on it.
        collaborators: Organizations that it is shared with.
        subscriptions: Users who are told about its state.
        tags: Its tags.
        status: Such as ``active``.
        targetStatus: Where a deployment is heading.
        clusterConfig: Any JSON.
        mediaStorage: Where media is kept.
        mediaStoragePath: Path there.
        restartTimeUTC: When it restarts daily.
        createdDateTime: When it was created.
        deletedDateTime: Always ``None``: deleted clusters are not shown.
    """

    id: str
    name: str | None
    type: str | None
    organizationId: str | None
    allowedEngines: list[str] | None
    containerTag: str | None
    paused: bool | None
    memorySizeBytes: float | None
    storageSizeBytes: float | None
    bypassAllowedEngines: bool | None
    collaborators: list[Collaborator]
    subscriptions: list[Subscription]
    tags: list[str] | None
    status: str
    targetStatus: str | None
    clusterConfig: Any
    mediaStorage: str | None
    mediaStoragePath: str | None
    restartTimeUTC: str | None
    createdDateTime: str | None
    deletedDateTime: str | None


class TdoInfo(TypedDict):
    """A TDO. `TemporalDataObject.get` reads more of it by its id.

    Attributes:
        id: Its id: the ``target_id`` of a job.
        name: Its name; not unique.
        description: What it is.
        startDateTime: When the recording starts.
        stopDateTime: When it ends.
        status: Free text, such as ``downloaded``.
        createdDateTime: When it was created.
    """

    id: str
    name: str | None
    description: str | None
    startDateTime: str | None
    stopDateTime: str | None
    status: str | None
    createdDateTime: str | None


class JobInfo(TypedDict):
    """A job. `Job.get` reads more of it by its id.

    Attributes:
        id: Its id.
        name: Its name; not unique, and ``None`` in older installations.
        status: Its status at this moment, such as ``complete``.
        targetId: The TDO that it works on.
        clusterId: Where it runs.
        createdDateTime: When it was created.
    """

    id: str
    name: str | None
    status: str | None
    targetId: str | None
    clusterId: str | None
    createdDateTime: str | None


def get_engine_categories(
    type: pulumi.Input[str] | None = None,  # noqa: A002 - aiWARE's word for it
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[list[EngineCategory]]:
    """Finds the engine categories (query ``engineCategories``; quickstart/jobs, step two).

    Args:
        type: Only those of this type, such as ``Cognition``.
        opts: ``provider`` or ``parent``: which aiWARE to ask, where it is not the stack's.

    Raises:
        pulumi.RunError: In the program, when aiWARE cannot be asked.
    """
    return _looked_up(
        "getEngineCategories",
        lambda catalogue, given: [found.properties() for found in catalogue.categories(given["type"])],
        [],
        opts,
        type=type,
    )


def get_engines(
    *,
    category: pulumi.Input[str] | None = None,
    name: pulumi.Input[str] | None = None,
    type: pulumi.Input[str] | None = None,  # noqa: A002 - aiWARE's word for it
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[list[Engine]]:
    """Finds engines with their custom fields (query ``engines``; quickstart/jobs, step two).

    Args:
        category: Name of their category, such as ``Translate``.
        name: What their name contains.
        type: Type of their category: ``Cognition``, ``Ingestion`` or ``Aggregator``.
        opts: ``provider`` or ``parent``: which aiWARE to ask, where it is not the stack's.

    Raises:
        pulumi.RunError: In the program, when there is no such type, or aiWARE cannot be asked.
    """
    return _looked_up(
        "getEngines",
        lambda catalogue, given: [
            found.properties() for found in catalogue.engines(given["category"], given["name"], given["type"])
        ],
        [],
        opts,
        category=category,
        name=name,
        type=type,
    )


def get_engine(id_or_name: pulumi.Input[str], opts: pulumi.InvokeOptions | None = None) -> pulumi.Output[Engine]:
    """Finds one engine (query ``engines``).

    Args:
        id_or_name: Its id, or its exact name.
        opts: ``provider`` or ``parent``: which aiWARE to ask, where it is not the stack's.

    Raises:
        pulumi.RunError: In the program, when there is none, or several are called so.
    """
    return _looked_up(
        "getEngine",
        lambda catalogue, given: catalogue.engine(given["engine"]).properties(),
        dict.fromkeys(Engine.__annotations__),
        opts,
        engine=id_or_name,
    )


def get_clusters(opts: pulumi.InvokeOptions | None = None) -> pulumi.Output[list[ClusterInfo]]:
    """Lists the clusters that the organization owns or may see (query ``clusters``; quickstart/jobs, step three).

    Args:
        opts: ``provider`` or ``parent``: which aiWARE to ask, where it is not the stack's.

    Raises:
        pulumi.RunError: In the program, when aiWARE cannot be asked.
    """
    return _looked_up(
        "getClusters", lambda catalogue, _: [found.properties() for found in catalogue.clusters()], [], opts
    )


def get_cluster(name: pulumi.Input[str], opts: pulumi.InvokeOptions | None = None) -> pulumi.Output[ClusterInfo]:
    """Finds one cluster that exists already (query ``clusters(name:, nameMatch: exact)``).

    Args:
        name: Its exact name, or its id.
        opts: ``provider`` or ``parent``: which aiWARE to ask, where it is not the stack's.

    Raises:
        pulumi.RunError: In the program, when there is none, or several are called so.
    """
    return _looked_up(
        "getCluster",
        lambda catalogue, given: catalogue.cluster(given["cluster"]).properties(),
        dict.fromkeys(ClusterInfo.__annotations__),
        opts,
        cluster=name,
    )


def get_temporal_data_object(
    name: pulumi.Input[str],
    *,
    since: pulumi.Input[PointInTime] | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[TdoInfo]:
    """Finds one TDO that exists already, by its name (query ``temporalDataObjects``).

    aiWARE has no filter for names, so all TDOs are listed, once a run: a request for every 30.

    Args:
        name: Its exact name.
        since: Only among those created since this moment, which shortens the list.
        opts: ``provider`` or ``parent``: which aiWARE to ask, where it is not the stack's.

    Raises:
        pulumi.RunError: In the program, when there is none, or several are called so.
    """
    return _looked_up(
        "getTemporalDataObject",
        lambda catalogue, given: _told(catalogue.tdo(given["name"], _moment(given["since"])), TdoInfo),
        dict.fromkeys(TdoInfo.__annotations__),
        opts,
        name=name,
        since=since,
    )


def get_job(
    name: pulumi.Input[str],
    *,
    target_id: pulumi.Input[str] | None = None,
    cluster_id: pulumi.Input[str] | None = None,
    since: pulumi.Input[PointInTime] | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> pulumi.Output[JobInfo]:
    """Finds one job that exists already, by its name (query ``jobs``).

    aiWARE has no filter for names, so jobs are listed, once a run: a request for every 30.

    Args:
        name: Its exact name.
        target_id: Only among those on this TDO.
        cluster_id: Only among those on this cluster.
        since: Only among those created since this moment.
        opts: ``provider`` or ``parent``: which aiWARE to ask, where it is not the stack's.

    Raises:
        pulumi.RunError: In the program, when there is none, or several are called so.
    """

    def ask(catalogue: Catalogue, given: dict[str, Any]) -> Any:
        among = {"target_id": given["targetId"], "cluster_id": given["clusterId"], "since": _moment(given["since"])}
        return _told(catalogue.job(given["name"], **among), JobInfo)

    default = dict.fromkeys(JobInfo.__annotations__)
    return _looked_up("getJob", ask, default, opts, name=name, targetId=target_id, clusterId=cluster_id, since=since)


def _told(record: Record, told: type[Any]) -> dict[str, Any]:
    """What programs get of a record."""
    found = record.properties()
    return {key: found[key] for key in told.__annotations__}


def _moment(since: PointInTime | None) -> datetime | None:
    try:
        return None if since is None else parse_time(since)
    except ValueError as error:
        raise InvalidInput(f"since {error}, but is {since!r}.") from error


class _Catalogues(dict[Api, Catalogue]):
    """What a run has looked up."""


def _looked_up(
    function: str,
    ask: Callable[[Catalogue, dict[str, Any]], Any],
    default: Any,
    opts: pulumi.InvokeOptions | None,
    **arguments: pulumi.Input[Any] | None,
) -> pulumi.Output[Any]:
    """Asks in a thread of the monitor's, once the arguments are known; unknown ones give an unknown answer.

    Args:
        function: The name by which mocks are asked instead.
        ask: Asks.
        default: The answer of mocks that say nothing.
        opts: Which aiWARE to ask, where it is not the stack's.
        arguments: What to ask with.
    """
    if mocks.are_set():
        return mocks.invoke(function, cast(Any, arguments), default)
    monitor, catalogues = monitor_for(asked_through(opts)), of_run(_Catalogues)

    async def answer(given: dict[str, Any]) -> Any:
        def call(api: Api) -> Any:
            return ask(catalogues.setdefault(api, Catalogue(api)), given)

        try:
            return await (await monitor).call(call)
        except AiwareError as error:
            raise pulumi.RunError(str(error)) from error

    return pulumi.Output.all(**cast(Any, arguments)).apply(cast(Callable[[dict[str, Any]], Any], answer))
