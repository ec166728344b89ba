"""`demo`: the main job on real incidents, in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, with_plain_door
from cli.output import note, print_table
from governance.operations.files import given_path

if TYPE_CHECKING:
    from governance.operations.installation_demonstration import DemoSummary
    from governance.registry.standing import AgentStanding

app = typer.Typer(rich_markup_mode=None)


@app.command("demo", epilog="Example: underwriter demo --out demo-output")
@with_plain_door
def demo(
    door: Door,
    out: Annotated[
        Path, typer.Option(help="Folder to write; a former demo in it is replaced.")
    ] = Path("demo-output"),
    limit: Annotated[int, typer.Option(min=1, help="How many incidents to import.")] = 3000,
    assumptions: Annotated[
        str | None, typer.Option(help="YAML file with your own frequency and severity ranges.")
    ] = None,
) -> None:
    """Run the main job: real incidents, exposure, certified agents, report, ledger.

    Everything happens in one folder, on an embedded SQLite database.
    """
    from governance.operations.installation_demonstration import Demonstrate, demonstrate
    from governance.operations.requests import LocalPath

    assumed = given_path(assumptions)
    request = Demonstrate(out=LocalPath(str(out)), limit=limit, assumptions=assumed)
    summary = door.ask(demonstrate, request)
    if door.printed(summary):
        return
    _show(summary, out)


def _show(summary: DemoSummary, out: Path) -> None:
    currency = summary.currency
    rows = [
        (
            row.domain,
            row.name,
            row.asserted,
            row.abstained,
            *(_money(value) for value in (row.expected_loss, row.var_99, row.tvar_99)),
        )
        for row in (*summary.domains, summary.portfolio)
    ]
    print_table(
        ("", "domain", "incidents", "uncertain", "expected loss", "VaR 99 %", "TVaR 99 %"),
        rows,
        title=f"{summary.incidents:,} real incidents ({summary.none:,} outside the taxonomy); "
        f"one year's exposure in {currency}, severities being expert ranges",
    )
    agents = [
        (
            agent.agent,
            f"T{agent.tier}",
            str(agent.ceiling),
            f"{agent.next_tier_drop:%Y-%m-%d}" if agent.next_tier_drop else "",
            agent.reasons[0] if agent.reasons else "",
        )
        for agent in _chosen(summary)
    ]
    at_zero = sum(agent.tier == 0 for agent in summary.agents)
    print_table(
        ("agent", "tier", "ceiling", "next drop", "why not more"),
        agents,
        title=f"{len(summary.agents)} agents, {at_zero} of them without authority",
    )
    state = "unbroken" if summary.ledger_ok else "BROKEN"
    note(f"ledger: {summary.ledger_events} events, {state}, head {summary.ledger_head[:16]}")
    note(f"report: {out / 'report.html'}    bundle: {out / 'bundle.json'}")
    note(f"every kind of report: {out / 'reports'}\n")
    note("next:")
    note(f"  underwriter --db {out / 'underwriter.db'} agent list")
    note(f"  underwriter --db {out / 'underwriter.db'} incidents review")
    note(f"  underwriter --db {out / 'underwriter.db'} ledger verify")


def _chosen(summary: DemoSummary) -> list[AgentStanding]:
    """Return the agents with authority, and three of those without."""
    with_authority = sorted((a for a in summary.agents if a.tier), key=lambda a: -a.tier)
    return [*with_authority, *[a for a in summary.agents if not a.tier][:3]]


def _money(value: float | None) -> str:
    return "undefined" if value is None else f"{value:,.0f}"
