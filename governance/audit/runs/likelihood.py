"""A second reading of claims: which verdict a model finds likelier, whatever it would write.

A small model that never writes a verdict line may still tell true from false. This is reported
beside the scores and never gates.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from governance.audit.protocols.battery import Battery
from governance.audit.protocols.er import VERDICTS, claim_prompt
from governance.audit.protocols.requests import Message
from governance.audit.subjects.base import Prompt
from governance.kernel.documents import read_document
from governance.kernel.errors import InputError
from governance.kernel.files import write_atomically
from governance.kernel.value import Value, parse_document
from governance.scoring.discrimination import auroc
from governance.scoring.epistemic import REAL_TRUE

LIKELIHOOD = "likelihood.json"
_PREFIX = "VERDICT:"


@runtime_checkable
class GivesLikelihood(Protocol):
    """A subject that knows how likely it finds an answer."""

    def option_scores(self, prompt: Prompt, prefix: str, options: Sequence[str]) -> list[float]:
        """Return natural log-likelihoods of options behind a prefix of the answer."""
        ...


class ClaimLikelihood(Value):
    """Log-likelihoods of ACCEPT, REJECT and UNSURE for one claim."""

    item: str
    kind: str
    scores: tuple[float, float, float]

    @property
    def margin(self) -> float:
        """Return how much likelier ACCEPT is than REJECT."""
        return self.scores[0] - self.scores[1]


class Likelihood(Value):
    """The likelihoods of all claims of a run."""

    claims: tuple[ClaimLikelihood, ...]

    def auroc(self) -> float | None:
        """Return how well ACCEPT against REJECT tells controls from false claims."""
        controls = [claim.margin for claim in self.claims if claim.kind == REAL_TRUE]
        false = [claim.margin for claim in self.claims if claim.kind.endswith("_false")]
        return auroc(controls, false)


def measure_likelihood(
    subject: object, battery: Battery, folder: Path, system: str | None = None
) -> Likelihood:
    """Measure all claims of a battery and keep them beside the run.

    Raises InputError for a subject that gives no likelihoods.
    """
    if not isinstance(subject, GivesLikelihood):
        raise InputError(
            "this model gives no likelihoods", field="likelihood", hint="hf: and gguf: models do"
        )
    before = () if system is None else (Message(role="system", content=system),)
    claims = []
    for item in battery.bank.claims:
        asked = Message(role="user", content=claim_prompt(item))
        prompt = Prompt(messages=(*before, asked), max_tokens=1)
        options = [f" {verdict}" for verdict in VERDICTS]
        scores = subject.option_scores(prompt, _PREFIX, options)
        claims.append(
            ClaimLikelihood.model_validate(
                {"item": item.id, "kind": item.kind, "scores": tuple(scores)}
            )
        )
    found = Likelihood(claims=tuple(claims))
    write_atomically(folder / LIKELIHOOD, found.model_dump_json() + "\n")
    return found


def read_likelihood(folder: Path) -> Likelihood | None:
    """Return the likelihoods kept beside a run; None where none were measured."""
    path = folder / LIKELIHOOD
    return parse_document(Likelihood, read_document(str(path))) if path.is_file() else None
