"""The word that counts on each control, with its evidence, now or as it stood at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.kernel.value import LedgerTime, Value
from governance.store.assessment import ControlAssessment, ControlEvidence

Status = Literal["verified", "declared", "not_assessed"]
PART = 500


class EvidenceItem(Value):
    """One piece of evidence: a file by its digest and path, or a link."""

    id: Annotated[str, Field(exclude=True)]
    title: str
    digest: str | None
    location: str | None
    recorded_at: Annotated[datetime, Field(exclude=True)]

    @property
    def link(self) -> str | None:
        """Return the address of what is kept elsewhere; None for a file."""
        return self.location if self.location and "://" in self.location else None


class ControlWord(Value):
    """The word on one control, of one system or (``system_id`` None) of the whole organisation.

    ``applicable`` None: nobody has decided. ``target`` is the status aimed at by ``due``; from
    ``review_on`` on the word counts as stale. ``owner_id`` and ``assessor_id`` are principals;
    where they are None, the name was typed.
    """

    id: str
    control: str
    system_id: str | None
    status: Status
    applicable: bool | None
    justification: str
    owner: str
    owner_id: str | None
    assessor: str
    assessor_id: str | None
    target: Status | None
    due: date | None
    review_on: date | None
    edition: str
    recorded_at: LedgerTime


class Assessment(ControlWord):
    """The word on one control with what it rests on."""

    evidence: tuple[EvidenceItem, ...]


def assessments_at(
    session: Session, at: datetime | None = None, *, system_id: str | None = None
) -> list[Assessment]:
    """Return the last word on each control until a moment (default: now).

    With a system: only words on that system; without: words of the organisation and of every
    system. Ids are ordered by time, so of two words at one moment the later one counts.
    """
    query = select(ControlAssessment).order_by(ControlAssessment.recorded_at, ControlAssessment.id)
    if at is not None:
        query = query.where(ControlAssessment.recorded_at <= at)
    if system_id is not None:
        query = query.where(ControlAssessment.system_id == system_id)
    last = {(row.control, row.system_id): row for row in session.scalars(query)}
    return read_assessments(session, list(last.values()))


def counting_words(
    rows: Iterable[Assessment], system_id: str | None = None
) -> dict[str, Assessment]:
    """Return {control: the word that counts}: of the whole organisation, or of a system.

    A word on the system counts before a word of the whole organisation.
    """
    found = list(rows)
    words = {row.control: row for row in found if row.system_id is None}
    if system_id is not None:
        words |= {row.control: row for row in found if row.system_id == system_id}
    return words


def read_assessments(session: Session, rows: Sequence[ControlAssessment]) -> list[Assessment]:
    """Return stored words with their evidence, in the order given."""
    evidence = _evidence(session, [row.id for row in rows])
    return [_assessment(row, evidence[row.id]) for row in rows]


def _evidence(session: Session, wanted: Sequence[str]) -> dict[str, list[ControlEvidence]]:
    found: dict[str, list[ControlEvidence]] = {identifier: [] for identifier in wanted}
    for start in range(0, len(wanted), PART):
        part = wanted[start : start + PART]
        query = select(ControlEvidence).where(ControlEvidence.assessment_id.in_(part))
        for row in session.scalars(query.order_by(ControlEvidence.id)):
            found[row.assessment_id].append(row)
    return found


def _assessment(row: ControlAssessment, evidence: Sequence[ControlEvidence]) -> Assessment:
    return Assessment(
        id=row.id,
        control=row.control,
        edition=row.edition,
        system_id=row.system_id,
        status=row.status,
        applicable=row.applicable,
        justification=row.justification,
        owner=row.owner,
        owner_id=row.owner_id,
        assessor=row.assessor,
        assessor_id=row.assessor_id,
        target=row.target,
        due=_day(row.due),
        review_on=_day(row.review_on),
        recorded_at=row.recorded_at,
        evidence=tuple(_item(item) for item in evidence),
    )


def _item(row: ControlEvidence) -> EvidenceItem:
    return EvidenceItem(
        id=row.id,
        title=row.title,
        digest=row.digest,
        location=row.location,
        recorded_at=row.recorded_at,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
