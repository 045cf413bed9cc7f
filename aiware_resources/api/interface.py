"""The one interface that everything outside of this package talks to, whichever of aiWARE's APIs is behind it.

Each call is documented here, once. What every API has is abstract. What one of them may lack raises
`NotImplementedByServer` here, so that an API overrides what it has, and lacks the rest with a sentence that says so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api.abilities import Abilities
from aiware_resources.api.local_file import LocalFile, Progress
from aiware_resources.api.records import (
    AssetRecord,
    CatalogueEngineRecord,
    ClusterRecord,
    EngineCategoryRecord,
    EngineResultRecord,
    ExportRecord,
    JobRecord,
    TdoRecord,
    UserRecord,
)

Input = Mapping[str, Any]

Unread = dict[str, errors.ApiError]
"""Why objects of a batch could not be read, by id: their own part of the answer was an error.

Each read of many objects takes one, `unread`, and enters those objects there; it returns the records that came. So an
id that is in neither is one that aiWARE does not know. Without `unread`, the first such error is raised after the usual
retries; with it, such a part is not asked for again in the same call. What concerns all objects (an address that
cannot be reached, a token that is refused) is raised in both cases.
"""


class Api(ABC):
    """What entities, waiting and commands talk to. Synchronous and thread-safe.

    Inputs are plain dictionaries under the names of aiWARE's GraphQL schema, answers are records; an API that speaks
    otherwise translates. Reads are retried; a change is sent again only when it surely was not applied.

    Every call raises an `ApiError` of the class that fits; a generator does so as it is used. A change raises
    `AnswerLost` where it may have been made, `NotFound` where its object is gone, and any other error where it was not
    made. Calls about many objects take `ids`, of which each is asked about once, and give what was found by id: missing
    objects are left out. Moments are by aiWARE's clock, with a time zone.
    """

    abilities: Abilities
    """What it can do."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Its address."""

    @abstractmethod
    def close(self) -> None:
        """Closes the pooled connections."""

    # --- who we are ------------------------------------------------------------------------------------------------

    @abstractmethod
    def me(self) -> UserRecord:
        """Reads the user behind the token; fails where the token is not good.

        Raises:
            NotFound: The token is good, and tells of no user: an API key of an organization, or one given for Edge.
        """

    @abstractmethod
    def token_for(self, uri: str) -> SecretStr | None:
        """The token, if the address is on aiWARE's own host and port; None for every other address."""

    # --- jobs ------------------------------------------------------------------------------------------------------

    @abstractmethod
    def create_job(
        self,
        input: Input,  # noqa: A002 - the API's argument
        *,
        owner: str | None = None,
        default_name: str | None = None,
    ) -> JobRecord:
        """Submits a job; it starts at once, and the call returns before anything has run.

        Args:
            input: A `CreateJob`: `tasks`, and `targetId` or `target`. What `abilities` refuses of it is passed over.
            owner: Whose job it is; ids that the client has to choose follow from it, so that they stay the same.
            default_name: What the job is called where `input` has no `name`, and the installation knows names of jobs.

        Returns:
            The job's id, its TDO and when it was created; the rest of it is not asked for.

        Raises:
            AnswerLost: It may have been submitted; `jobs_created_since` finds it.
        """

    @abstractmethod
    def jobs(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
        """Reads the state of many jobs, as far as polling needs it.

        Args:
            ids: Their ids.
            unread: Takes why single ones could not be read; see `Unread`.
        """

    @abstractmethod
    def job_details(self, job_id: str) -> JobRecord:
        """Reads one job with all: config, routes, and its tasks' payload, output, folders and log, as far as told."""

    @abstractmethod
    def jobs_created_since(
        self,
        when: datetime,
        *,
        cluster_id: str | None = None,
        target_id: str | None = None,
        by_marker: bool = False,
    ) -> Iterator[JobRecord]:
        """Finds the jobs created since a moment, newest first, with config and tasks.

        Args:
            when: The moment.
            cluster_id: Only those on this cluster; without a meaning where there are none.
            target_id: Only those on this TDO.
            by_marker: The caller tells its jobs by their marker: an API whose times or order cannot be relied on gives
                more jobs rather than fewer.
        """

    @abstractmethod
    def find_jobs(
        self,
        *,
        statuses: Sequence[str] = (),
        since: datetime | None = None,
        target_id: str | None = None,
        cluster_id: str | None = None,
        engine_id: str | None = None,
    ) -> Iterator[JobRecord]:
        """Finds jobs, newest first, page by page.

        Args:
            statuses: Only those in one of these; by default in any. One that no job of this API can have finds none.
            since: Only those created since this moment.
            target_id: Only those on this TDO.
            cluster_id: Only those on this cluster.
            engine_id: Only those with a task of this engine.
        """

    @abstractmethod
    def cancel_job(self, job_id: str) -> None:
        """Ends a job that is not finished. An API that can only delete it does so.

        Raises:
            InvalidInput: The job is finished already.
        """

    @abstractmethod
    def has_target(self, target_id: str | None) -> bool:
        """Says whether the TDO that a job worked on is there, and so what the job made, even if its record is gone.

        Args:
            target_id: The TDO; None for a job that had none.
        """

    @abstractmethod
    def engine_results(
        self, *, job_id: str | None = None, tdo_id: str | None = None, engine_ids: Sequence[str] = ()
    ) -> list[EngineResultRecord]:
        """Reads the results of engines: of a job, or of a TDO by these engines.

        Args:
            job_id: The job; or
            tdo_id: the TDO, with
            engine_ids: the engines.
        """

    def documents(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, list[str]]:
        """Names the documents that the engines of jobs have made so far.

        Args:
            ids: The ids of the jobs.
            unread: Takes why single ones could not be read; see `Unread`.
        """
        found: dict[str, list[str]] = {}
        for id_ in dict.fromkeys(ids):
            try:
                results = self.engine_results(job_id=id_)
            except errors.NotFound:
                continue
            except (errors.ServerFailure, errors.CapacityExceeded) as error:
                if unread is None:
                    raise
                unread[id_] = error
            else:
                found[id_] = [result.asset_id or "" for result in results if result.jsondata is not None]
        return found

    def retry_job(self, job_id: str) -> JobRecord:
        """Starts the tasks of a failed job again.

        Raises:
            InvalidInput: The job is not in a state of failure.
        """
        self._lacks("retryJob")

    def delete_job(self, job_id: str) -> None:
        """Deletes a job with its outputs, finished or not."""
        self._lacks("deleteJob")

    def launch_single_engine_job(
        self,
        engine_id: str,
        *,
        upload_url: str | None = None,
        target_id: str | None = None,
        fields: Mapping[str, str],
    ) -> JobRecord:
        """Submits a job made from an engine's own template; it starts at once.

        Args:
            engine_id: The engine.
            upload_url: Where a new file is; or
            target_id: an existing TDO to work on.
            fields: Parameters of the template by name, as text.
        """
        self._lacks("launchSingleEngineJob")

    # --- thousands of jobs -----------------------------------------------------------------------------------------

    def job_states(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
        """Reads status, cluster and TDO of many jobs, and nothing else."""
        self._lacks("job")

    def tdos_there(self, ids: Sequence[str], unread: Unread | None = None) -> set[str]:
        """Says which of these TDOs exist."""
        self._lacks("temporalDataObject")

    def jobs_marked_since(
        self, when: datetime, *, target_id: str | None = None, known: Container[str] = frozenset()
    ) -> Iterator[JobRecord]:
        """Finds the jobs created since a moment, newest first, with config and without tasks.

        Args:
            when: The moment.
            target_id: Only those on this TDO.
            known: Ids of jobs whose config is of no interest: where it takes a request for each, these go without.
        """
        self._lacks("jobs")

    # --- engines ---------------------------------------------------------------------------------------------------

    @abstractmethod
    def engines(self, ids: Sequence[str]) -> dict[str, CatalogueEngineRecord]:
        """Reads many engines, with their custom fields."""

    @abstractmethod
    def find_engines(
        self, *, category: str | None = None, name: str | None = None, of_type: str | None = None
    ) -> Iterator[CatalogueEngineRecord]:
        """Finds engines, page by page.

        Args:
            category: Name of their category.
            name: What their name contains.
            of_type: Type of their category: ``Cognition``, ``Ingestion`` or ``Aggregator``; Edge has words of its own.
        """

    @abstractmethod
    def engine_categories(self, of_type: str | None = None) -> Iterator[EngineCategoryRecord]:
        """Finds engine categories, all or those of a type."""

    # --- clusters --------------------------------------------------------------------------------------------------

    def create_cluster(self, input: Input) -> ClusterRecord:  # noqa: A002 - the name of the API's argument
        """Creates a cluster, which may go on deploying; `input` is a `CreateCluster`."""
        self._lacks("createCluster")

    def update_cluster(self, input: Input) -> ClusterRecord:  # noqa: A002 - as above
        """Changes a cluster in place; `input` is an `UpdateCluster` of `id` and what changes, where null clears."""
        self._lacks("updateCluster")

    def pause_cluster(self, cluster_id: str) -> ClusterRecord:
        """Pauses a cluster: it takes no more work."""
        self._lacks("pauseCluster")

    def unpause_cluster(self, cluster_id: str) -> ClusterRecord:
        """Lets a paused cluster go on."""
        self._lacks("unpauseCluster")

    def delete_cluster(self, cluster_id: str) -> None:
        """Deletes a cluster."""
        self._lacks("deleteCluster")

    def clusters(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, ClusterRecord]:
        """Reads many clusters; deleted ones are missing."""
        self._lacks("clusters")

    def clusters_named(self, name: str) -> list[ClusterRecord]:
        """Finds the clusters that have exactly this name; names are not unique."""
        self._lacks("clusters")

    def all_clusters(self) -> list[ClusterRecord]:
        """Lists the clusters that the organization owns or may see."""
        self._lacks("clusters")

    def find_clusters(self, *, name: str | None = None, of_type: str | None = None) -> Iterator[ClusterRecord]:
        """Finds clusters by a part of their name, and their type: ``ami``, ``RT`` or ``OnPrem``."""
        self._lacks("clusters")

    # --- TDOs and their assets -------------------------------------------------------------------------------------

    def create_tdo(self, input: Input) -> TdoRecord:  # noqa: A002 - as above
        """Creates a TDO; `input` is a `CreateTDO`: `startDateTime` and `stopDateTime` at least."""
        self._lacks("createTDO")

    def update_tdo(self, input: Input) -> TdoRecord:  # noqa: A002 - as above
        """Changes a TDO in place; `input` is an `UpdateTDO` of `id` and what changes, where null clears."""
        self._lacks("updateTDO")

    def delete_tdo(self, tdo_id: str) -> None:
        """Deletes a TDO with its assets: immediate and final."""
        self._lacks("deleteTDO")

    def cleanup_tdo(self, tdo_id: str, options: Sequence[str] | None = None) -> None:
        """Removes content of a TDO and keeps the TDO; doing so again does no harm.

        Args:
            tdo_id: Id of the TDO.
            options: Of `storage`, `searchIndex`, `engineResults`; None for aiWARE's default, the first two.
        """
        self._lacks("cleanupTDO")

    def tdos(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, TdoRecord]:
        """Reads many TDOs."""
        self._lacks("temporalDataObject")

    def tdos_created_since(self, when: datetime) -> Iterator[TdoRecord]:
        """Finds the TDOs created since a moment, newest first."""
        self._lacks("temporalDataObjects")

    def find_tdos(self, *, since: datetime | None = None) -> Iterator[TdoRecord]:
        """Finds TDOs, newest first."""
        self._lacks("temporalDataObjects")

    def upload_asset(
        self,
        input: Input,  # noqa: A002 - as above
        file: LocalFile,
        progress: Progress | None = None,
    ) -> AssetRecord:
        """Uploads a file into a TDO, in constant memory.

        Args:
            input: A `CreateAsset`: `containerId`, `assetType` and `name` at least; the facts about the file are added.
            file: The file.
            progress: Is told how many bytes have been sent, and of how many.

        Raises:
            UploadFailed: The file cannot be read, or changed meanwhile; nothing was created.
        """
        self._lacks("createAsset")

    def delete_asset(self, asset_id: str) -> None:
        """Deletes an asset with its content."""
        self._lacks("deleteAsset")

    def assets(self, tdo_id: str) -> Iterator[AssetRecord]:
        """Reads the assets of a TDO, newest first."""
        self._lacks("assets")

    def asset_link(self, asset_id: str) -> AssetRecord:
        """Reads an asset with a link to its content that holds for some time: `signed_uri`, a secret.

        Raises:
            NotFound: There is no such asset.
        """
        self._lacks("asset")

    # --- exports ---------------------------------------------------------------------------------------------------

    def create_export_request(self, input: Input) -> ExportRecord:  # noqa: A002 - as above
        """Requests an export, which is made afterwards; `input` is a `CreateExportRequest`: `tdoData` at least."""
        self._lacks("createExportRequest")

    def export_requests(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, ExportRecord]:
        """Reads many export requests, each with a freshly signed link once it is complete."""
        self._lacks("exportRequests")

    def exports_created_since(self, when: datetime) -> Iterator[ExportRecord]:
        """Finds the export requests created since a moment, in the order that aiWARE has them.

        aiWARE filters them neither by time nor by content, and promises no order: all of them are read.
        """
        self._lacks("exportRequests")

    def find_exports(self, *, statuses: Sequence[str] = ()) -> Iterator[ExportRecord]:
        """Finds export requests, in the order that aiWARE has them; all or those in one of these statuses."""
        self._lacks("exportRequests")

    def _lacks(self, operation: str) -> NoReturn:
        raise lacking(self.abilities, operation)


def lacking(abilities: Abilities, operation: str) -> errors.NotImplementedByServer:
    """The error of an operation that an API does not have."""
    return errors.NotImplementedByServer(
        f"{abilities.name} has no {operation}.",
        remedy="Another of aiWARE's APIs may have it: the setting aiware:api says which one is used.",
        operation=operation,
    )
