"""`risk verify`: a calibration certificate of the calculator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, print_answer, with_plain_door
from cli.output import note, print_table

if TYPE_CHECKING:
    from governance.risk.verify import Check

EPILOG = "Example: underwriter risk verify --json"


@with_plain_door
def verify(
    door: Door,
    all_: Annotated[
        bool, typer.Option("--all", help="Show every check, not one row for each group.")
    ] = False,
) -> None:
    """Run every closed-form and published case; exit code 1 where one fails.

    Each row shows the largest relative error found in a group beside the tolerance that it must
    keep, and where the reference comes from.
    """
    from governance.operations import exposure_verify as exposure
    from governance.operations.requests import Nothing

    outcome = door.ask(exposure.verify, Nothing())
    if door.as_json:
        print_answer(outcome)
    elif all_:
        print_table(
            ("case", "figure", "expected", "found", "error", "tolerance", "", "source"),
            [
                (
                    c.group,
                    c.name,
                    f"{c.expected:.10g}",
                    "none" if c.found is None else f"{c.found:.10g}",
                    "none" if c.error is None else f"{c.error:.1e}",
                    f"{c.tolerance:.0e}",
                    "pass" if c.passed else "FAIL",
                    c.source,
                )
                for c in outcome.checks
            ],
        )
    else:
        _print_groups(outcome.checks)
    note(f"{outcome.passed} checks passed, {outcome.failed} failed")
    if not outcome.ok:
        raise typer.Exit(1)


def _print_groups(checks: Sequence[Check]) -> None:
    groups: dict[str, list[Check]] = {}
    for check in checks:
        groups.setdefault(check.group, []).append(check)
    rows = []
    for name, members in groups.items():
        failed = [check for check in members if not check.passed]
        worst = max((check.error or 0.0) for check in members)
        tightest = min(check.tolerance for check in members)
        verdict = "pass" if not failed else f"FAIL: {failed[0].name}"
        rows.append(
            (name, len(members), f"{worst:.1e}", f"{tightest:.0e}", verdict, members[0].source)
        )
    print_table(("case", "checks", "largest error", "tolerance", "", "source"), rows)
