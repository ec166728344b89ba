"""`control`: what is known of each control, by what evidence, and what has gone stale."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli.database import DatabaseOption, open_store
from cli.output import JsonOption, note, print_json, print_table
from cli.taxonomy_options import LocalOption, open_ontology

if TYPE_CHECKING:
    from governance.registry.assessments import Assessment

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command(
    "set",
    epilog="Example: underwriter control set iso42001:A.6.2.8 --status verified --owner Platform "
    "--assessor 'Internal audit' --evidence log-policy.pdf --review-on 2027-06-30",
)
def set_(
    ctx: typer.Context,
    control: Annotated[str, typer.Argument(help="For example iso42001:A.6.2.8.")],
    status: Annotated[
        Literal["verified", "declared", "not_assessed"], typer.Option(help="What is known.")
    ],
    system: Annotated[
        str | None, typer.Option(help="Of this system; left out: of the organisation.")
    ] = None,
    applicable: Annotated[
        bool | None,
        typer.Option("--applicable/--not-applicable", help="Left out: not decided."),
    ] = None,
    justification: Annotated[str, typer.Option(help="Why it applies or not.")] = "",
    owner: Annotated[str, typer.Option(help="Who answers for the control.")] = "",
    assessor: Annotated[str, typer.Option(help="Who looked at the evidence.")] = "",
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
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is known of a control: verified, declared or not assessed.

    Verified needs evidence and an assessor who is not the owner; declared needs an owner.
    """
    from governance.kernel.value import parse
    from governance.registry.control_rows import evidence_from
    from governance.registry.controls import Word, assess_control
    from governance.registry.systems import find_system

    said: dict[str, Any] = {"control": control, "status": status, "applicable": applicable}
    said |= {"justification": justification, "owner": owner, "assessor": assessor}
    said |= {"target": target, "due": due.date() if due else None}
    said["review_on"] = review_on.date() if review_on else None
    said["evidence"] = tuple(evidence_from(text, Path()) for text in evidence or ())
    word = parse(Word, said)
    ontology = open_ontology(local)
    with open_store(ctx, db) as store, store.write() as transaction:
        found = find_system(transaction.session, system) if system else None
        row = assess_control(transaction, ontology, word, found)
    if as_json:
        print_json({**_word_row(row), "evidence": len(row.evidence)})
        return
    of = f" of {found.name}" if found else ""
    note(f"{control}{of}: {status}")


@app.command("import", epilog="Example: underwriter control import controls.csv")
def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV; - is standard input.")],
    local: LocalOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take words on many controls from a CSV; all of them or none.

    Columns: control, status; optional system, applicable, justification, owner, assessor, target,
    due, review_on, evidence (files or links, separated by semicolons).
    """
    from governance.registry.control_rows import assess_file

    ontology = open_ontology(local)
    with open_store(ctx, db) as store, store.write() as transaction:
        rows = assess_file(transaction, ontology, file)
    if as_json:
        print_json({"stored": len(rows)})
        return
    note(f"{len(rows)} words stored")


@app.command("list", epilog="Example: underwriter control list --framework iso42001")
def list_controls(
    ctx: typer.Context,
    framework: Annotated[
        str | None, typer.Option(help="Every control of this framework, assessed or not.")
    ] = None,
    system: Annotated[str | None, typer.Option(help="Words on this system only.")] = None,
    local: LocalOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the last word on each control; with a framework also those without a word."""
    from governance.registry.assessments import assessments_at
    from governance.registry.systems import find_system

    ontology = open_ontology(local)
    with open_store(ctx, db) as store, store.read() as session:
        found = find_system(session, system) if system else None
        rows = assessments_at(session, system_id=found.id if found else None)
    shown = [_word_row(row) for row in rows]
    if framework is not None:
        known = {row["control"] for row in shown}
        wanted = [node.id for node in ontology.controls(framework)]
        shown = [row for row in shown if row["control"] in set(wanted)]
        shown += [_no_word(name) for name in wanted if name not in known]
        shown.sort(key=lambda row: wanted.index(row["control"]))
    if as_json:
        print_json(shown)
        return
    columns = ("control", "system_id", "status", "owner", "assessor", "review_on")
    print_table(
        (*columns, "evidence"),
        [[*(row[c] for c in columns), len(row["evidence"])] for row in shown],
    )


@app.command(epilog="Example: underwriter control stale --json")
def stale(
    ctx: typer.Context,
    local: LocalOption = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name the words on controls that no longer stand as they were given.

    A review date or target date has passed, an evidence file changed or is gone, or the control
    left the ontology. Links are not fetched. Exit code 1 where one is found.
    """
    from governance.registry.assessments import assessments_at
    from governance.registry.staleness import find_stale

    ontology = open_ontology(local)
    with open_store(ctx, db) as store, store.read() as session:
        rows = assessments_at(session)
        found = find_stale(rows, ontology, store.clock.now())
    if as_json:
        print_json([row.model_dump(mode="json") for row in found])
    else:
        print_table(
            ("control", "system", "status", "owner", "why"),
            [(r.control, r.system_id, r.status, r.owner, "; ".join(r.reasons)) for r in found],
            title=f"{len(found)} of {len(rows)} words are stale",
        )
    if found:
        raise typer.Exit(1)


def _word_row(row: Assessment) -> dict[str, Any]:
    from governance.kernel.clock import format_time

    names = (
        "id", "control", "system_id", "status", "applicable", "justification", "owner",
        "assessor", "target", "due", "review_on", "edition",
    )  # fmt: skip
    said = row.model_dump(mode="json")
    shown = ("title", "digest", "location")
    return {
        **{name: said[name] for name in names},
        "recorded_at": format_time(row.recorded_at),
        "evidence": [{name: item[name] for name in shown} for item in said["evidence"]],
    }


def _no_word(control: str) -> dict[str, Any]:
    return {
        "control": control,
        "system_id": None,
        "status": "not_assessed",
        "applicable": None,
        "owner": "",
        "assessor": "",
        "review_on": None,
        "evidence": [],
    }
