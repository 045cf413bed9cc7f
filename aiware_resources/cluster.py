"""Clusters: the places where jobs run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, Required, TypedDict, Unpack

import pulumi
from pulumi.dynamic import CreateResult, DiffResult
from pydantic import Field

from aiware_resources.api import Api, ClusterRecord
from aiware_resources.api.statuses import CLUSTER_FAILED, CLUSTER_PENDING
from aiware_resources.catalogue import Catalogue
from aiware_resources.catalogue.allowed_engines import AllowsEngines, declared
from aiware_resources.errors import AdoptionError, NotFound
from aiware_resources.reconcile import (
    ADOPTED,
    ApiModel,
    ByteSize,
    Flag,
    Identifier,
    Made,
    Mark,
    Name,
    Observed,
    OrderFree,
    Props,
    Readable,
    TimeOfDay,
    marker_in,
    mocks,
    repeat_until_applied,
    with_marker,
    without_marker,
)
from aiware_resources.reconcile.adoption import Adoption, Declarable, Declaration, NotTold, declaration
from aiware_resources.reconcile.entity import Existing, Question, Words
from aiware_resources.reconcile.named import NamedProvider
from aiware_resources.reconcile.policies import Awaited
from aiware_resources.waiting import Completion, Condition, Waiting
from aiware_resources.waiting.conditions import ClusterCondition

ClusterType = Literal["ami", "RT", "OnPrem"]
ClusterStatus = Literal["pending", "active", "deploying", "online", "paused", "terminated", "failure"]
MediaStorage = Literal["edge", "core"]

CREATE_ONLY = ("type", "mediaStorage", "memorySize", "storageSize", "organizationId")
CHANGEABLE = (
    "name",
    "allowedEngines",
    "dockerCredentials",
    "containerTag",
    "bypassAllowedEngines",
    "collaborators",
    "subscriptions",
    "tags",
    "status",
    "clusterConfig",
    "mediaStoragePath",
    "restartTimeUTC",
    "serviceToken",
    "managementNodeID",
)
LISTS = frozenset({"allowedEngines", "collaborators", "subscriptions", "tags"})
UNREADABLE = frozenset({"dockerCredentials", "serviceToken", "managementNodeID"})
"""What the server does not answer, or may answer without: never drift."""

SIZES = {"memorySize": "memorySizeBytes", "storageSize": "storageSizeBytes"}
_UNITS = (("tb", 1 << 40), ("gb", 1 << 30), ("mb", 1 << 20))
_NOT_AWAITED = "It is in the state {status}, which would end every run with an error: so it is not waited for."

IN_USE = frozenset({"active", "online"})


class Collaborator(ApiModel):
    """Another organization that may use the cluster (``CreateClusterCollaborator``)."""

    organization_id: Identifier
    permission: Literal["viewer", "none"]


class Subscription(ApiModel):
    """A user who is told about the cluster's state (``CreateClusterSubscription``)."""

    user_id: Identifier
    is_active: Flag = True


class ClusterState(Awaited):
    """The desired state of a cluster (``CreateCluster``, ``UpdateCluster``)."""

    name: Name
    allowed_engines: OrderFree[list[Identifier]]
    docker_credentials: dict[str, Any]
    type: ClusterType | None = None
    container_tag: str | None = None
    paused: Flag = False
    memory_size: ByteSize | None = None
    storage_size: ByteSize | None = None
    bypass_allowed_engines: Flag | None = None
    collaborators: OrderFree[list[Collaborator]] | None = None
    subscriptions: OrderFree[list[Subscription]] | None = None
    tags: OrderFree[list[str]] | None = None
    status: ClusterStatus | None = None
    cluster_config: Any = None
    media_storage: MediaStorage = "core"
    media_storage_path: str | None = None
    restart_time_utc: TimeOfDay | None = Field(default=None, alias="restartTimeUTC")
    service_token: str | None = None
    management_node_id: Identifier | None = Field(default=None, alias="managementNodeID")
    organization_id: Identifier | None = None
    adopt: bool | Identifier | None = None
    on_destroy: Literal["delete", "retain"] | None = None


