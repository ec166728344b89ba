"""`taxonomy path`, `diff`, `migrate` and `graph`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, print_answer, with_door, with_plain_door
from cli.output import note, print_json, print_table
from cli.taxonomy_options import EditionOption, LocalOption, looked_at
from cli.taxonomy_options import edition as edition_of
from governance.kernel.value import parse

if TYPE_CHECKING:
    from governance.operations.taxonomy_graph import Way
    from taxonomy.diff import Change, Diff

PATH_EXAMPLE = "Example: underwriter taxonomy path iso42001:A.6.2.8 owasp-llm:LLM01"
DIFF_EXAMPLE = "Example: underwriter taxonomy diff 2026.1 2026.2"
MIGRATE_EXAMPLE = "Example: underwriter taxonomy migrate 2026.1 2026.2 --apply"
GRAPH_EXAMPLE = "Example: underwriter taxonomy graph --threat MIS-01 --out mis-01.svg"


@with_plain_door
def path(
    door: Door,
    start: Annotated[str, typer.Argument(metavar="FROM", help="Any id of the ontology.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="Any other id.")],
    limit: Annotated[int, typer.Option(min=1, max=20, help="How many ways to show.")] = 1,
    local: LocalOption = None,
    edition: EditionOption = None,
) -> None:
    """Explain how two rows are connected, hop by hop, and how far that carries.

    The derived row's confidence is the product of its hops' and so never above the weakest. Exit
    code 1 where no way exists.
    """
    from governance.operations.taxonomy_graph import Ends, find_ways

    asked = {**looked_at(local, edition), "start": start, "end": end, "limit": limit}
    found = door.ask(find_ways, parse(Ends, asked))
    if door.as_json:
        print_answer(found)
    elif not found:
        note(f"no way leads from {start} to {end}")
    for way in [] if door.as_json else found:
        _print_way(way)
    if not found:
        raise typer.Exit(1)


def _print_way(way: Way) -> None:
    title = (
        f"{way.start} {way.predicate} {way.end}: derived, confidence "
        f"{way.confidence:.2f} (weakest hop {way.weakest:.2f})"
    )
    rows = [
        (
            f"{hop.start} {hop.start_name}",
            hop.predicate,
            f"{hop.end} {hop.end_name}",
            f"{hop.confidence:.2f}",
            ", ".join(hop.basis),
            hop.justification,
        )
        for hop in way.hops
    ]
    columns = ("from", "link", "to", "confidence", "basis", "because")
    print_table(columns, rows, title=title)


@with_plain_door
def diff(
    door: Door,
    old: Annotated[str, typer.Argument(metavar="OLD", help="An edition or an exported .json.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="An edition or an exported .json.")],
) -> None:
    """Say what changed between two editions: rows, links, coding rules.

    Exit code 0 whether or not they differ.
    """
    from governance.operations.taxonomy_graph import Editions, compare_editions

    asked = parse(Editions, {"old": edition_of(old), "new": edition_of(new)})
    found = door.ask(compare_editions, asked)
    if door.printed(found):
        return
    _print_diff(found)


def _print_diff(found: Diff) -> None:
    rows = [("added", row, "") for row in found.added]
    rows += [("removed", row, "") for row in found.removed]
    rows += [("changed", change.id, _fields(change)) for change in found.changed]
    title = f"{found.old} -> {found.new}: {len(rows)} rows"
    print_table(("what", "row", "fields"), rows, title=title)
    links = (len(found.links_added), len(found.links_removed), len(found.links_changed))
    note(f"links: {links[0]} added, {links[1]} removed, {links[2]} changed (--json lists them)")
    if found.coding_rules_changed:
        note("the coding rules changed")


def _fields(change: Change) -> str:
    return ", ".join(name for name, _, _ in change.fields)


@with_door
def migrate(
    door: Door,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The edition that was coded in.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The edition to move to.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Carry over what stands; without it only a plan.")
    ] = False,
) -> None:
    """Move coded incidents to another edition, and list those that a person must look at.

    What reads the same is carried over with --apply; what needs review keeps its edition.
    """
    from governance.operations import taxonomy_migration
    from governance.operations.taxonomy_graph import Editions

    asked = parse(Editions, {"old": edition_of(old), "new": edition_of(new)})
    if apply:
        plan = door.ask(taxonomy_migration.migrate, asked)
    else:
        plan = door.ask(taxonomy_migration.plan_migration, asked)
    if door.printed(plan):
        return
    rows = [(row.incident, row.code, row.reason, ", ".join(row.candidates)) for row in plan.review]
    title = f"{plan.keep} codings stand in {plan.new}, {len(rows)} need review"
    print_table(("incident", "coded", "reason", "candidates"), rows, title=title)
    for edition, count in plan.other_editions.items():
        note(f"left alone: {count} codings of edition {edition}")
    note("carried over" if apply else "nothing was changed; --apply carries over what stands")


@with_plain_door
def graph(
    door: Door,
    threat: Annotated[str, typer.Option(help="A sub-threat or domain, for example MIS-01.")],
    out: Annotated[Path, typer.Option(help="Where to write: .svg or .mmd (Mermaid).")],
    local: LocalOption = None,
    edition: EditionOption = None,
) -> None:
    """Draw a threat with its losses, controls and law."""
    from governance.kernel.errors import InputError
    from governance.kernel.files import write_atomically
    from governance.operations.taxonomy_graph import Picture, draw_threat

    formats = {".svg": "svg", ".mmd": "mermaid"}
    chosen = formats.get(out.suffix.lower())
    if chosen is None:
        raise InputError(f"{out.name!r} ends in neither .svg nor .mmd", field="--out")
    asked = {**looked_at(local, edition), "threat": threat, "format": chosen}
    answer = door.ask(draw_threat, parse(Picture, asked))
    write_atomically(out, answer.content)
    if door.as_json:
        print_json({"threat": answer.threat, "out": str(out), "bytes": answer.size})
    else:
        note(f"wrote {out}")
