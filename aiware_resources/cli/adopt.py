"""``aiware adopt``: Python for objects that aiWARE has already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from aiware_resources.cli.framework.options import OUTPUT_FILE, examples, json_option, stack_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.session import Session
from aiware_resources.errors import AdoptionError
from aiware_resources.text.words import counted


class _Adopt(click.Command):
    """Has an option for each kind of object that can be adopted, as the entities say."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        from aiware_resources.cli.adoption import options

        return [*options(), *super().get_params(ctx)]


@click.command(
    cls=_Adopt,
    epilog=examples(
        "aiware adopt --all-clusters",
        "aiware -s prod adopt --cluster pipelines-prod --tdo 460907869 --job 24112609_a1b2c3d4e5 -o adopted.py",
    ),
)
@click.option("-o", "--output", type=OUTPUT_FILE, help="Write to this new file, not to the screen.")
@json_option("Print JSON: what is adopted, and the program as text; errors as JSON on standard error.")
@stack_option
@click.pass_obj
def adopt(session: Session, /, output: Path | None, as_json: bool, **wanted: Any) -> None:
    """Write Python that takes over objects as they are.

    It is ready to paste into a Pulumi program. Nothing is changed in aiWARE: not by this command, and not by the first
    `pulumi up` of what it writes. `pulumi destroy` leaves adopted objects. Secrets are left out; a comment says what to
    set. A job refers to its cluster and its TDO by variable where they are adopted by the same command. Every job is
    written as a Job, also one that was made by a SingleEngineJob or a JobFleet: aiWARE does not show what those were
    given.
    """
    from aiware_resources.cli.adoption import declared, options, program

    if not any(wanted.values()):
        *most, last = (option.opts[0] for option in options())
        raise click.UsageError(f"Name what to adopt: {', '.join(most)} or {last}.")
    if output is not None and output.exists():
        raise click.UsageError(f"{output} is there already, and may be somebody's work: name a new file.")
    declarations = list(declared(session.api(), wanted))
    if not declarations:
        raise AdoptionError("There is nothing to adopt: the organization owns no clusters.")
    source = program(declarations, session.provider)
    if output is not None:
        output.write_text(source, encoding="utf-8")
    if as_json:
        adopted = [{"type": each.resource, "id": each.object_id, "name": each.called} for each in declarations]
        print_json({"adopted": adopted, "program": source})
    elif output is None:
        click.echo(source, nl=False)
    if output is not None:
        session.note(f"Wrote {counted(len(declarations), 'declaration')} to {output}.")
