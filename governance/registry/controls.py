"""What the organisation says and shows about each control is stored, of itself or of a system."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from governance.identity.naming import named_by, principal_named
from governance.kernel.errors import InputError
from governance.kernel.names import look_alike_keys
from governance.kernel.value import Value
from governance.registry.assessments import Assessment, Status, read_assessments
from governance.store.assessment import AiSystem, ControlAssessment, ControlEvidence
from governance.store.store import Transaction
from taxonomy import Ontology

CONTROL_KINDS = ("control", "article", "mitigation")
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class Evidence(Value):
    """A file by its digest, a link, or both; what a claim rests on."""

    title: Annotated[Line, Field(min_length=1)]
    digest: Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")] | None = None
    location: Line | None = None

    @model_validator(mode="after")
    def _points_somewhere(self) -> Evidence:
        if self.digest is None and not self.location:
            raise ValueError("evidence needs a file's digest or a link")
        return self


class Word(Value):
    """One word on one control.

    ``verified`` needs evidence and somebody who verified it (``assessor``) other than the owner;
    ``declared`` needs an owner. ``applicable`` None means that nobody has decided; False needs a
    justification. ``target`` is the status aimed at by ``due``; ``review_on`` is the day from
    which the word counts as stale.
    """

    control: str
    status: Status
    applicable: bool | None = None
    justification: Line = ""
    owner: Line = ""
    assessor: Line = ""
    target: Status | None = None
    due: date | None = None
    review_on: date | None = None
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Word:
        if self.status == "verified":
            if not self.evidence:
                raise ValueError("verified needs evidence: a file or a link")
            if not self.assessor:
                raise ValueError("verified needs an assessor: who looked at the evidence")
        if self.status == "declared" and not self.owner:
            raise ValueError("declared needs an owner: who says so")
        if self.applicable is False and not self.justification:
            raise ValueError("a control that does not apply needs a justification")
        return self


def assess_control(
    transaction: Transaction, ontology: Ontology, word: Word, system: AiSystem | None = None
) -> Assessment:
    """Store a word on a control with its evidence; earlier words are kept.

    Owner and assessor are principals where they are named exactly, else typed names. Raises
    InputError where the ontology has no such control or the owner verifies it, ForbiddenError
    where the assessor is another principal than who acts.
    """
    node = ontology.node(word.control)
    if node.kind not in CONTROL_KINDS:
        raise InputError(f"{word.control!r} is no control but a {node.kind}", field="control")
    people = _people(transaction, word)
    row = ControlAssessment(
        id=transaction.new_id(),
        control=word.control,
        edition=ontology.edition,
        system_id=None if system is None else system.id,
        status=word.status,
        applicable=word.applicable,
        justification=word.justification,
        owner=word.owner,
        assessor=word.assessor,
        **people,
        target=word.target,
        due=_iso(word.due),
        review_on=_iso(word.review_on),
        recorded_at=transaction.now,
    )
    transaction.session.add(row)
    transaction.session.flush()
    for item in word.evidence:
        transaction.session.add(
            ControlEvidence(
                id=transaction.new_id(),
                assessment_id=row.id,
                recorded_at=transaction.now,
                **item.model_dump(),
            )
        )
    transaction.session.flush()
    payload = word.model_dump(mode="json") | people
    payload["system"] = None if system is None else system.name
    transaction.record("control.assessed", row.id, payload)
    (stored,) = read_assessments(transaction.session, [row])
    return stored


def _people(transaction: Transaction, word: Word) -> dict[str, str | None]:
    """Return the ids of owner and assessor; raises where the owner verifies a control."""
    session, actor = transaction.session, transaction.proof.actor_id
    owner = principal_named(session, word.owner)
    assessor = named_by(session, word.assessor, actor, field="assessor")
    if word.status == "verified":
        both = owner is not None and assessor is not None
        if owner == assessor if both else _alike(word.owner, word.assessor):
            raise InputError("nobody verifies a control of their own", field="assessor")
    return {"owner_id": owner, "assessor_id": assessor}


def _alike(first: str, second: str) -> bool:
    return first == second or not look_alike_keys(first).isdisjoint(look_alike_keys(second))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
