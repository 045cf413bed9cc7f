"""``aiware report``: what ran, as a page, as JSON, or for CI."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiware_resources.cli.framework.options import OUTPUT_FILE, complete_stack, examples, json_option
from aiware_resources.cli.framework.session import Session

if TYPE_CHECKING:
    from aiware_resources.api import Api
    from aiware_resources.report.live import Recorded
    from aiware_resources.report.run import Run, Update
    from aiware_resources.settings import Settings

FORMATS = ("html", "json", "junit", "markdown")
_BY_NAME = {".json": "json", ".xml": "junit", ".md": "markdown"}


@click.command(
    epilog=examples(
        "aiware report -s dev -o run.html",
        "aiware report -s prod -o run.xml             # JUnit XML, for CI",
        "aiware report -s prod -f markdown            # for the summary of a CI run",
        "aiware report -s prod --json > run.json",
        "aiware report --shards talks -o run.html     # of talks-0, talks-1, ...",
        "aiware report -s prod --live -o run.html     # first show the jobs until they are done",
    )
)
@click.option(
    "-s",
    "--stack",
    shell_complete=complete_stack,
    help="Report on this stack; without it on the one that is selected.",
)
@click.option("-o", "--output", type=OUTPUT_FILE, help="Write here, not to the screen.")
@click.option(
    "-f",
    "--format",
    "as_format",
    type=click.Choice(FORMATS),
    help="Write in this format; when left out, JSON into a file *.json, JUnit XML into *.xml, Markdown into *.md, and "
    "else HTML.",
)
@json_option("Write JSON, as --format json does, and errors as JSON on standard error.")
@click.option(
    "--live", is_flag=True, help="Show the jobs that go on until they are done, as jobs watch does, then report."
)
@click.option("--shards", metavar="NAME", help="Report on all stacks NAME-0, NAME-1, ... together.")
@click.pass_obj
def report(
    session: Session,
    stack: str | None,
    output: Path | None,
    as_format: str | None,
    as_json: bool,
    live: bool,
    shards: str | None,
) -> None:
    """Report what ran in the last update.

    Reads the stack's state, its jobs in aiWARE, and its files on this machine, and changes nothing. Tells what ran and
    what did not have to, when and how long, what engines heard, why jobs failed and what to do, and which files there
    are. The page needs no network. Secrets never appear.
    """
    from aiware_resources.report import run as runs

    session = replace(session, stack=stack or session.stack, provider=None)
    if shards is not None and stack is not None:
        raise click.UsageError("--stack and --shards exclude each other.")
    found = _gathered(session, live) if shards is None else _of_shards(session, shards, live)
    writers = {"html": runs.html, "json": runs.Run.as_json, "junit": runs.junit, "markdown": runs.markdown}
    wanted = as_json or as_format
    as_format = "json" if as_json else as_format or _BY_NAME.get(output.suffix.lower() if output else "", "html")
    text = writers[as_format](found)
    if output is None and live and not wanted:
        session.note(f"{found.project}/{found.stack}: {runs.sentence(found)}.")
    elif output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        session.note(f"{found.project}/{found.stack}: {runs.sentence(found)}. The report is in {output}.")


@dataclass(frozen=True)
class _Read:
    """What a stack's state and history tell, and who is asked about its objects."""

    project: str
    resources: list[Recorded]
    api_of: Callable[[Recorded], Api]
    settings: Mapping[str, Settings]
    update: Update | None


def _gathered(session: Session, live: bool) -> Run:
    from aiware_resources.cli import pulumi_command
    from aiware_resources.report import run as runs
    from aiware_resources.text import commands

    session = replace(session, stack=session.stack or pulumi_command.selected())
    secrets: set[str] = set()
    read = _read(session, secrets)
    if live:
        _show(session, read.resources, read.api_of, read.settings)
    with commands.about(session.stack):
        return runs.gather(read.project, session.stack or "", read.resources, read.api_of, read.update, secrets)


