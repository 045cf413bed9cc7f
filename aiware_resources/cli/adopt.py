"""``aiware adopt``: Python for objects that aiWARE has already."""

from __future__ import annotations

from pathlib import Path

import click

from aiware_resources.cli.framework.options import OUTPUT_FILE, examples, json_option, stack_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.session import Session
from aiware_resources.errors import AdoptionError
from aiware_resources.text.words import counted


@click.command(
    epilog=examples(
        "aiware adopt --all-clusters",
        "aiware -s prod adopt --cluster pipelines-prod --tdo 460907869 --job 24112609_a1b2c3d4e5 -o adopted.py",
    )
)
@click.option(
    "--cluster", "clusters", metavar="ID|NAME", multiple=True, help="Adopt a cluster; can be given several times."
)
@click.option("--all-clusters", is_flag=True, help="Adopt every cluster that the organization owns.")
@click.option("--tdo", "tdos", metavar="ID", multiple=True, help="Adopt a TDO; can be given several times.")
@click.option("--job", "jobs", metavar="ID", multiple=True, help="Adopt a job; can be given several times.")
@click.option(
    "--export", "exports", metavar="ID", multiple=True, help="Adopt an export request; can be given several times."
)
@click.option("-o", "--output", type=OUTPUT_FILE, help="Write to this new file, not to the screen.")
@json_option("Print JSON: what is adopted, and the program as text; errors as JSON on standard error.")
@stack_option
@click.pass_obj
def adopt(
    session: Session,
    clusters: tuple[str, ...],
    all_clusters: bool,
    tdos: tuple[str, ...],
    jobs: tuple[str, ...],
    exports: tuple[str, ...],
    output: Path | None,
    as_json: bool,
) -> None:
    """Write Python that takes over objects as they are.

    It is ready to paste into a Pulumi program. Nothing is changed in aiWARE: not by this command, and not by the first
    `pulumi up` of what it writes. `pulumi destroy` leaves adopted objects. Secrets are left out; a comment says what to
    set. A job refers to its cluster and its TDO by variable where they are adopted by the same command. Every job is
    written as a Job, also one that was made by a SingleEngineJob or a JobFleet: aiWARE does not tell what those were
    given.
    """
    from aiware_resources.cli.adoption import Wanted, declared, program

    wanted = Wanted(clusters, all_clusters, tdos, jobs, exports)
    if not wanted:
        raise click.UsageError("Name what to adopt: --cluster, --all-clusters, --tdo, --job or --export.")
    if output is not None and output.exists():
        raise click.UsageError(f"{output} is there already, and may be somebody's work: name a new file.")
    declarations = declared(session.api(), wanted)
    if not declarations:
        raise AdoptionError("There is nothing to adopt: the organization owns no clusters.")
    source = program(declarations)
    if output is not None:
        output.write_text(source, encoding="utf-8")
    if as_json:
        adopted = [{"type": each.resource, "id": each.object_id, "name": each.called} for each in declarations]
        print_json({"adopted": adopted, "program": source})
    elif output is None:
        click.echo(source, nl=False)
    if output is not None:
        session.note(f"Wrote {counted(len(declarations), 'declaration')} to {output}.")
