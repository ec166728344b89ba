"""`taxonomy`: threats, losses, controls and the links between them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cli import taxonomy_exchange, taxonomy_graph
from cli.door import Door, print_answer, with_plain_door
from cli.output import note, print_table
from cli.taxonomy_options import EditionOption, LocalOption, looked_at
from governance.kernel.value import parse

if TYPE_CHECKING:
    from governance.operations.taxonomy import RowWhole
    from taxonomy.check import Report

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

THREAT_KINDS = ("domain", "sub_threat", "loss")
COUNTS = (
    "domains", "core_sub_threats", "extension_sub_threats", "loss_categories",
    "iso42001_controls", "nist_ai_rmf_subcategories",
)  # fmt: skip


@app.command("list", epilog="Example: underwriter taxonomy list --domain MIS")
@with_plain_door
def list_(
    door: Door,
    kind: Annotated[
        str | None, typer.Option(help="Only this kind: domain, sub_threat, loss, control, ...")
    ] = None,
    domain: Annotated[str | None, typer.Option(help="Only this domain, for example PRV.")] = None,
    framework: Annotated[
        str | None, typer.Option(help="Only this framework, for example iso42001.")
    ] = None,
    origin: Annotated[str | None, typer.Option(help="core, extension or local.")] = None,
    local: LocalOption = None,
    edition: EditionOption = None,
) -> None:
    """List the rows of the ontology.

    JSON holds every row. The table shows domains, sub-threats and losses unless a kind or a
    framework is asked for.
    """
    from governance.operations.editions import OfEdition
    from governance.operations.taxonomy import RowFilter, list_rows, show_edition

    seen = looked_at(local, edition)
    wanted = {"kind": kind, "domain": domain, "framework": framework, "origin": origin}
    rows = door.ask(list_rows, parse(RowFilter, {**seen, **wanted}))
    if door.printed(rows):
        return
    state = door.ask(show_edition, parse(OfEdition, seen))
    if kind is None and framework is None:
        rows = [row for row in rows if row.kind in THREAT_KINDS]
        names = ", ".join(row.id for row in state.frameworks)
        note(f"frameworks are listed by --framework NAME: {names}")
    print_table(
        ("id", "name", "kind", "origin", "definition"),
        [(row.id, row.name, row.kind, row.origin, row.definition) for row in rows],
        title=f"edition {state.edition}, {len(rows)} rows",
    )


@app.command(epilog="Example: underwriter taxonomy show MIS-01")
@with_plain_door
def show(
    door: Door,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="For example MIS-01.")],
    local: LocalOption = None,
    edition: EditionOption = None,
) -> None:
    """Show one row with its rules, examples, links, and where each comes from."""
    from governance.operations.taxonomy import RowById, show_row

    asked = parse(RowById, {**looked_at(local, edition), "id": identifier})
    row = door.ask(show_row, asked)
    if door.printed(row):
        return
    for label, text in _lines(row):
        typer.echo(f"{label + ':':<22}{text}")
    _print_links(row)


def _lines(node: RowWhole) -> list[tuple[str, str]]:
    single = {
        "id": node.id,
        "name": node.name,
        "kind": f"{node.kind} ({node.origin})",
        "framework": f"{node.framework} {node.version or ''}".strip(),
        "definition": node.definition,
        "counts when": node.counts_when,
        "applies from": node.in_force_from,
        "until": node.until,
        "source": node.source,
        "notice": node.notice,
        "basis of the name": node.name_basis,
        "definition from": node.definition_provenance,
    }
    lists = {
        "example": node.examples,
        "counter-example": node.counter_examples,
        "variant": node.variants,
        "name from": node.provenance,
        "evidence": node.evidence,
    }
    rows = [(label, text) for label, text in single.items() if text]
    return rows + [(label, text) for label, texts in lists.items() for text in texts]


def _print_links(row: RowWhole) -> None:
    rows = [
        (
            there.link,
            there.id,
            there.name,
            f"{edge.confidence:.2f}",
            "" if edge.weight is None else f"{edge.weight:.1f}",
            ", ".join(edge.basis),
            edge.justification,
        )
        for there, edge in zip(row.neighbours, row.links, strict=True)
    ]
    if rows:
        columns = ("link", "to", "name", "confidence", "weight", "basis", "because")
        print_table(columns, rows, title=f"{len(rows)} links")


@app.command(epilog="Example: underwriter taxonomy coverage --json")
@with_plain_door
def coverage(door: Door, local: LocalOption = None, edition: EditionOption = None) -> None:
    """Count what the ontology holds, by framework and by loss, and name what is unmapped."""
    from governance.operations.editions import OfEdition
    from governance.operations.taxonomy import show_coverage

    found = door.ask(show_coverage, parse(OfEdition, looked_at(local, edition)))
    if door.printed(found):
        return
    counts = [(name.replace("_", " "), getattr(found, name)) for name in COUNTS]
    counts.append(("unmapped", ", ".join(found.unmapped) or "none"))
    print_table(("what", "count"), counts, title=f"edition {found.edition}")
    print_table(
        ("framework", "version", "entries", "named by a threat", "threats linked", "no match"),
        [
            (
                row.framework,
                row.version,
                row.entries,
                row.entries_linked,
                f"{row.sub_threats_linked} of {row.sub_threats}",
                row.sub_threats_no_match,
            )
            for row in found.by_framework
        ],
    )
    print_table(
        ("loss", "sub-threats", "mean weight", "heaviest"),
        [
            (row.loss, row.sub_threats, f"{row.mean_weight:.2f}", ", ".join(row.heaviest))
            for row in found.by_loss
        ],
    )


@app.command(epilog="Example: underwriter taxonomy gaps --framework iso42001")
@with_plain_door
def gaps(
    door: Door,
    framework: Annotated[str, typer.Option(help="For example iso42001, nist-ai-rmf, atlas.")],
    local: LocalOption = None,
    edition: EditionOption = None,
) -> None:
    """List threats without an answer in a framework, and entries that answer no threat."""
    from governance.operations.taxonomy import OfFramework, show_gaps

    asked = parse(OfFramework, {**looked_at(local, edition), "framework": framework})
    found = door.ask(show_gaps, asked)
    if door.printed(found):
        return
    title = found.version if found.version.startswith("ISO") else f"{framework} {found.version}"
    threats = [(item, found.names[item], "nothing is said") for item in found.unanswered]
    threats += [(item.id, found.names[item.id], item.because) for item in found.no_match]
    if threats:
        columns = ("threat", "name", "why")
        print_table(columns, threats, title=f"{title}: threats without an answer")
    else:
        note(f"{title}: every sub-threat has an answer")
    entries = [(item, found.names[item], "") for item in found.answers_nothing]
    entries += [(item, found.names[item], "whole domain") for item in found.by_domain_only]
    if entries:
        columns = ("entry", "name", "linked to")
        print_table(columns, entries, title=f"{title}: entries no sub-threat names")
    else:
        note(f"{title}: every entry is named by a sub-threat")


@app.command(epilog="Example: underwriter taxonomy check --local our-threats.yaml")
@with_plain_door
def check(door: Door, local: LocalOption = None, edition: EditionOption = None) -> None:
    """Check the ontology: unknown ids, orphans, cycles, unmapped threats, stale rows.

    Exit code 1 where a fault is found. Rows gone stale against a newer version of a framework
    are named, but are no fault.
    """
    from governance.operations.editions import OfEdition
    from governance.operations.taxonomy import check_edition

    report = door.ask(check_edition, parse(OfEdition, looked_at(local, edition)))
    if door.as_json:
        print_answer(report)
    else:
        _print_report(report)
    if not report.ok:
        raise typer.Exit(1)


def _print_report(report: Report) -> None:
    for finding in report.notices:
        note(f"notice: {finding.subject}: {finding.rule}: {finding.message}")
    if report.faults:
        rows = [(fault.subject, fault.rule, fault.message) for fault in report.faults]
        print_table(
            ("row", "rule", "fault"), rows, title=f"{len(rows)} fault{'s' * (len(rows) > 1)}"
        )
        return
    sys.stdout.write(
        f"edition {report.edition}: {report.nodes} rows, {report.edges} links, no fault\n"
    )


app.command(epilog=taxonomy_graph.PATH_EXAMPLE)(taxonomy_graph.path)
app.command(epilog=taxonomy_graph.DIFF_EXAMPLE)(taxonomy_graph.diff)
app.command(epilog=taxonomy_graph.MIGRATE_EXAMPLE)(taxonomy_graph.migrate)
app.command(epilog=taxonomy_graph.GRAPH_EXAMPLE)(taxonomy_graph.graph)
app.command(epilog=taxonomy_exchange.EXPORT_EXAMPLE)(taxonomy_exchange.export)
app.command("import", epilog=taxonomy_exchange.IMPORT_EXAMPLE)(taxonomy_exchange.import_)
