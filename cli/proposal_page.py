"""A proposal as a page of words and tables, for who is to decide over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.gate_tables import print_diff, print_proof
from cli.output import print_json, print_table, say
from governance.kernel.clock import format_time

if TYPE_CHECKING:
    from governance.operations.people_proposals import ShownProposal
    from governance.registry.proposal_review import Authority, LiftEffect

TABLED = ("policy", "lift")  # kinds whose change is in the tables below


def print_proposal(found: ShownProposal) -> None:
    """Print who proposed what and why, what changed since, and what it would do."""
    _line(f"{found.kind} of {found.subject}, {found.state}")
    _line(f"id: {found.id}")
    _line(f"proposed by {found.proposed_by} on {format_time(found.proposed_at)}: {found.reason}")
    if found.decided_by is not None:
        via = "" if found.decided_via is None else f" ({found.decided_via})"
        _line(f"{found.state} by {found.decided_by}{via}")
        for tie in found.ties:
            _line(f"- {tie}")
    else:
        _line(f"takes a second {found.role}")
    _print_state(found)
    if found.lift is not None:
        _print_lift(found.lift)
    if found.diff is not None:
        say("")
        print_diff(found.diff)
    if found.proofs is not None:
        print_proof(found.proofs)
    if found.kind not in TABLED:
        print_json(found.document)


def _print_state(found: ShownProposal) -> None:
    if found.state_digest is not None:
        _line(f"made against: {found.state_digest}")
    if found.fresh:
        say("nothing that it depends on has changed since")
    if found.changed:
        say("cannot be approved:")
    for one in found.changed:
        _line(f"- {one.message}")


def _print_lift(lift: LiftEffect) -> None:
    since = "" if lift.frozen_since is None else f", frozen since {format_time(lift.frozen_since)}"
    _line(f"{lift.agent['name']} ({lift.agent['id']}): {lift.status}{since}")
    _line(f"stands at {_said(lift.now)}; after lifting at {_said(lift.after)}")
    if lift.incidents:
        print_table(
            ("incident", "severity", "since", "reason"),
            [
                (
                    f"{one.source}:{one.source_id}",
                    one.severity,
                    f"{one.since:%Y-%m-%d %H:%M}",
                    one.reason,
                )
                for one in lift.incidents
            ],
            title="Frozen by",
        )


def _said(authority: Authority) -> str:
    return f"T{authority.tier}, up to {authority.ceiling}"


def _line(text: str) -> None:
    """Print a text on one line, so that no reason or name can feign lines of the page."""
    say(" ".join(text.split()))
