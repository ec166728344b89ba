"""Reporting duties with their dates; decision support, not legal advice."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from governance.incidents.deadlines import Deadline, Situation
from governance.kernel.value import Value
from governance.operations.requests import Nothing
from governance.operations.work import Reading, Work


class DutyQuestion(Value):
    """A stored incident, or a code without one, with the facts and moments that are known.

    Moments are texts: ``aware`` and ``classified_major`` of any precision.
    """

    incident: Annotated[
        str | None, Field(description="Stored incident; else domain and losses are used.")
    ] = None
    domain: Annotated[str | None, Field(description="Threat domain, without an incident.")] = None
    losses: Annotated[
        tuple[str, ...], Field(description="Loss categories, without an incident.")
    ] = ()
    facts: Annotated[
        dict[str, bool],
        Field(default_factory=dict, description="Facts that hold (true) or do not (false)."),
    ]
    aware: Annotated[
        str | None,
        Field(description="When the organisation became aware. Default: the discovery date."),
    ] = None
    classified_major: Annotated[
        str | None, Field(description="When it was classified as a major incident (DORA).")
    ] = None
    submitted: Annotated[
        dict[str, str],
        Field(default_factory=dict, description="Duties that are done, with the moments."),
    ]


class DutiesFound(Value):
    """The duties that apply or may apply, with what they were found from.

    ``checked`` is the day on which the sources were last read.
    """

    notice: str
    checked: date
    situation: Situation
    deadlines: tuple[Deadline, ...]


def assess_duties(work: Reading, request: DutyQuestion) -> DutiesFound:
    """Tell the reporting duties that an incident may start, with article, date and sources."""
    from governance.incidents import deadlines
    from governance.incidents.duties import load_duties

    catalogue = load_duties()
    situation = _situation(work, request)
    return DutiesFound(
        notice=catalogue.notice,
        checked=catalogue.checked,
        situation=situation,
        deadlines=deadlines.assess_duties(situation, catalogue),
    )


def list_facts(work: Work, request: Nothing) -> dict[str, str]:
    """Return the facts that can be declared, each with its meaning."""
    from governance.incidents.duties import load_duties

    return load_duties().facts


def _situation(work: Reading, request: DutyQuestion) -> Situation:
    from governance.incidents.intake.dates import checked_date
    from governance.kernel.clock import parse_time

    domain, losses, aware = request.domain, request.losses, None
    if request.incident:
        from governance.incidents.view import find_view

        view = find_view(work.session, request.incident)
        domain, losses, aware = view.domain, view.losses, view.discovered
    major = request.classified_major
    return Situation(
        domain=domain.upper() if domain else None,
        losses=losses,
        facts=request.facts,
        aware=checked_date(request.aware, "aware") if request.aware else aware,
        classified_major=checked_date(major, "classified_major") if major else None,
        submitted={
            duty: parse_time(moment, field="submitted")
            for duty, moment in request.submitted.items()
        },
    )
