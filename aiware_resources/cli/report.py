"""``aiware report``: what ran, as a page, as JSON, or for CI."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
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

FORMATS = ("html", "json", "junit")
_BY_NAME = {".json": "json", ".xml": "junit"}


@click.command(
    epilog=examples(
        "aiware report -s dev -o run.html",
        "aiware report -s prod -o run.xml             # JUnit XML, for CI",
        "aiware report -s prod --json > run.json",
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
    help="Write in this format; when left out, JSON into a file *.json, JUnit XML into *.xml, and else HTML.",
)
@json_option("Write JSON, as --format json does, and errors as JSON on standard error.")
@click.option(
    "--live", is_flag=True, help="Show the jobs that go on until they are done, as jobs watch does, then report."
)
@click.pass_obj
def report(
    session: Session, stack: str | None, output: Path | None, as_format: str | None, as_json: bool, live: bool
) -> None:
    """Report what ran in the last update.

    Reads the stack's state, its jobs in aiWARE, and its files on this machine, and changes nothing. Tells what ran and
    what did not have to, when and how long, what engines heard, why jobs failed and what to do, and which files there
    are. The page needs no network. Secrets never appear.
    """
    from aiware_resources.report import run as runs

    found = _gathered(replace(session, stack=stack or session.stack, provider=None), live)
    writers = {"html": runs.html, "json": runs.Run.as_json, "junit": runs.junit}
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


def _gathered(session: Session, live: bool) -> Run:
    from aiware_resources.api import connect
    from aiware_resources.cli import pulumi_command
    from aiware_resources.reconcile.explicit import recorded_providers
    from aiware_resources.report import run as runs
    from aiware_resources.report.live import recorded_in
    from aiware_resources.settings import Settings

    session = replace(session, stack=session.stack or pulumi_command.selected())
    state = pulumi_command.recorded(session.stack)
    resources = recorded_in(state)
    explicit = pulumi_command.providers(session.stack) if recorded_providers(state) else {}
    settings = {urn: Settings.from_mapping(each) for urn, each in explicit.items()}
    apis = {urn: connect(each, start=False) for urn, each in settings.items()}
    own: list[Api] = []
    secrets: set[str] = set()
    for urn, api in apis.items():
        secrets |= _secrets(settings[urn], api)

    def api_of(resource: Recorded) -> Api:
        if resource.provider in apis:
            return apis[resource.provider]
        if not own:
            own.append(session.api())
            secrets.update(_secrets(session.settings(), own[0]))
        return own[0]

    if live:
        _show(session, resources, api_of, settings)
    update = _last_update(pulumi_command.history(session.stack))
    parts = next((str(each["urn"]).split("::") for each in state if each.get("urn")), [])
    project = parts[1] if len(parts) > 1 else ""
    return runs.gather(project, session.stack or "", resources, api_of, update, secrets)


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