def _to_adopt(api: Api, names: Sequence[str]) -> Iterator[ClusterRecord]:
    """Clusters by id or exact name."""
    catalogue = Catalogue(api)
    for name in names:
        record = catalogue.cluster(name)
        if record.status == "terminated":
            raise AdoptionError(f"cluster {record.id} is terminated, so there is nothing to adopt.")
        yield record


def _owned(api: Api) -> Iterator[ClusterRecord]:
    """The clusters of the token's organization; of an API key, which does not show its organization, all."""
    try:
        own = api.me().organization_id
    except NotFound:
        own = None
    for each in Catalogue(api).clusters():
        if each.status != "terminated" and own in (None, each.organization_id):
            yield each


def _declared(provider: Declarable, record: ClusterRecord) -> Declaration:
    """All but the credentials, and the organization that owns the cluster (query ``clusters``)."""
    props = live_properties(record) | {"organizationId": None, "dockerCredentials": {}}
    if props["status"] not in IN_USE:
        # A paused cluster says so by `paused`; the other states are none to bring a cluster to.
        props["status"] = None
    found = declaration(provider, record.id, props, called=record.name, is_marked=marker_in(record.tags) is not None)
    for name in found.arguments.keys() & {"memory_size", "storage_size"}:
        size = found.arguments[name]
        found.arguments[name] = next((f"{size // unit}{word}" for word, unit in _UNITS if size % unit == 0), size)
    found.arguments["docker_credentials"] = NotTold()
    if record.status in CLUSTER_FAILED:
        found.arguments["wait"] = False
        found.comments["wait"] = [_NOT_AWAITED.format(status=record.status)]
    return found


class ClusterProvider(NamedProvider[ClusterRecord]):
    """Reconciles clusters through createCluster, updateCluster, pauseCluster, unpauseCluster and deleteCluster."""

    kind = "cluster"
    noun = "cluster"
    words = Words()
    adoption = Adoption(
        "cluster", _to_adopt, lambda provider, record, _: _declared(provider, record), _owned, metavar="ID|NAME"
    )
    question = Question("clusters", lambda api, _: api.find_clusters())
    type_name = "aiware:Cluster"
    model = ClusterState
    replaces = frozenset(CREATE_ONLY)
    secrets = frozenset({"dockerCredentials", "serviceToken"})
    readable = frozenset({*CREATE_ONLY, *CHANGEABLE, "paused"} - UNREADABLE)
    confidential = frozenset({"clusterConfig"})
    write_only = UNREADABLE

    def diff(self, _id: str, _olds: Props, _news: Props) -> DiffResult:
        """As for every entity; jobs of the same program are checked against what the cluster is going to allow."""
        declared.add(_id, _news)
        return super().diff(_id, _olds, _news)

    def create(self, props: Props) -> CreateResult:
        """As for every entity; see `diff`."""
        made = super().create(props)
        declared.add(str(made.id), props)
        return made

    def observe(self, object_id: str, recorded: Props) -> Observed | None:
        """Reads the cluster (query ``clusters``)."""
        record = self.api.clusters([object_id]).get(object_id)
        if record is None or record.deleted_date_time is not None or record.status == "terminated":
            return None
        return Observed(live_properties(record, recorded.get("status")))

    def look_at(self, object_id: str) -> Props | None:
        """Reads the cluster (query ``clusters``), with its status as it is."""
        record = self.api.clusters([object_id]).get(object_id)
        if record is None or record.deleted_date_time is not None or record.status == "terminated":
            return None
        return live_properties(record) | {"status": record.status}

    def make(self, props: Props, mark: Mark | None) -> Made:
        """Creates the cluster (mutation ``createCluster``)."""
        content = {key: props[key] for key in (*CREATE_ONLY, *CHANGEABLE, "paused") if key in props}
        content.pop("managementNodeID", None)
        if mark is not None:
            content["tags"] = with_marker(content.get("tags"), mark.marker)
        content |= {key: str(content[key]) for key in SIZES if key in content}
        return Made(self.api.create_cluster(content).id)

    def named(self, name: str) -> list[ClusterRecord]:
        """A terminated cluster does not hold its name."""
        return [record for record in self.api.clusters_named(name) if record.status != "terminated"]

    def existing(self, api: Api) -> Iterable[Existing]:
        """The clusters that are not deleted (query ``clusters``)."""
        for each in api.all_clusters():
            if each.deleted_date_time is None:
                yield Existing(self.noun, each.id, each.name or "", each.created_date_time)

    def change(self, object_id: str, olds: Props, news: Props, changed: frozenset[str]) -> Props:
        """Changes the cluster in place (``updateCluster``, ``pauseCluster``, ``unpauseCluster``)."""
        content = {key: news.get(key, [] if key in LISTS else None) for key in changed & {*CHANGEABLE}}
        if "tags" in content:
            content["tags"] = with_marker(content["tags"], self._mark_of(object_id))
        if content:
            repeat_until_applied(lambda: self.api.update_cluster({"id": object_id, **content}), lambda: False)
        if "paused" in changed:
            change = self.api.pause_cluster if news.get("paused") else self.api.unpause_cluster
            repeat_until_applied(lambda: change(object_id), lambda: False)
        return {}

    def remove(self, object_id: str, props: Props, policy: str) -> None:
        """Deletes the cluster (mutation ``deleteCluster``), or removes its marker and leaves it."""
        if policy == "delete":
            repeat_until_applied(lambda: self.api.delete_cluster(object_id), lambda: not self.api.clusters([object_id]))
            return
        record = self.api.clusters([object_id]).get(object_id)
        if record is not None and marker_in(record.tags) is not None and not props.get(ADOPTED):
            content = {"id": object_id, "tags": without_marker(record.tags)}
            repeat_until_applied(lambda: self.api.update_cluster(content), lambda: False)

    def _mark_of(self, object_id: str) -> str | None:
        record = self.api.clusters([object_id]).get(object_id)
        return None if record is None else marker_in(record.tags)