def _of_shards(session: Session, archive: str, live: bool) -> Run:
    """All shards of an archive, as one run: from the first one's beginning to the last one's end."""
    from aiware_resources.cli import pulumi_command
    from aiware_resources.errors import ConfigurationError
    from aiware_resources.report import run as runs
    from aiware_resources.report.run import Update
    from aiware_resources.shards import parsed

    names = map(_short, pulumi_command.stacks(of_project=True))
    numbers = sorted(found[1] for each in names if (found := parsed(each)) and found[0] == archive)
    if not numbers:
        raise ConfigurationError(
            f"There is no stack {archive}-0.",
            remedy="`pulumi stack ls` lists the stacks; give their name without the number.",
        )
    resources: list[Recorded] = []
    of: dict[int, _Read] = {}
    updates: list[Update] = []
    secrets: set[str] = set()
    project = ""
    for number in numbers:
        one = replace(session, stack=f"{archive}-{number}")
        read = _read(one, secrets)
        if live:
            _show(one, read.resources, read.api_of, read.settings)
        # Each shard has resources of the same names.
        shown = [replace(each, urn=f"{each.urn} ({one.stack})") for each in read.resources]
        of |= {id(each): read for each in shown}
        resources += shown
        updates += [read.update] if read.update else []
        project = read.project or project
    update = None
    if updates:
        ended = [each.ended for each in updates]
        failed = [each.result for each in updates if each.result != "succeeded"]
        last = None if None in ended else max(each for each in ended if each is not None)
        result = failed[0] if failed else "succeeded"
        update = Update(started=min(each.started for each in updates), ended=last, result=result)
    return runs.gather(project, archive, resources, lambda each: of[id(each)].api_of(each), update, secrets)


def _short(stack: str) -> str:
    return stack.rpartition("/")[2]


def _read(session: Session, secrets: set[str]) -> _Read:
    """Reads one stack; what must not be told is added to the secrets, also when its objects are asked about."""
    from aiware_resources.api import connect
    from aiware_resources.cli import pulumi_command
    from aiware_resources.reconcile.explicit import recorded_providers
    from aiware_resources.report.live import recorded_in
    from aiware_resources.settings import Settings

    state = pulumi_command.recorded(session.stack)
    explicit = pulumi_command.providers(session.stack) if recorded_providers(state) else {}
    settings = {urn: Settings.from_mapping(each) for urn, each in explicit.items()}
    apis = {urn: connect(each, start=False) for urn, each in settings.items()}
    own: list[Api] = []
    for urn, api in apis.items():
        secrets |= _secrets(settings[urn], api)

    def api_of(resource: Recorded) -> Api:
        if resource.provider in apis:
            return apis[resource.provider]
        if not own:
            own.append(session.api())
            secrets.update(_secrets(session.settings(), own[0]))
        return own[0]

    update = _last_update(pulumi_command.history(session.stack))
    parts = next((str(each["urn"]).split("::") for each in state if each.get("urn")), [])
    project = parts[1] if len(parts) > 1 else ""
    return _Read(project, recorded_in(state), api_of, settings, update)


def _show(
    session: Session,
    resources: Sequence[Recorded],
    api_of: Callable[[Recorded], Api],
    explicit: Mapping[str, Settings],
) -> None:
    """Shows the jobs until they are done: those of one aiWARE after those of another."""
    from aiware_resources.cli import watching
    from aiware_resources.report.pulumi_json import name_of

    parts: dict[Api, dict[str, str]] = {}
    settings: dict[Api, Settings] = {}
    for each in resources:
        jobs = each.entity.jobs_in(each.id, each.outputs)
        if jobs:
            api = api_of(each)
            settings[api] = explicit[each.provider] if each.provider in explicit else session.settings()
            name = name_of(each.urn)
            names = {id_: f"{name}[{key}]" if key else name for key, id_ in jobs.items()}
            parts.setdefault(api, {}).update(names)
    for api, names in parts.items():
        watching.show_until_done(session, settings[api], api, list(names), names)


def _last_update(history: Sequence[Mapping[str, Any]]) -> Update | None:
    """The newest update in Pulumi's history of a stack; refreshes and the like run no job."""
    from aiware_resources.report.run import Update
    from aiware_resources.text.times import parse_time

    for each in history:
        if each.get("kind") == "update" and each.get("startTime"):
            ended = parse_time(each["endTime"]) if each.get("endTime") else None
            return Update(started=parse_time(each["startTime"]), ended=ended, result=str(each.get("result") or ""))
    return None


def _secrets(settings: Settings, api: Api) -> set[str]:
    """What of a connection must not be told, whoever quotes it."""
    from pydantic import SecretStr

    token = api.token_for(api.url)
    values = [*(value for _, value in settings), *(value for _, value in settings.headers), token]
    return {value.get_secret_value() for value in values if isinstance(value, SecretStr) and value.get_secret_value()}
