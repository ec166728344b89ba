"""The risk register: how often each threat must be expected, given what happened."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.value import Value
from governance.operations.requests import Nothing
from governance.operations.work import Reading, Writing
from governance.registry.risks import (
    DEFAULT_BASIS,
    DEFAULT_SHAPE,
    DEFAULT_YEARS,
    RiskFrequency,
)


class RiskOrder(Value):
    """A threat with the prior of its yearly frequency."""

    threat: Annotated[str, Field(description="Id of a domain or sub-threat.")]
    prior_events: Annotated[float, Field(description="Events that the prior stands for.")] = (
        DEFAULT_SHAPE
    )
    prior_years: Annotated[float, Field(description="Years in which they happened.")] = (
        DEFAULT_YEARS
    )
    basis: Annotated[str, Field(description="What the prior rests on.")] = DEFAULT_BASIS
    observed_years: Annotated[
        float, Field(ge=0, le=1000, description="For how long incidents were recorded already.")
    ] = 0.0
    owner: Annotated[str | None, Field(description="Who owns the risk.")] = None


def register_risk(work: Writing, request: RiskOrder) -> RiskFrequency:
    """Put a threat on the register, with the prior of its yearly frequency."""
    from governance.registry import risks

    risk = risks.register_risk(
        work.transaction,
        request.threat,
        prior_events=request.prior_events,
        prior_years=request.prior_years,
        basis=request.basis,
        observed_since=risks.observation_start(work.now, request.observed_years),
        owner=request.owner,
    )
    return risks.frequency_of(work.session, risk, work.now)


def list_risks(work: Reading, request: Nothing) -> list[RiskFrequency]:
    """List every registered threat with its frequency, the most frequent first."""
    from governance.registry.risks import all_frequencies

    return all_frequencies(work.session, work.now)
