"""`incidents review|agreement`: a person's word on a code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, print_answer, with_door
from cli.incidents_show import print_alternatives
from cli.output import note, person, print_table
from governance.kernel.errors import InputError

if TYPE_CHECKING:
    from governance.incidents.reviews import Verdict
    from governance.incidents.view import IncidentView
    from governance.operations.incidents_review import Reviewed
    from governance.operations.incidents_show import IncidentShown

KEYS = "[a]ccept  [c]orrect  co[m]ment  [s]kip  [q]uit"


def mount(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command(
        "review",
        epilog="Examples: underwriter incidents review  |  underwriter incidents review INCIDENT "
        "--correct MIS-01 --reviewer ana --comment 'injected instruction'",
    )(review)
    app.command("agreement", epilog="Example: underwriter incidents agreement --json")(agreement)


@with_door
def review(
    door: Door,
    incident: Annotated[
        str | None, typer.Argument(help="Incident to review; without it, the queue.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="The code is right.")] = False,
    correct: Annotated[
        str | None, typer.Option(help="The right code: MIS, MIS-01, or NONE.")
    ] = None,
    losses: Annotated[
        str | None, typer.Option(help="The right losses: Confidentiality,Legal ('' for none).")
    ] = None,
    comment: Annotated[
        str | None, typer.Option(help="A remark; alone, it decides nothing.")
    ] = None,
    reviewer: Annotated[
        str | None, typer.Option(help="Who reviews, where it is not you: a typed name.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Length of the queue.")] = 20,
    queue: Annotated[bool, typer.Option("--queue", help="Only show the queue.")] = False,
) -> None:
    """Review codes, the least confident first; every word is kept, the last one counts.

    Without an incident it walks through the queue and asks. --json shows the queue as data.
    """
    from governance.operations.incidents_review import QueueOrder, review_queue

    desk = _Desk(door, reviewer)
    if incident is not None:
        _review_one(desk, incident, accept, correct, losses, comment, door.as_json)
        return
    found = door.ask(review_queue, QueueOrder(reviewer=reviewer, limit=limit))
    if door.as_json:
        print_answer(found)
    elif queue:
        _print_queue(found)
    else:
        _walk(desk, found)


@with_door
def agreement(door: Door) -> None:
    """Show how far each two reviewers agree on the domain: Cohen's kappa, and where they differ."""
    from governance.operations.incidents_review import reviewer_agreement
    from governance.operations.requests import Nothing

    found = door.ask(reviewer_agreement, Nothing())
    if door.printed(found):
        return
    if not found:
        note("no incident was decided by two reviewers yet")
        return
    print_table(
        ("reviewers", "incidents", "agreed", "kappa", "differ on"),
        [
            (
                f"{person(row.first, row.first_id)}, {person(row.second, row.second_id)}",
                row.incidents,
                row.agreed,
                "undefined" if row.kappa is None else f"{row.kappa:.2f}",
                ", ".join(row.disagreements[:3]),
            )
            for row in found
        ],
    )


def _print_queue(found: list[IncidentView]) -> None:
    print_table(
        ("incident", "code", "confidence", "why kept back", "title"),
        [
            (
                row.id,
                row.sub_threat or row.domain,
                f"{row.confidence or 0:.2f}",
                row.abstain_reason,
                row.title[:70],
            )
            for row in found
        ],
    )


@dataclass(frozen=True)
class _Desk:
    """Where a reviewer sits: each word and each look is an operation of its own."""

    door: Door
    reviewer: str | None

    def review(
        self,
        incident: str,
        verdict: Verdict,
        code: str | None = None,
        losses: tuple[str, ...] | None = None,
        comment: str | None = None,
    ) -> Reviewed:
        """Store a word on an incident's code."""
        from governance.operations.incidents_review import ReviewOrder, review

        order = ReviewOrder(
            incident=incident,
            verdict=verdict,
            code=code,
            losses=losses,
            comment=comment,
            reviewer=self.reviewer,
        )
        return self.door.ask(review, order)

    def show(self, incident: str) -> IncidentShown:
        """Look at one incident whole."""
        from governance.operations.incidents_show import show_incident
        from governance.operations.requests import ById

        return self.door.ask(show_incident, ById(id=incident))


def _review_one(
    desk: _Desk,
    name: str,
    accept: bool,
    correct: str | None,
    losses: str | None,
    comment: str | None,
    as_json: bool,
) -> None:
    if accept and correct:
        raise InputError("go not together", field="--accept, --correct")
    if not (accept or correct or comment):
        raise InputError("say --accept, --correct CODE or --comment TEXT", field=name)
    verdict: Verdict = "accept" if accept else "correct" if correct else "comment"
    parts = None if losses is None else tuple(part.strip() for part in losses.split(",") if part)
    answer = desk.review(name, verdict, correct, parts, comment)
    if as_json:
        print_answer(answer)
        return
    who = person(answer.reviewer, answer.reviewer_id)
    note(f"{name}: {verdict} by {who}{f', {answer.code}' if answer.code else ''}")


def _walk(desk: _Desk, found: list[IncidentView]) -> None:
    if not found:
        note("the queue is empty")
        return
    done = 0
    for place, row in enumerate(found, start=1):
        _print_incident(desk, row, f"{place} of {len(found)}")
        while True:
            key = typer.prompt(KEYS, default="s", show_default=False, err=True).strip().lower()[:1]
            try:
                if key == "q":
                    note(f"{done} reviewed")
                    return
                done += _act(desk, row, key)
                break
            except InputError as error:
                note(f"error: {error}")
    note(f"{done} reviewed")


def _act(desk: _Desk, row: IncidentView, key: str) -> int:
    if key == "s":
        return 0
    if key == "a":
        desk.review(row.id, "accept")
    elif key == "c":
        code = typer.prompt("right code (MIS, MIS-01, NONE)", err=True)
        comment = typer.prompt("why", default="", show_default=False, err=True) or None
        desk.review(row.id, "correct", code, comment=comment)
    elif key == "m":
        desk.review(row.id, "comment", comment=typer.prompt("comment", err=True))
    else:
        raise InputError(f"{key!r} is none of the keys", hint=KEYS)
    return 1


def _print_incident(desk: _Desk, row: IncidentView, place: str) -> None:
    details = desk.show(row.id)
    code = row.sub_threat or row.domain
    print_table(
        ("", place),
        [
            ("incident", row.id),
            ("title", row.title),
            ("text", row.description),
            ("code", f"{code} ({row.confidence or 0:.2f}{', uncertain' if row.abstained else ''})"),
            ("why kept back", row.abstain_reason),
            ("losses", ", ".join(row.losses)),
        ],
    )
    print_alternatives(details)
