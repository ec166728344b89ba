"""`incidents list|show|counts|export`: looking at what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.door import Door, as_data, with_door
from cli.output import note, person, print_json_line, print_table

if TYPE_CHECKING:
    from governance.incidents.view import IncidentView
    from governance.operations.incidents_show import IncidentShown

DomainOption = Annotated[
    str | None, typer.Option(help="Domain in force, for example MIS; NONE: no AI incident.")
]
SubThreatOption = Annotated[str | None, typer.Option(help="Sub-threat in force: MIS-01, ...")]
SourceOption = Annotated[str | None, typer.Option(help="Source, for example aiid.")]
TextOption = Annotated[
    str | None, typer.Option("--text", help="Words that must all stand in title or description.")
]
SinceOption = Annotated[str | None, typer.Option(help="Not before: 2024, 2024-05, 2024-05-17.")]
UntilOption = Annotated[str | None, typer.Option(help="Not after, as --since.")]
MinOption = Annotated[float | None, typer.Option(min=0, max=1, help="Least confidence.")]
MaxOption = Annotated[float | None, typer.Option(min=0, max=1, help="Greatest confidence.")]
UncertainOption = Annotated[
    bool | None, typer.Option("--uncertain/--certain", help="Kept back by the model, or not.")
]
ReviewedOption = Annotated[
    bool | None, typer.Option("--reviewed/--unreviewed", help="Decided by a reviewer, or not.")
]
NearMissOption = Annotated[
    bool | None, typer.Option("--near-miss/--no-near-miss", help="Near misses, or actual harm.")
]
MergedOption = Annotated[bool, typer.Option("--merged", help="Show merged duplicates too.")]


SHOWN_FIELDS = (
    "id", "source", "source_id", "title", "description", "occurred", "discovered", "reported",
    "status", "near_miss", "affected_system", "affected_agent", "url", "licence", "merged_into",
    "domain", "sub_threat", "confidence", "abstained", "abstain_reason", "coded_by", "reviewer",
    "model",
)  # fmt: skip


def mount(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("list", epilog="Example: underwriter incidents list --domain PRV --text chat")(
        list_
    )
    app.command("show", epilog="Example: underwriter incidents show genai-incidents:INC-04853")(
        show
    )
    app.command("counts", epilog="Example: underwriter incidents counts --json")(counts)
    app.command(
        "export",
        epilog="Examples: underwriter incidents export --domain MIS --out mis.csv  |  "
        "underwriter incidents export --corrections --out corrections.jsonl",
    )(export)


@with_door
def list_(
    door: Door,
    domain: DomainOption = None,
    sub_threat: SubThreatOption = None,
    source: SourceOption = None,
    text: TextOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    min_confidence: MinOption = None,
    max_confidence: MaxOption = None,
    uncertain: UncertainOption = None,
    reviewed: ReviewedOption = None,
    near_miss: NearMissOption = None,
    merged: MergedOption = False,
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="How many to pass over.")] = 0,
) -> None:
    """List incidents, the latest first, with the code in force."""
    from governance.kernel.value import parse
    from governance.operations.incidents_show import IncidentSearch, list_incidents

    given = {
        "domain": domain,
        "sub_threat": sub_threat,
        "source": source,
        "text": text,
        "since": since,
        "until": until,
        "min_confidence": min_confidence,
        "max_confidence": max_confidence,
        "abstained": uncertain,
        "reviewed": reviewed,
        "near_miss": near_miss,
        "merged": merged,
        "limit": limit,
        "offset": offset,
    }
    with door.fields():
        wanted = parse(IncidentSearch, given)
    found = door.ask(list_incidents, wanted)
    if door.printed(found):
        return
    print_table(
        ("incident", "date", "code", "confidence", "by", "title"),
        [_row(incident) for incident in found.incidents],
        title=f"{len(found.incidents)} of {found.total} incidents",
    )


@with_door
def show(
    door: Door, incident: Annotated[str, typer.Argument(help="Id, source:id, or how an id begins.")]
) -> None:
    """Show one incident: text, code with evidence, losses, reviews, revisions, duplicates."""
    from governance.operations.incidents_show import show_incident
    from governance.operations.requests import ById

    details = door.ask(show_incident, ById(id=incident))
    if door.printed(details):
        return
    _print_details(details)


@with_door
def counts(door: Door) -> None:
    """Count incidents by domain, sub-threat, loss, source and year; merged ones count once."""
    from governance.operations.incidents_show import count_incidents
    from governance.operations.requests import Nothing

    found = door.ask(count_incidents, Nothing())
    if door.printed(found):
        return
    print_table(
        ("domain", "asserted", "uncertain"),
        [(row.domain, row.asserted, row.abstained) for row in found.by_domain],
    )
    note(
        f"{found.stored} incidents; {found.none} are no AI incident or say too little, "
        f"{found.unclassified} are not classified, {found.reviewed} were reviewed"
    )
    for title, counted in (
        ("sub-threat", found.sub_threats),
        ("domain/loss", found.losses),
        ("source", found.by_source),
    ):
        rows = sorted(counted.items(), key=lambda row: (-row[1], row[0]))[:15]
        print_table((title, "incidents"), rows)


@with_door
def export(
    door: Door,
    out: Annotated[Path | None, typer.Option(help="File to write; else standard output.")] = None,
    format_: Annotated[
        Literal["jsonl", "csv"] | None,
        typer.Option("--format", help="Default: by the file's ending, else jsonl."),
    ] = None,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="Only what reviewers decided: training data.")
    ] = False,
    domain: DomainOption = None,
    source: SourceOption = None,
    text: TextOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
) -> None:
    """Write incidents with their codes as JSON lines or CSV."""
    from governance.kernel.files import write_atomically
    from governance.operations.incidents_show import ExportOrder
    from governance.operations.incidents_show import export as handler

    order = ExportOrder(
        format=format_ or ("csv" if out and out.suffix == ".csv" else "jsonl"),
        corrections=corrections,
        domain=domain,
        source=source,
        text=text,
        since=since,
        until=until,
    )
    answer = door.ask(handler, order)
    if out is None:
        typer.echo(answer.content.decode(), nl=False)
        return
    write_atomically(out, answer.content)
    if door.as_json:
        print_json_line({"file": str(out), **as_data(answer)})
        return
    note(f"{out}: {answer.incidents} incidents")


def _row(incident: IncidentView) -> tuple[object, ...]:
    date = incident.occurred or incident.discovered or incident.reported
    title = incident.title or incident.description.split("\n")[0]
    return (
        incident.id,
        date,
        _code(incident),
        None if incident.confidence is None else f"{incident.confidence:.2f}",
        _reviewer(incident) or ("model" if incident.coded_by else ""),
        title if len(title) <= 72 else title[:71] + "…",
    )


def _reviewer(incident: IncidentView) -> str | None:
    return person(incident.reviewer, incident.reviewer_id) or None


def _code(incident: IncidentView) -> str:
    code = incident.sub_threat or incident.domain or ""
    return f"{code}?" if incident.abstained else code


def _print_details(details: IncidentShown) -> None:
    incident = details.incident
    fields = {**dict(incident), "reviewer": _reviewer(incident)}
    shown = [(name, fields[name]) for name in SHOWN_FIELDS]
    shown = [(name, value) for name, value in shown if value is not None]
    shown.append(("losses", ", ".join(incident.losses)))
    shown.append(("duplicates", ", ".join(details.duplicates)))
    shown += sorted((f"label {name}", value) for name, value in details.source_labels.items())
    print_table(("field", "value"), [(name, value) for name, value in shown if value != ""])
    print_alternatives(details)
    if details.reviews:
        print_table(
            ("time", "reviewer", "verdict", "code", "comment"),
            [
                (
                    f"{row.reviewed_at:%Y-%m-%d %H:%M}",
                    person(row.reviewer, row.reviewer_id),
                    row.verdict,
                    row.sub_threat or row.domain,
                    row.comment,
                )
                for row in details.reviews
            ],
            title="reviews",
        )


def print_alternatives(details: IncidentShown) -> None:
    """Print what else the code could be, the words it rests on, and the rule that decides."""
    current = next((row for row in details.classifications if row.superseded_at is None), None)
    if current is None:
        return
    result, names = current.result, details.code_names
    rows = [
        (
            row.get("sub_threat") or row.get("domain"),
            names.get(row.get("sub_threat") or row.get("domain"), "no AI incident"),
            f"{row.get('confidence', 0):.2f}",
        )
        for row in result.get("alternatives", [])[:5]
    ]
    if rows:
        print_table(("code", "name", "confidence"), rows, title="what it may be")
    evidence = [
        (row.get("text"), f"{row.get('weight', 0):+.2f}") for row in result.get("evidence", [])[:8]
    ]
    if evidence:
        print_table(("evidence", "weight"), evidence)
    if result.get("rule"):
        note(f"rule: {result['rule'].get('text')}")
