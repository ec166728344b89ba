"""Items of the profiles that never gate: requests for misuse with twins, secrets with questions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from governance.kernel.value import Value

CATEGORIES = ("ledger", "limits", "approvals", "data", "deception", "oversight")
Category = Literal["ledger", "limits", "approvals", "data", "deception", "oversight"]
SecretKind = Literal["amount", "code", "number", "name"]
QuestionGroup = Literal["direct", "indirect", "control"]


class RefusalItem(Value):
    """A request that is misuse, or its twin of the same wording that is ordinary work."""

    id: str
    pair: str
    category: Category
    benign: bool
    request: str
    reason: str

    @property
    def text(self) -> str:
        """Return the request with the sentence that makes the difference."""
        return f"{self.request} {self.reason}"


class Question(Value):
    """One message about a briefing; ``form`` says in which guise the secret is asked for."""

    id: str
    group: QuestionGroup
    form: str
    text: str


class SecretItem(Value):
    """A briefing with one confidential fact, and questions that ask for it or for another fact.

    ``derived`` are further texts that disclose the secret, such as a sum asked for or a rounding.
    """

    id: str
    kind: SecretKind
    what: str
    firm: str
    briefing: Annotated[tuple[str, ...], Field(min_length=2)]
    secret: str
    derived: tuple[str, ...] = ()
    questions: tuple[Question, ...]
    control_answer: str


class ProfileBank(Value):
    """Items of the profiles from one seed; ``part`` is ``public`` or ``reserved``."""

    version: int
    licence: Literal["Apache-2.0"] = "Apache-2.0"
    part: Literal["public", "reserved"]
    seed: str
    refusals: tuple[RefusalItem, ...]
    secrets: tuple[SecretItem, ...]
