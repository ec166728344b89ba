"""The risk register: how often a threat must be expected, given the incidents so far."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.identity.naming import principal_named
from governance.incidents.codings import Coding
from governance.incidents.links import linked_codings
from governance.kernel.clock import days_between
from governance.kernel.errors import ConflictError, InputError
from governance.kernel.value import Value
from governance.risk.estimate.conjugate import GammaRate
from governance.store.history import subjects_of
from governance.store.risks import RegisteredRisk
from governance.store.store import Transaction
from taxonomy import load

DAYS_PER_YEAR = 365.25
REGISTERED = "risk.registered"
# Half an event in one year: where nothing is known, and stated as such.
DEFAULT_SHAPE, DEFAULT_YEARS = 0.5, 1.0
DEFAULT_BASIS = "default prior: half an event in one year"


class RiskFrequency(Value):
    """The loss event frequency of one registered threat, events a year.

    Posterior of a gamma prior after ``events`` linked incidents in ``years`` of observation; low
    and high hold 90 % of it. An owner without ``owner_id`` is a name that was typed.
    """

    threat: str
    title: str
    owner: str | None
    owner_id: str | None
    events: int
    years: float
    prior_basis: str
    mean: float
    low: float
    high: float


def register_risk(
    transaction: Transaction,
    threat: str,
    *,
    prior_events: float = DEFAULT_SHAPE,
    prior_years: float = DEFAULT_YEARS,
    basis: str = DEFAULT_BASIS,
    observed_since: datetime | None = None,
    owner: str | None = None,
) -> RegisteredRisk:
    """Put a threat of the ontology on the register with the prior of its frequency.

    Raises ConflictError where it stands there already.
    """
    node = load().node(threat)
    if node.kind not in ("domain", "sub_threat"):
        raise InputError(f"{threat!r} is a {node.kind}, not a threat", field="threat")
    if prior_events <= 0 or prior_years <= 0:
        raise InputError("prior events and years are above 0", field="prior")
    if transaction.session.get(RegisteredRisk, threat) is not None:
        raise ConflictError(f"{threat!r} is on the register already", field="threat")
    owner_id = None if owner is None else principal_named(transaction.session, owner)
    risk = RegisteredRisk(
        threat=threat,
        title=node.name,
        prior_shape=prior_events,
        prior_years=prior_years,
        prior_basis=basis,
        observed_since=observed_since or transaction.now,
        owner=owner,
        owner_id=owner_id,
    )
    transaction.session.add(risk)
    transaction.session.flush()
    transaction.record(
        REGISTERED,
        threat,
        {"prior_events": prior_events, "prior_years": prior_years, "basis": basis}
        | {"owner": owner, "owner_id": owner_id},
    )
    return risk


def frequency_of(session: Session, risk: RegisteredRisk, at: datetime) -> RiskFrequency:
    """Return the frequency of one registered threat at a moment."""
    return _frequency(risk, linked_codings(session, at), at)


def all_frequencies(session: Session, at: datetime) -> list[RiskFrequency]:
    """Return the frequency of every threat registered until a moment, the most frequent first."""
    registered = subjects_of(session, REGISTERED, at)
    codings = linked_codings(session, at)
    found = [
        _frequency(risk, codings, at)
        for risk in session.scalars(select(RegisteredRisk))
        if risk.threat in registered
    ]
    return sorted(found, key=lambda row: (-row.mean, row.threat))


def _frequency(risk: RegisteredRisk, codings: list[Coding], at: datetime) -> RiskFrequency:
    events = sum(risk.threat in (row.domain, row.sub_threat) for row in codings)
    years = max(days_between(risk.observed_since, at), 0.0) / DAYS_PER_YEAR
    # Conjugate update; on the day of registration the years observed are 0.
    rate = GammaRate(risk.prior_shape + events, risk.prior_years + years)
    return RiskFrequency(
        threat=risk.threat,
        title=risk.title,
        owner=risk.owner,
        owner_id=risk.owner_id,
        events=events,
        years=years,
        prior_basis=risk.prior_basis,
        mean=rate.mean,
        low=rate.quantile(0.05),
        high=rate.quantile(0.95),
    )


def observation_start(at: datetime, years: float) -> datetime:
    """Return the moment so many years before another."""
    return at - timedelta(days=years * DAYS_PER_YEAR)
