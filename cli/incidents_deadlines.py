"""`incidents deadlines`: reporting duties with their dates; decision support, not legal advice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from cli.door import Door, with_door
from cli.output import note, print_json, print_table

if TYPE_CHECKING:
    from governance.operations.incidents_deadlines import DutiesFound


def mount(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command(
        "deadlines",
        epilog="Examples: underwriter incidents deadlines INCIDENT --fact high_risk_ai_provider "
        "--fact death --aware 2026-11-20T09:00  |  underwriter incidents deadlines --domain PRV "
        "--aware 2026-11-20",
    )(deadlines)


@with_door
def deadlines(
    door: Door,
    incident: Annotated[
        str | None, typer.Argument(help="Stored incident; or give --domain and --loss.")
    ] = None,
    facts: Annotated[
        list[str] | None, typer.Option("--fact", help="A fact that holds; repeatable.")
    ] = None,
    not_fact: Annotated[
        list[str] | None, typer.Option("--not", help="A fact that does not hold; repeatable.")
    ] = None,
    aware: Annotated[
        str | None,
        typer.Option(help="When the organisation became aware. Default: the discovery date."),
    ] = None,
    classified_major: Annotated[
        str | None, typer.Option(help="When it was classified as a major incident (DORA).")
    ] = None,
    submitted: Annotated[
        list[str] | None,
        typer.Option(help="A duty that is done: gdpr-33-1=2026-11-21T10:00; repeatable."),
    ] = None,
    domain: Annotated[str | None, typer.Option(help="Threat domain, without an incident.")] = None,
    loss: Annotated[
        list[str] | None, typer.Option(help="Loss category, without an incident; repeatable.")
    ] = None,
    list_facts: Annotated[
        bool, typer.Option("--facts", help="List the facts that can be declared.")
    ] = False,
) -> None:
    """Show the reporting duties that an incident may start, with article, date and sources.

    Decision support, not legal advice: whether a duty applies turns on declared facts.
    """
    from governance.operations import incidents_deadlines as operations
    from governance.operations.requests import Nothing

    if list_facts:
        _print_facts(door.ask(operations.list_facts, Nothing()), door.as_json)
        return
    question = operations.DutyQuestion(
        incident=incident,
        domain=domain,
        losses=tuple(loss or ()),
        facts={**dict.fromkeys(facts or (), True), **dict.fromkeys(not_fact or (), False)},
        aware=aware,
        classified_major=classified_major,
        submitted=_pairs(submitted or []),
    )
    found = door.ask(operations.assess_duties, question)
    if door.printed(found):
        return
    _print_deadlines(found)


def _pairs(texts: list[str]) -> dict[str, str]:
    from governance.kernel.errors import InputError

    done = {}
    for text in texts:
        duty, equals, moment = text.partition("=")
        # What is no name may be part of a URL, of which no piece is to be quoted by itself.
        if not equals or not re.fullmatch(r"[\w.-]+", duty.strip()):
            raise InputError(f"{text!r} is no pair", field="--submitted", hint="DUTY=TIME")
        done[duty.strip()] = moment
    return done


def _print_facts(facts: dict[str, str], as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    print_table(("fact", "meaning"), list(facts.items()))


def _print_deadlines(found: DutiesFound) -> None:
    print_table(
        ("duty", "article", "who", "due", "standing", "in force", "still to decide"),
        [
            (
                row.duty,
                row.article,
                row.who,
                f"{row.due:%Y-%m-%d %H:%M}Z" if row.due else row.period,
                row.standing.replace("_", " "),
                f"{row.state.replace('_', ' ')} from {row.applies_from}",
                ", ".join(row.undecided),
            )
            for row in found.deadlines
        ],
        title=f"duties counted from {found.situation.aware or 'an unknown moment of awareness'}",
    )
    for row in found.deadlines:
        if row.state != "in_force":
            note(f"{row.duty}: {row.application_note}")
    note(f"{found.notice} Sources checked on {found.checked}; --json names them.")