def live_properties(record: ClusterRecord, desired_status: Any = None) -> Props:
    """What a cluster is, under the names of its desired properties; what aiWARE does not answer is left out.

    Args:
        record: The cluster.
        desired_status: The status that it is to be brought to, where the program says so.
    """
    live = record.properties()
    properties = {key: live.get(key) for key in (*CREATE_ONLY, *CHANGEABLE, "paused") if key not in UNREADABLE}
    properties |= {key: live.get(field) for key, field in SIZES.items()}
    properties["collaborators"] = [each for each in live["collaborators"] if each["permission"] != "owner"]
    properties["status"] = _settled_status(record, desired_status)
    properties["tags"] = without_marker(record.tags)
    return properties


def _settled_status(record: ClusterRecord, desired: Any) -> Any:
    """The status to compare: what changes by itself, and the state of being paused, are not drift."""
    if record.status in CLUSTER_PENDING or record.paused:
        return desired
    return desired if record.status in IN_USE and desired in IN_USE else record.status


class CollaboratorArgs(TypedDict):
    """Another organization that may use the cluster.

    Attributes:
        organization_id: The organization.
        permission: ``viewer``, or ``none`` to revoke.
    """

    organization_id: pulumi.Input[str]
    permission: pulumi.Input[Literal["viewer", "none"]]


class SubscriptionArgs(TypedDict, total=False):
    """A user who is told about the cluster's state.

    Attributes:
        user_id: The user.
        is_active: Whether the subscription is active; true when left out.
    """

    user_id: pulumi.Input[str]
    is_active: pulumi.Input[bool]


