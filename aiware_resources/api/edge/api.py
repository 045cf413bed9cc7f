"""aiWARE Edge (REST) as one object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api.auth import TokenSource
from aiware_resources.api.caller import Caller
from aiware_resources.api.edge.abilities import EDGE
from aiware_resources.api.edge.engines import EdgeEngines
from aiware_resources.api.edge.job_states import EdgeJobStates
from aiware_resources.api.edge.jobs import EdgeJobs
from aiware_resources.api.edge.login import EdgeLogin
from aiware_resources.api.edge.results import EdgeResults
from aiware_resources.api.edge.transport import RestTransport
from aiware_resources.api.engine_records import CatalogueEngineRecord, EngineCategoryRecord
from aiware_resources.api.interface import Api, Unread
from aiware_resources.api.records import EngineResultRecord, JobRecord, UserRecord
from aiware_resources.api.retrying import Patience
from aiware_resources.api.transport import new_client, origin
from aiware_resources.settings import Connection, Settings


class EdgeApi(Api):
    """The REST API of an aiWARE Edge installation. Synchronous and thread-safe; `connect` makes one.

    Inputs are those of the cloud API, and answers the same records. Reads are retried; a mutation is sent again only
    when it surely was not applied.

    Args:
        settings: Timeouts, retries, and the header of the token.
        connection: Where aiWARE Edge is and how to get in.
        client: The HTTP client to use; by default a new one.
        patience: How failed requests are sent again; by default as the settings say.
    """

    abilities = EDGE

    def __init__(
        self,
        settings: Settings,
        connection: Connection,
        client: httpx.Client | None = None,
        patience: Patience | None = None,
    ) -> None:
        client = client or new_client(settings.request_timeout, url=connection.url)
        patience = patience or Patience.of(settings)
        credentials = connection.credentials
        self._connection = connection
        self._transport = RestTransport(connection.url, client, settings.auth_header)
        self._login = EdgeLogin(credentials, self._transport, Caller(patience))
        self._tokens = TokenSource(credentials.token, self._login if credentials.has_password else None)
        caller = Caller(patience, self._tokens)
        once = Caller(replace(patience, policy=replace(patience.policy, max_retries=0)), self._tokens)
        self._jobs = EdgeJobs(self._transport, caller, self._organization)
        self._states = EdgeJobStates(
            self._jobs, EdgeJobs(self._transport, once, self._organization), settings.request_timeout
        )
        self._results = EdgeResults(self._transport, caller, self._jobs)
        self._engines = EdgeEngines(self._transport, caller)

    @property
    def url(self) -> str:
        """Base address of the REST API."""
        return self._transport.url

    def close(self) -> None:
        """Closes the pooled connections."""
        self._transport.close()

    def me(self) -> UserRecord:
        """Tells who has logged in (login_user). Of a token that was given Edge does not tell whose it is.

        Raises:
            NotFound: The token was given, and is good.
            ApiError: The token is not good, or Edge could not be asked.
        """
        self._tokens.current()
        if self._login.user is not None:
            return self._login.user.user()
        # Jobs are what the token is for; a call about them shows whether it is good, where there is one.
        with suppress(errors.NotImplementedByServer):
            next(self._jobs.all(), None)
        raise errors.NotFound(
            "aiWARE Edge does not tell whose a token is.",
            remedy="Log in with aiware:username and aiware:password where a user is needed.",
            operation="me",
        )

    def token_for(self, uri: str) -> SecretStr | None:
        """The token, if the address is on the installation's own host and port; None for every other address."""
        return self._tokens.current() if origin(uri) == origin(self.url) else None

    def create_job(self, input: Mapping[str, Any], *, owner: str | None = None) -> JobRecord:  # noqa: A002 - as in Api
        """Submits a job (createJob), written as Edge takes it; it starts at once.

        Args:
            input: A `CreateJob`; what `abilities` refuses of it is passed over.
            owner: Whose job it is: the ids of its tasks and folders follow from it.

        Raises:
            AnswerLost: It may have been submitted; `jobs_created_since` finds it.
            ApiError: It was not submitted.
        """
        return self._jobs.create(input, owner)

    def jobs(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, JobRecord]:
        """Reads the state of many jobs: of unfinished ones the status (getJobStatus), of finished ones all.

        Where an installation lacks that route, `job_states` says what else tells the state.

        Args:
            ids: Their ids; each is asked about once.
            unread: Takes why single ones could not be read; see `Unread`.

        Returns:
            The jobs by id; missing ones are left out.

        Raises:
            ApiError: If one of them could not be read for another reason.
        """
        return self._states.read(ids, unread)

    def documents(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, list[str]]:
        """Names the documents among the outputs of many jobs (get_job_outputs); empty files do not count.

        Args:
            ids: Their ids; each is asked about once.
            unread: Takes why single ones could not be read; see `Unread`.

        Returns:
            The names by id; missing jobs are left out.

        Raises:
            ApiError: If one of them could not be read for another reason.
        """
        return self._states.documents(ids, unread)

    def job_details(self, job_id: str) -> JobRecord:
        """Reads one job with everything that Edge tells of it (get_job_detail); tasks have no logs.

        Raises:
            NotFound: There is no such job.
            ApiError: If it could not be read.
        """
        return self._jobs.details(job_id)

    def jobs_created_since(
        self,
        when: datetime,
        *,
        cluster_id: str | None = None,
        target_id: str | None = None,
        by_marker: bool = False,
    ) -> Iterator[JobRecord]:
        """Finds the jobs created since a moment, newest first (get_jobs).

        Args:
            when: The moment, by the installation's clock; with a time zone.
            cluster_id: Means nothing to Edge.
            target_id: Only those about this recording.
            by_marker: The caller tells its jobs by their marker. Then those are among them that only the times of the
                installation, or what its list says of a recording, would leave out.

        Raises:
            ApiError: If they could not be read.
        """
        if by_marker:
            return self._jobs.marked_since(when)
        return (job for job in self._jobs.created_since(when) if target_id in (None, job.target_id))

    def find_jobs(
        self,
        *,
        statuses: Sequence[str] = (),
        since: datetime | None = None,
        target_id: str | None = None,
        cluster_id: str | None = None,
        engine_id: str | None = None,
    ) -> Iterator[JobRecord]:
        """Finds jobs, newest first (get_jobs).

        Args:
            statuses: Only those in one of these statuses; by default in any.
            since: Only those created since this moment, by the installation's clock; with a time zone.
            target_id: Only those about this recording.
            cluster_id: Edge has no clusters: none is on one.
            engine_id: Only those with a task of this engine.

        Raises:
            ApiError: If they could not be read.
        """
        if cluster_id is not None:
            self._lacks("clusters")
        found = self._jobs.all() if since is None else self._jobs.created_since(since)
        for job in found:
            fits = [
                not statuses or job.status in statuses,
                target_id in (None, job.target_id),
                engine_id is None or any(task.engine_id == engine_id for task in job.tasks),
            ]
            if all(fits):
                yield job

    def cancel_job(self, job_id: str) -> None:
        """Ends a job that is not finished: Edge can only delete it (deleteJob), so it is gone afterwards.

        Raises:
            NotFound: There is no such job.
            AnswerLost: It may have been deleted; read it again.
            ApiError: It was not deleted.
        """
        self._jobs.delete(job_id)

    def retry_job(self, job_id: str) -> JobRecord:
        """Edge has no call for it: a job runs once.

        Raises:
            NotImplementedByServer: Always.
        """
        raise errors.NotImplementedByServer(
            f"aiWARE Edge has no call to start job {job_id} again.",
            remedy="`pulumi up` submits a failed job of the stack anew.",
            operation="retryJob",
            object_id=job_id,
        )

    def delete_job(self, job_id: str) -> None:
        """Deletes a job with its outputs, finished or not (deleteJob).

        Raises:
            NotFound: There is no such job.
            AnswerLost: It may have been deleted; read it again.
            ApiError: It was not deleted.
        """
        self._jobs.delete(job_id)

    def has_target(self, target_id: str | None) -> bool:
        """Edge has no TDOs: nothing tells what a job made once the job is gone."""
        return False

    def engine_results(
        self, *, job_id: str | None = None, tdo_id: str | None = None, engine_ids: Sequence[str] = ()
    ) -> list[EngineResultRecord]:
        """Reads the documents among the outputs of a job (get_job_outputs, get_job_output, get_job_download).

        Args:
            job_id: The job.
            tdo_id: Edge has no TDOs: to be left out.
            engine_ids: Only those that name one of these engines; by default all.

        Raises:
            NotFound: There is no such job.
            ApiError: If they could not be read.
        """
        if job_id is None:
            self._lacks("engineResults of a TDO")
        found = self._results.of_job(job_id)
        return [result for result in found if not engine_ids or result.engine_id in engine_ids]

    def engines(self, ids: Sequence[str]) -> dict[str, CatalogueEngineRecord]:
        """Reads many engines (get_engines).

        Args:
            ids: Their ids; each is asked about once.

        Returns:
            The engines by id; missing ones are left out.

        Raises:
            ApiError: If they could not be read.
        """
        return self._engines.by_id(ids)

    def find_engines(
        self, *, category: str | None = None, name: str | None = None, of_type: str | None = None
    ) -> Iterator[CatalogueEngineRecord]:
        """Finds engines (get_engines), page by page.

        Args:
            category: Name of their category.
            name: What their name contains.
            of_type: Type of their category, as Edge calls it.

        Raises:
            ApiError: If they could not be read.
        """
        return self._engines.find(category=category, name=name, of_type=of_type)

    def engine_categories(self, of_type: str | None = None) -> Iterator[EngineCategoryRecord]:
        """Finds engine categories (get_engine_categories).

        Args:
            of_type: Only those of this type, as Edge calls it.

        Raises:
            ApiError: If they could not be read.
        """
        return self._engines.categories(of_type)

    def _organization(self) -> str:
        """The organization that jobs belong to: the one set, or that of the user who has logged in.

        Raises:
            ConfigurationError: Neither is known.
        """
        if self._connection.organization_id is not None:
            return self._connection.organization_id
        self._tokens.current()
        user = self._login.user
        if user is None or user.internal_organization_id is None:
            raise errors.ConfigurationError(
                "aiWARE Edge wants to know whose a job is, and the login did not tell.",
                remedy="Set aiware:organizationId to your organization's UUID there.",
            )
        return user.internal_organization_id
