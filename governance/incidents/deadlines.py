"""Which reporting duties an incident may start, and when each falls due. No legal advice."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from governance.incidents.duties import (
    AFTER,
    Duty,
    DutyCatalogue,
    Period,
    State,
    load_duties,
)
from governance.incidents.intake.dates import earliest, precision
from governance.kernel.errors import InputError
from governance.kernel.value import Value

Standing = Literal["applies", "may_apply"]


class Situation(Value):
    """What is known: the incident's code, the declared facts, and the moments that start clocks.

    ``facts`` maps a fact to True or False; one that is left out is not declared. ``aware`` and
    ``classified_major`` are dates of any precision; ``submitted`` maps a duty to the moment at
    which it was done.
    """

    domain: str | None = None
    losses: tuple[str, ...] = ()
    facts: Mapping[str, bool] = {}
    aware: str | None = None
    classified_major: str | None = None
    submitted: Mapping[str, datetime] = {}


class Deadline(Value):
    """One duty for one situation.

    ``standing``: ``applies`` where every fact that it needs is declared true, ``may_apply`` where
    none is declared false and some are ``undecided``. ``due`` is None where the law names no
    period or the start is not known; ``due_basis`` says how it was counted.
    """

    duty: str
    law: str
    article: str
    title: str
    who: str
    to: str
    standing: Standing
    undecided: tuple[str, ...]
    indicated_by: tuple[str, ...]
    period: str
    start: datetime | None
    due: datetime | None
    due_basis: str
    done: datetime | None
    state: State
    applies_from: str
    application_note: str
    notes: tuple[str, ...]
    sources: tuple[str, ...]


def assess_duties(
    situation: Situation, catalogue: DutyCatalogue | None = None
) -> tuple[Deadline, ...]:
    """Return the duties that apply or may apply, in the order of the catalogue.

    A duty that some declared fact rules out is left out, and so is one that neither the code nor
    any declared fact points to. Raises InputError on a fact or duty that the catalogue has not.
    """
    known = catalogue or load_duties()
    _check_names(situation, known)
    due: dict[str, tuple[datetime | None, str]] = {}
    found = []
    for duty in known.duties:
        start, due[duty.id] = _due(duty, situation, due)
        standing = _standing(duty, situation)
        if standing is not None:
            found.append(_deadline(duty, situation, known, standing, start, due[duty.id]))
    return tuple(found)


def add_period(moment: datetime, period: Period) -> datetime:
    """Return the moment a period later; a month ends on the same or the last day of its month."""
    if period.months is None:
        return moment + timedelta(hours=period.hours or 0, days=period.days or 0)
    months = moment.month - 1 + period.months
    year, month = moment.year + months // 12, months % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return moment.replace(year=year, month=month, day=min(moment.day, last))


def _check_names(situation: Situation, known: DutyCatalogue) -> None:
    for fact in situation.facts:
        if fact not in known.facts:
            raise InputError(
                f"{fact!r} is no fact that a duty asks for",
                field="facts",
                hint=", ".join(known.facts),
            )
    ids = {duty.id for duty in known.duties}
    for name in situation.submitted:
        if name not in ids:
            raise InputError(f"{name!r} is no duty", field="submitted", hint=", ".join(sorted(ids)))


def _standing(duty: Duty, situation: Situation) -> Standing | None:
    facts = situation.facts
    if any(facts.get(name) is False for name in duty.needs):
        return None
    if duty.one_of and all(facts.get(name) is False for name in duty.one_of):
        return None
    one = not duty.one_of or any(facts.get(name) for name in duty.one_of)
    if one and all(facts.get(name) for name in duty.needs):
        return "applies"
    pointed = _indications(duty, situation) or any(
        facts.get(name) for name in (*duty.needs, *duty.one_of)
    )
    return "may_apply" if pointed else None


def _undecided(duty: Duty, situation: Situation) -> tuple[str, ...]:
    facts = situation.facts
    missing = [name for name in duty.needs if name not in facts]
    if duty.one_of and not any(facts.get(name) for name in duty.one_of):
        open_ones = [name for name in duty.one_of if name not in facts]
        missing.append(" or ".join(open_ones))
    return tuple(missing)


def _indications(duty: Duty, situation: Situation) -> tuple[str, ...]:
    found = [situation.domain] if situation.domain in duty.indicated_by.domains else []
    found += [loss for loss in situation.losses if loss in duty.indicated_by.losses]
    return tuple(str(code) for code in found)


def _due(
    duty: Duty, situation: Situation, due: Mapping[str, tuple[datetime | None, str]]
) -> tuple[datetime | None, tuple[datetime | None, str]]:
    """Return (start, (due, how it was counted))."""
    start, basis = _start(duty, situation, due)
    if duty.period is None:
        return start, (None, "the law names no period: without undue delay")
    if start is None:
        return None, (None, basis)
    end = add_period(start, duty.period)
    if duty.latest is not None and situation.aware is not None:
        aware = earliest(situation.aware)
        limit = add_period(aware, duty.latest)
        if start <= limit < end:
            end, basis = limit, f"{duty.latest} after awareness, the outer limit"
    return start, (end, basis)


def _start(
    duty: Duty, situation: Situation, due: Mapping[str, tuple[datetime | None, str]]
) -> tuple[datetime | None, str]:
    if duty.start.startswith(AFTER):
        earlier = duty.start.removeprefix(AFTER)
        if earlier in situation.submitted:
            return situation.submitted[earlier], f"{duty.period} after {earlier} was done"
        moment = due.get(earlier, (None, ""))[0]
        if moment is None:
            return None, f"starts with {earlier}, which has no date"
        return moment, f"{duty.period} after {earlier}, if that is done on its last day"
    if duty.start == "classification":
        return _moment(situation.classified_major, duty, "it was classified as major")
    return _moment(situation.aware, duty, "awareness")


def _moment(text: str | None, duty: Duty, what: str) -> tuple[datetime | None, str]:
    if text is None:
        return None, f"the moment of the start is not known: {what}"
    exact = precision(text) == "time"
    basis = f"{duty.period} after {what}"
    return earliest(text), basis if exact else f"{basis}, counted from the first moment of {text}"


def _deadline(
    duty: Duty,
    situation: Situation,
    known: DutyCatalogue,
    standing: Standing,
    start: datetime | None,
    due: tuple[datetime | None, str],
) -> Deadline:
    rows = known.applications[duty.application]
    asked = earliest(situation.aware) if situation.aware else start
    row = known.application_at(duty, asked) if asked else rows[0]
    law = known.laws[duty.law]
    return Deadline(
        duty=duty.id,
        law=law.name,
        article=duty.article,
        title=duty.title,
        who=duty.who,
        to=duty.to,
        standing=standing,
        undecided=_undecided(duty, situation),
        indicated_by=_indications(duty, situation),
        period=str(duty.period) if duty.period else "without undue delay",
        start=start,
        due=due[0],
        due_basis=due[1],
        done=situation.submitted.get(duty.id),
        state="not_yet" if row is None else row.state,
        applies_from=(row or rows[0]).start.isoformat(),
        application_note=(row or rows[0]).why,
        notes=duty.notes,
        sources=tuple(dict.fromkeys((law.source, *(row or rows[0]).sources, *duty.more_sources))),
    )
