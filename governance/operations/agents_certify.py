"""Certifying agents from their scores, and asking the gate for a tier."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from governance.gate.request import TierAnswer
from governance.kernel.value import Value
from governance.operations.requests import AgentNamed, LocalPath
from governance.operations.work import Running, Writing
from governance.registry.standing import AgentStanding

Score = Annotated[float | None, Field(description="Score in [0, 1]; missing if left out.")]
Count = Annotated[int | None, Field(description="Independent items behind the score.")]
AskedBasis = Annotated[
    Literal["point", "bound"] | None,
    Field(description="Point scores or lower bounds; the policy's if left out."),
]
SCORES = ("cc", "er", "as", "ih", "n_cc", "n_er", "n_as", "n_ih")


class CertifyAgent(AgentNamed):
    """An agent's scores; what is left out is missing, and missing is T0."""

    model_config = ConfigDict(populate_by_name=True)

    cc: Score = None
    er: Score = None
    as_: Annotated[Score, Field(alias="as")] = None
    ih: Score = None
    n_cc: Count = None
    n_er: Count = None
    n_as: Count = None
    n_ih: Count = None
    basis: AskedBasis = None
    evidence: Annotated[
        LocalPath | None, Field(description="File that the scores come from; digested.")
    ] = None


class CertifyAll(Value):
    """Vectors of many agents, one a row."""

    file: Annotated[LocalPath, Field(description="CSV or JSON Lines with a column agent.")]
    basis: AskedBasis = None
    source: Annotated[
        str | None, Field(description="What the scores come from; the file's name if left out.")
    ] = None


class RequestTier(AgentNamed):
    """A tier that is asked for."""

    tier: Annotated[int, Field(ge=1, le=5, description="1 to 5.")]


class TierRequested(Value):
    """What the gate answers to a request for a tier."""

    agent: str
    answer: TierAnswer


def certify(work: Writing, request: CertifyAgent) -> AgentStanding:
    """Certify an agent from its scores; missing is missing, and every attempt is stored."""
    from governance.gate.vector import RobustnessVector
    from governance.kernel.value import parse
    from governance.registry.certify_rows import certify_one
    from governance.registry.keys import open_signing_key

    data = request.model_dump(by_alias=True, include={"as_", *SCORES})
    vector = parse(RobustnessVector, data)
    evidence = None if request.evidence is None else request.evidence.file
    key = open_signing_key(work.transaction, work.place.password)
    return certify_one(
        work.transaction,
        request.agent,
        vector,
        key=key,
        basis=request.basis,
        evidence=evidence,
    )


def certify_all(work: Running, request: CertifyAll) -> list[AgentStanding]:
    """Certify every agent of a file, registering those not yet known.

    The whole file is checked first: where a row is at fault nothing is stored. Then batch by batch
    is stored; after a stop the same request goes on, and adds no attempt for what stands already.
    """
    from governance.registry.certify_file import certify_file

    return certify_file(
        work.store,
        str(request.file),
        password=work.place.password,
        basis=request.basis,
        source=request.source,
        progress=partial(work.progress, "certifying"),
    )


def request_tier(work: Writing, request: RequestTier) -> TierRequested:
    """Ask the scaling gate for a tier (the paper's Algorithm 1); the request is recorded."""
    from governance.registry.tier_requests import request_agent_tier

    answer = request_agent_tier(work.transaction, request.agent, request.tier)
    return TierRequested(agent=request.agent, answer=answer)