class ClusterArgs(TypedDict, total=False):
    """The arguments of a cluster.

    Attributes:
        name: The cluster's name in aiWARE. The stack expects to be the only one who uses it.
        allowed_engines: Ids of the engines that may run here, or ``["all"]``; in any order.
        docker_credentials: Credentials for pulling engine images; empty when left out. Always secret.
        type: ``RT``, ``OnPrem`` or ``ami``. Replaces.
        container_tag: Tag of the engine containers.
        paused: Whether the cluster takes no work (``pauseCluster``, ``unpauseCluster``).
        memory_size: Bytes, or a number with a unit such as ``20gb``. Replaces.
        storage_size: Same form as ``memory_size``. Replaces.
        bypass_allowed_engines: Whether engines that are not listed may run too.
        collaborators: Other organizations that may use the cluster.
        subscriptions: Users who are told about its state.
        tags: Tags; in any order.
        status: The status to bring it to, usually ``active``.
        cluster_config: Any JSON.
        media_storage: ``core`` (default) or ``edge``. Replaces.
        media_storage_path: For ``edge`` storage only.
        restart_time_utc: Time of a daily restart, Edge clusters only.
        service_token: Token of the cluster's services. Always secret.
        management_node_id: An existing node; Edge clusters only. aiWARE takes it in updates only, so it counts from the
            first update on.
        organization_id: For platform components only. Replaces.
        adopt: Id of an existing cluster to take over instead of creating one, or ``True`` for the one of this name.
        on_destroy: ``delete`` (default) or ``retain`` (default of an adopted cluster).
        wait: Whether to wait until it has left pending and deploying; by default as ``aiware:wait`` says.
        timeout: Longest wait in seconds; by default ``aiware:jobTimeout``.
    """

    name: Required[pulumi.Input[str]]
    allowed_engines: Required[pulumi.Input[Sequence[pulumi.Input[str]]]]
    docker_credentials: pulumi.Input[dict[str, Any]] | None
    type: pulumi.Input[ClusterType] | None
    container_tag: pulumi.Input[str] | None
    paused: pulumi.Input[bool] | None
    memory_size: pulumi.Input[str | int] | None
    storage_size: pulumi.Input[str | int] | None
    bypass_allowed_engines: pulumi.Input[bool] | None
    collaborators: pulumi.Input[Sequence[pulumi.Input[CollaboratorArgs]]] | None
    subscriptions: pulumi.Input[Sequence[pulumi.Input[SubscriptionArgs]]] | None
    tags: pulumi.Input[Sequence[pulumi.Input[str]]] | None
    status: pulumi.Input[ClusterStatus] | None
    cluster_config: pulumi.Input[Any] | None
    media_storage: pulumi.Input[MediaStorage] | None
    media_storage_path: pulumi.Input[str] | None
    restart_time_utc: pulumi.Input[str] | None
    service_token: pulumi.Input[str] | None
    management_node_id: pulumi.Input[str] | None
    organization_id: pulumi.Input[str] | None
    adopt: pulumi.Input[str | bool] | None
    on_destroy: pulumi.Input[Literal["delete", "retain"]] | None
    wait: pulumi.Input[bool] | None
    timeout: pulumi.Input[float] | None


class Cluster(AllowsEngines, Readable, module="aiware", name="Cluster"):
    """A cluster: a place where jobs run.

    Attributes:
        live_status: The status that the cluster had when the waiting ended, such as ``active``.
    """

    name: pulumi.Output[str]
    live_status: pulumi.Output[str]

    provider = ClusterProvider
    args = ClusterArgs

    def __init__(
        self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **arguments: Unpack[ClusterArgs]
    ) -> None:
        """Declares a cluster (``createCluster``, ``updateCluster``; schema.graphql, types CreateCluster,
        UpdateCluster).
        """
        is_declared = opts is None or opts.id is None
        if is_declared and arguments.get("docker_credentials") is None:
            arguments["docker_credentials"] = {}
        super().__init__(resource_name, arguments, opts)
        if mocks.are_set():
            return
        engines = {"allowedEngines": "allowed_engines", "bypassAllowedEngines": "bypass_allowed_engines"}
        self._allows = pulumi.Output.from_input({key: arguments.get(name) for key, name in engines.items()})
        waiting = Waiting(arguments.get("wait") if is_declared else False, arguments.get("timeout"))
        completion = Completion(self, resource_name, self._condition, waiting)
        self.live_status = completion.output(lambda seen: seen.known(lambda record: record.status))
        self._resolve_after(completion.seen)

    async def _condition(self) -> Condition[ClusterRecord]:
        return ClusterCondition()


__all__ = ["Cluster", "ClusterArgs", "ClusterProvider", "ClusterState", "CollaboratorArgs", "SubscriptionArgs"]
