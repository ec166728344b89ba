"""`control`: what is known of each control, by what evidence, and what has gone stale."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli.door import Door, print_answer, with_door
from cli.output import note, person, print_table
from cli.taxonomy_options import LocalOption
from governance.kernel.value import parse
from governance.operations.files import given_file, text_file

if TYPE_CHECKING:
    from governance.operations.controls import NoWord
    from governance.operations.requests import LocalPath
    from governance.registry.assessments import Assessment
    from governance.registry.staleness import Stale

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command(
    "set",
    epilog="Example: underwriter control set iso42001:A.6.2.8 --status verified --owner Platform "
    "--assessor 'Internal audit' --evidence log-policy.pdf --review-on 2027-06-30",
)
@with_door
def set_(
    door: Door,
    control: Annotated[str, typer.Argument(help="For example iso42001:A.6.2.8.")],
    status: Annotated[
        Literal["verified", "declared", "not_assessed"], typer.Option(help="What is known.")
    ],
    system: Annotated[
        str | None, typer.Option(help="Of this system; left out: of the organisation.")
    ] = None,
    applicable: Annotated[
        bool | None, typer.Option("--applicable/--not-applicable", help="Left out: not decided.")
    ] = None,
    justification: Annotated[str, typer.Option(help="Why it applies or not.")] = "",
    owner: Annotated[str, typer.Option(help="Who answers for the control.")] = "",
    assessor: Annotated[str, typer.Option(help="Who checked: you, or a typed name.")] = "",
    evidence: Annotated[
        list[str] | None,
        typer.Option("--evidence", help="A file (its digest is kept) or a link; repeated."),
    ] = None,
    review_on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="From this day on the word is stale."),
    ] = None,
    target: Annotated[
        Literal["verified", "declared"] | None, typer.Option(help="Status that is aimed at.")
    ] = None,
    due: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="By when it is aimed at.")
    ] = None,
    local: LocalOption = None,
) -> None:
    """Say what is known of a control: verified, declared or not assessed.

    Verified needs evidence and an assessor who is not the owner; declared needs an owner. Nobody
    says that another principal was the assessor.
    """
    from governance.operations.controls import SetControl, set_control

    said: dict[str, Any] = {"control": control, "status": status, "applicable": applicable}
    said |= {"justification": justification, "owner": owner, "assessor": assessor}
    said |= {"target": target, "due": _day(due), "review_on": _day(review_on)}
    said |= {"system": system, "evidence": tuple(map(_evidence, evidence or ()))}
    answer = door.ask(set_control, parse(SetControl, {**said, "local": given_file(local)}))
    if door.printed(answer):
        return
    of = f" of {answer.system}" if answer.system else ""
    note(f"{control}{of}: {status}")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _evidence(text: str) -> LocalPath | dict[str, str]:
    from governance.operations.requests import LocalPath

    return {"title": text, "location": text} if "://" in text else LocalPath(text)


@app.command("import", epilog="Example: underwriter control import controls.csv")
@with_door
def import_(
    door: Door,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV; - is standard input.")],
    local: LocalOption = None,
) -> None:
    """Take words on many controls from a CSV; all of them or none.

    Columns: control, status; optional system, applicable, justification, owner, assessor, target,
    due, review_on, evidence (files or links, separated by semicolons).
    """
    from governance.operations.controls import ControlFile, import_controls
    from governance.operations.requests import LocalPath

    folder = Path() if file == "-" else Path(file).parent
    files = {"file": text_file(file), "folder": LocalPath(str(folder)), "local": given_file(local)}
    answer = door.ask(import_controls, parse(ControlFile, files))
    if door.printed(answer):
        return
    note(f"{answer.stored} words stored")


@app.command("list", epilog="Example: underwriter control list --framework iso42001")
@with_door
def list_controls(
    door: Door,
    framework: Annotated[
        str | None, typer.Option(help="Every control of this framework, assessed or not.")
    ] = None,
    system: Annotated[str | None, typer.Option(help="Words on this system only.")] = None,
    local: LocalOption = None,
) -> None:
    """List the last word on each control; with a framework also those without a word."""
    from governance.operations.controls import ControlFilter
    from governance.operations.controls import list_controls as handler

    wanted = {"framework": framework, "system": system, "local": given_file(local)}
    rows = door.ask(handler, parse(ControlFilter, wanted))
    if door.printed(rows):
        return
    print_table(
        ("control", "system_id", "status", "owner", "assessor", "review_on", "evidence"),
        [
            (
                row.control,
                row.system_id,
                row.status,
                _owner(row),
                person(row.assessor, row.assessor_id),
                row.review_on,
                len(row.evidence),
            )
            for row in rows
        ],
    )


@app.command(epilog="Example: underwriter control stale --json")
@with_door
def stale(door: Door, local: LocalOption = None) -> None:
    """Name the words on controls that no longer stand as they were given.

    A review date or target date has passed, an evidence file changed or is gone, or the control
    left the ontology. Links are not fetched. Exit code 1 where one is found.
    """
    from governance.operations.controls import ControlFilter, list_stale
    from governance.operations.controls import list_controls as every_word
    from governance.operations.editions import WithLocal

    own = given_file(local)
    found = door.ask(list_stale, WithLocal(local=own))
    if door.as_json:
        print_answer(found)
    else:
        words = door.ask(every_word, ControlFilter(local=own))
        print_table(
            ("control", "system", "status", "owner", "why"),
            [
                (row.control, row.system_id, row.status, _owner(row), "; ".join(row.reasons))
                for row in found
            ],
            title=f"{len(found)} of {len(words)} words are stale",
        )
    if found:
        raise typer.Exit(1)


def _owner(row: Assessment | NoWord | Stale) -> str:
    return person(row.owner, row.owner_id)
