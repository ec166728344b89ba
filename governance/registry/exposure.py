"""Exposure in the database: quantified scenarios with what their figures rest on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.kernel.canonical import digest
from governance.registry.exposure_model import (
    ExposureAssumptions,
    domain_scenarios,
    domain_shares,
    whole_portfolio,
)
from governance.risk.quantify import quantify
from governance.risk.scenario import Portfolio, Scenario
from governance.store.exposure import RiskRun
from governance.store.store import Transaction

LEVELS = (0.95, 0.99)


def estimate_exposure(
    transaction: Transaction, counts: Mapping[str, int], assumptions: ExposureAssumptions
) -> list[RiskRun]:
    """Quantify every domain and all domains together, and store the runs as one batch.

    ``counts`` are asserted incidents by domain. The last run, whose domain is None, is the
    portfolio of all domains.
    """
    batch = transaction.new_id()
    runs = [
        _stored(transaction, batch, domain, scenario, _basis(domain, counts, assumptions))
        for domain, scenario in domain_scenarios(counts, assumptions).items()
    ]
    whole = whole_portfolio(counts, assumptions)
    runs.append(_stored(transaction, batch, None, whole, _basis(None, counts, assumptions)))
    transaction.session.flush()
    transaction.record(
        "exposure.estimated",
        batch,
        {
            "assumptions": digest(assumptions.model_dump(mode="json")),
            "incidents": dict(counts),
            "runs": {run.domain or "portfolio": run.scenario_digest for run in runs},
        },
    )
    return runs


def newest_runs(session: Session, at: datetime | None = None) -> list[RiskRun]:
    """Return for each domain, and for the portfolio (domain None), its last run until a moment."""
    statement = select(RiskRun).order_by(RiskRun.at, RiskRun.id)
    if at is not None:
        statement = statement.where(RiskRun.at <= at)
    newest = {run.domain: run for run in session.scalars(statement)}
    return sorted(newest.values(), key=lambda run: (run.domain is None, run.domain or ""))


def _stored(
    transaction: Transaction,
    batch: str,
    domain: str | None,
    scenario: Scenario | Portfolio,
    basis: dict[str, Any],
) -> RiskRun:
    data = scenario.model_dump(mode="json", exclude_unset=True)
    result = quantify(scenario, levels=LEVELS)
    run = RiskRun(
        id=transaction.new_id(),
        batch_id=batch,
        at=transaction.now,
        domain=domain,
        currency=str(result.currency),
        horizon_years=scenario.years,
        scenario=data,
        scenario_digest=digest(data),
        result=result.model_dump(mode="json"),
        basis=basis,
    )
    transaction.session.add(run)
    return run


def _basis(
    domain: str | None, counts: Mapping[str, int], assumptions: ExposureAssumptions
) -> dict[str, Any]:
    events = assumptions.annual_events
    shares = domain_shares(counts)
    frequency: dict[str, Any] = {
        "kind": f"{events.basis}; split over domains by incidents",
        "annual_events": events.model_dump(mode="json"),
        "incidents": sum(counts.values()),
    }
    if domain is None:
        severity: dict[str, Any] = {"kind": "expert range"}
    else:
        frequency |= {"incidents_of_domain": counts[domain], "share": shares[domain]}
        severity = {"kind": assumptions.severity[domain].basis}
        severity |= assumptions.severity[domain].model_dump(mode="json")
    return {"frequency": frequency, "severity": severity, "assumptions": assumptions.name}
