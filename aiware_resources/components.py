"""Components: what people usually make together, as one resource with typed arguments and outputs.

Each object in a component also has the URN of its type and name outside of it as an alias. So a program that declares
the same objects one by one can begin to use the component: its stacks go on with the objects that they have, and
nothing runs again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Required, TypedDict, Unpack, cast

import pulumi

from aiware_resources import engines, pipelines
from aiware_resources.api import abilities_of
from aiware_resources.errors import ConfigurationError
from aiware_resources.export_request import ExportRequest
from aiware_resources.exports.formats import Extension
from aiware_resources.exports.state import FormatArgs
from aiware_resources.job import Job
from aiware_resources.jobs.state import OnDestroy, OnFailure
from aiware_resources.reconcile import mocks
from aiware_resources.reconcile.explicit import Provider, asked_through
from aiware_resources.reconcile.naming import check_arguments
from aiware_resources.reconcile.policies import CleanupOption, TdoPolicy
from aiware_resources.settings import Settings
from aiware_resources.temporal_data_object import SOME_HOUR, TemporalDataObject
from aiware_resources.text.times import PointInTime

_OF_JOBS = ("cluster_id", "triggers", "on_failure", "allow_failure", "wait", "timeout")


class Component(pulumi.ComponentResource):
    """A component of aiWARE objects.

    Nothing of its arguments is recorded: what its objects are is recorded with each of them.
    """

    args: ClassVar[type]
    """The list of the arguments."""

    def __init__(self, name: str, arguments: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        check_arguments(type(self).__name__, self.args, arguments)
        super().__init__(f"aiware:index:{type(self).__name__}", name, None, opts)
        self._around = pulumi.ROOT_STACK_RESOURCE if opts is None else opts.parent

    def _inside(self, more: pulumi.ResourceOptions | None = None) -> pulumi.ResourceOptions:
        """The options of an object in the component, which may have been declared beside it before."""
        inside = pulumi.ResourceOptions(parent=self, aliases=[pulumi.Alias(parent=self._around)])
        return pulumi.ResourceOptions.merge(more, inside)


class TranscriptionArgs(TypedDict, total=False):
    """The arguments of a transcription.

    Attributes:
        media_url: Where the recording is: a TDO is made for it. This or ``tdo_id``.
        tdo_id: An existing TDO that holds the recording already. It is not declared, so it is never deleted.
        cluster_id: Where to run; without it the organization's default cluster, if it has one.
        name: The name of the TDO, for people; by default the name of the resource.
        formats: What to export, each once: extensions, or formats with options. By default ``vtt``.
        download_to: Folder for the exports, written on ``up`` when missing or different: ``<resource>.<extension>``.
            Without it nothing is downloaded.
        start_date_time: When the recording starts; by default an hour in 2026.
        stop_date_time: When it ends.
        engine_id: The transcription engine; one that takes chunks.
        chunk_seconds: Length of the audio chunks, in seconds.
        payload: What the transcription engine takes.
        triggers: Any value; when it changes, the job runs again.
        on_destroy: What happens to the TDO made for ``media_url``: ``delete`` (default), ``cleanup`` or ``retain``.
        cleanup_options: What ``cleanup`` removes: storage, searchIndex, engineResults; by default the first two.
        on_destroy_job: What happens to the job: ``cancel`` (default; only if unfinished) or ``retain``.
        on_failure: What the next ``pulumi up`` does with a failed job: ``retry`` in place (default), ``replace`` it by
            a new one, or ``keep`` it.
        allow_failure: Whether dependents run, and the update succeeds, although the job failed.
        wait: Whether to wait for completion; by default as ``aiware:wait`` says.
        timeout: Longest wait in seconds, for the job and for each export; by default ``aiware:jobTimeout``.
        tdo_opts: Options of the TDO alone, such as ``protect``. Those of the component are for all its objects, and
            what is protected cannot be replaced, which a job and an export have to be now and then.
    """

    media_url: pulumi.Input[str] | None
    tdo_id: pulumi.Input[str] | None
    cluster_id: pulumi.Input[str] | None
    name: pulumi.Input[str] | None
    formats: Sequence[Extension | FormatArgs] | None
    download_to: pulumi.Input[str] | None
    start_date_time: pulumi.Input[PointInTime] | None
    stop_date_time: pulumi.Input[PointInTime] | None
    engine_id: pulumi.Input[str] | None
    chunk_seconds: int | None
    payload: pipelines.Payload | None
    triggers: pulumi.Input[Any] | None
    on_destroy: pulumi.Input[TdoPolicy] | None
    cleanup_options: pulumi.Input[Sequence[CleanupOption]] | None
    on_destroy_job: pulumi.Input[OnDestroy] | None
    on_failure: pulumi.Input[OnFailure] | None
    allow_failure: pulumi.Input[bool] | None
    wait: pulumi.Input[bool] | None
    timeout: pulumi.Input[float] | None
    tdo_opts: pulumi.ResourceOptions | None


class Transcription(Component):
    """A recording, its transcript, and exports of that: a TDO, a job, and an export request for each format.

    Attributes:
        tdo: The TDO made for ``media_url``; ``None`` with ``tdo_id``.
        job: The job.
        exports: The export requests, one for each of ``formats``.
        tdo_id: The TDO, once the job is complete.
        job_id: The job.
        status: The status of the job on completion, as with ``Job``.
        files: The paths of the files in ``download_to``; empty without it.
    """

    tdo: TemporalDataObject | None
    job: Job
    exports: list[ExportRequest]
    tdo_id: pulumi.Output[str]
    job_id: pulumi.Output[str]
    status: pulumi.Output[str]
    files: pulumi.Output[list[str]]

    args = TranscriptionArgs

    def __init__(
        self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **arguments: Unpack[TranscriptionArgs]
    ) -> None:
        """Declares a TDO for a recording, or uses one that holds it; transcribes it, and exports the transcript.

        The TDO and the job have the name of the component, and an export has ``<name>-<extension>``.
        """
        media_url, given_tdo = arguments.get("media_url"), arguments.get("tdo_id")
        if (media_url is None) == (given_tdo is None):
            raise pulumi.RunError(
                f"Transcription {resource_name} needs media_url, where the recording is, or tdo_id, the TDO that holds "
                "it already, and not both."
            )
        super().__init__(resource_name, arguments, opts)
        formats = _formats(resource_name, arguments.get("formats") or ["vtt"])
        self.tdo = None if media_url is None else self._recording(resource_name, arguments)
        named = given_tdo if self.tdo is None else self.tdo.id
        self.job = Job(
            resource_name,
            target_id=named,
            dag=_graph(arguments),
            is_reprocess_job=self.tdo is None,
            on_destroy=arguments.get("on_destroy_job"),
            opts=self._inside(),
            **_given(arguments, _OF_JOBS),
        )
        self.exports = [self._export(resource_name, *each, arguments) for each in formats.items()]
        self.tdo_id, self.job_id, self.status = self.job.target_id, self.job.id, self.job.status
        paths = pulumi.Output.all(*(export.path for export in self.exports))
        self.files = paths.apply(lambda known: [path for path in known if path is not None])
        self.register_outputs({"tdoId": named, "jobId": self.job.id})

    def _recording(self, resource_name: str, arguments: TranscriptionArgs) -> TemporalDataObject:
        own = _given(arguments, ("name", *SOME_HOUR, "on_destroy", "cleanup_options"))
        opts = self._inside(arguments.get("tdo_opts"))
        return TemporalDataObject(resource_name, opts, **cast(Any, {"name": resource_name, **SOME_HOUR, **own}))

    def _export(
        self, resource_name: str, extension: str, made: FormatArgs, arguments: TranscriptionArgs
    ) -> ExportRequest:
        folder, file = arguments.get("download_to"), f"{resource_name}.{extension}"
        return ExportRequest(
            f"{resource_name}-{extension}",
            tdo_data=[{"tdo_id": self.job.target_id}],
            output_configurations=[{"engine_id": _engine(arguments), "formats": [made]}],
            download_to=None if folder is None else _in(folder, file),
            opts=self._inside(),
            **_given(arguments, ("wait", "timeout")),
        )


class TranslationArgs(TypedDict, total=False):
    """The arguments of a translation.

    Attributes:
        media_url: Where the text is; the engine fetches it from there.
        cluster_id: Where to run; without it the organization's default cluster, if it has one.
        name: The name of the TDO that the job makes, for people; by default the name of the resource. aiWARE Edge has
            no TDOs.
        results_to: Folder for the translation, written on ``up`` when missing or different, as with ``Job``. Without
            it nothing is written.
        engine_id: The translation engine; by default from Spanish into English.
        payload: What else the translation engine takes.
        triggers: Any value; when it changes, the job runs again.
        on_destroy: What happens to the TDO that the job made: ``delete`` (default; ``retain`` when the job is
            retained), ``cleanup`` or ``retain``.
        cleanup_options: What ``cleanup`` removes: storage, searchIndex, engineResults; by default the first two.
        on_destroy_job: What happens to the job: ``cancel`` (default; only if unfinished) or ``retain``.
        on_failure: What the next ``pulumi up`` does with a failed job: ``retry`` in place (default; by a new one on
            aiWARE Edge), ``replace`` it by a new one, or ``keep`` it.
        allow_failure: Whether dependents run, and the update succeeds, although the job failed.
        wait: Whether to wait for completion; by default as ``aiware:wait`` says.
        timeout: Longest wait in seconds; by default ``aiware:jobTimeout``.
    """

    media_url: Required[pulumi.Input[str]]
    cluster_id: pulumi.Input[str] | None
    name: pulumi.Input[str] | None
    results_to: pulumi.Input[str] | None
    engine_id: pulumi.Input[str] | None
    payload: pipelines.Payload | None
    triggers: pulumi.Input[Any] | None
    on_destroy: pulumi.Input[TdoPolicy] | None
    cleanup_options: pulumi.Input[Sequence[CleanupOption]] | None
    on_destroy_job: pulumi.Input[OnDestroy] | None
    on_failure: pulumi.Input[OnFailure] | None
    allow_failure: pulumi.Input[bool] | None
    wait: pulumi.Input[bool] | None
    timeout: pulumi.Input[float] | None


class Translation(Component):
    """A text and its translation: a job, which makes a TDO for itself where there are any.

    Attributes:
        job: The job.
        job_id: The job.
        status: The status of the job on completion, as with ``Job``.
        files: The paths of the files in ``results_to``; empty without it.
    """

    job: Job
    job_id: pulumi.Output[str]
    status: pulumi.Output[str]
    files: pulumi.Output[list[str]]

    args = TranslationArgs

    def __init__(
        self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **arguments: Unpack[TranslationArgs]
    ) -> None:
        """Declares a job that translates a text.

        The job has the name of the component.
        """
        super().__init__(resource_name, arguments, opts)
        name = arguments.get("name") or resource_name
        of_engine = _given(arguments, ("engine_id", "payload"))
        self.job = Job(
            resource_name,
            target=self._target(name),
            dag=pipelines.translation(arguments["media_url"], **of_engine),
            results_to=arguments.get("results_to"),
            on_destroy=arguments.get("on_destroy_job"),
            on_destroy_target=arguments.get("on_destroy"),
            cleanup_options=arguments.get("cleanup_options"),
            opts=self._inside(),
            **_given(arguments, _OF_JOBS),
        )
        self.job_id, self.status = self.job.id, self.job.status
        self.files = self.job.result_files.apply(lambda found: [file["path"] for file in found or []])
        self.register_outputs({"jobId": self.job.id})

    def _target(self, name: pulumi.Input[str]) -> Any:
        """The TDO for the job to make, where the aiWARE that it is in has any."""
        provider = asked_through(pulumi.InvokeOptions(parent=self))
        if isinstance(provider, Provider) and not mocks.are_set():
            given = pulumi.Output.all(provider.settings, name)
            return given.apply(lambda known: {"name": known[1]} if _has_tdos(known[0]) else None)
        try:
            return {"name": name} if _has_tdos(Settings.from_pulumi()) else None
        except ConfigurationError:  # whoever connects says what is wrong with the settings
            return {"name": name}


def _given(arguments: Mapping[str, Any], names: Sequence[str]) -> Any:
    """Those of the arguments that are given."""
    return {name: arguments[name] for name in names if arguments.get(name) is not None}


def _formats(resource_name: str, wanted: Sequence[Extension | FormatArgs]) -> dict[str, FormatArgs]:
    """The formats by their extensions."""
    found: dict[str, FormatArgs] = {}
    for each in wanted:
        made: FormatArgs = {"extension": each} if isinstance(each, str) else each
        extension = made.get("extension")
        if not isinstance(extension, str) or extension in found:
            raise pulumi.RunError(
                f"Transcription {resource_name}: each of formats names a resource, so its extension is plain text, and "
                f"another one than those before it, but one is {extension!r}."
            )
        found[extension] = made
    return found


def _has_tdos(settings: Settings) -> bool:
    """Whether an aiWARE has TDOs: Edge has none."""
    return abilities_of(settings).has_tdos


def _engine(arguments: TranscriptionArgs) -> pulumi.Input[str]:
    return arguments.get("engine_id") or engines.SPEECHMATICS_ENGLISH


def _graph(arguments: TranscriptionArgs) -> Any:
    own = {"engine_id": _engine(arguments), **_given(arguments, ("chunk_seconds", "payload"))}
    media_url = arguments.get("media_url")
    if media_url is None:
        return pipelines.reprocess_transcription(**own)
    return pipelines.transcription(media_url, **own)


def _in(folder: pulumi.Input[str], file: str) -> pulumi.Output[str]:
    return pulumi.Output.from_input(folder).apply(lambda known: str(Path(known, file)))
