"""A policy that obeys every law, read from one YAML, TOML or JSON file."""

from __future__ import annotations

from functools import cache, cached_property
from importlib.resources import files
from typing import Self

from pydantic import model_validator

from governance.gate.draft import PolicyDraft
from governance.gate.laws import policy_faults
from governance.kernel.canonical import digest
from governance.kernel.documents import Document, parse_text
from governance.kernel.errors import InputError
from governance.kernel.money import Money
from governance.kernel.value import field_path, parse_document

DEFAULT_POLICY_NAME = "default-policy.yaml"


class Policy(PolicyDraft):
    """A policy under which decisions may be taken: well typed, and obeying all laws.

    Thresholds and ceilings rise with the tier; money is in minor units; rates are per day.
    Construction raises pydantic's ValidationError; `policy_from_document` raises InputError.
    """

    @model_validator(mode="after")
    def _obeys_the_laws(self) -> Self:
        faults = policy_faults(self)
        if faults:
            raise ValueError(f"{field_path(faults[0].location)}: {faults[0].message}")
        return self

    def ceiling(self, tier: int, currency: str | None = None) -> Money:
        """Return the ceiling of a tier; 0 in a currency that the policy does not name."""
        code = currency or self.ceilings.currency
        amounts = self.ceilings.tables().get(code)
        return Money(amount=0 if amounts is None else amounts[tier], currency=code)

    def required_tier(self, action: str) -> int | None:
        """Return the tier that an action needs; None for an action that no tier may take."""
        return next((entry.tier for entry in self.actions if entry.name == action), None)

    @cached_property
    def digest(self) -> str:
        """``sha256:`` over the policy's canonical JSON with every default written out."""
        return digest(self.model_dump(mode="json"))


def policy_digest(policy: PolicyDraft) -> str:
    """Return ``sha256:`` over a policy's canonical JSON with every default written out."""
    return policy.digest if isinstance(policy, Policy) else digest(policy.model_dump(mode="json"))


def draft_from_document(document: Document) -> PolicyDraft:
    """Validate a document as a well-typed policy, without checking the laws."""
    return parse_document(PolicyDraft, document)


def policy_from_document(document: Document) -> Policy:
    """Validate a document as a policy; raises InputError naming file, line, field and law."""
    draft = draft_from_document(document)
    faults = policy_faults(draft)
    if faults:
        first = faults[0]
        more = len(faults) - 1
        raise InputError(
            first.message
            + (f" (and {more} more {'fault' if more == 1 else 'faults'})" * (more > 0)),
            file=document.source,
            line=document.line_of(first.location),
            field=field_path(first.location),
            hint=f"the law: {first.law}; a proof shows what it breaks",
            remedy="policies.verify",
        )
    return Policy.model_validate(draft.model_dump())


@cache
def default_policy() -> Policy:
    """Return the packaged default policy."""
    return policy_from_document(default_document())


def default_document() -> Document:
    """Return the packaged default policy file with its text."""
    text = (files("governance.gate") / "data" / DEFAULT_POLICY_NAME).read_text("utf-8")
    return parse_text(text, DEFAULT_POLICY_NAME)
