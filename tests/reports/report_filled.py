"""Filling a store with a few incidents, risk runs and agents, hostile texts among them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from governance.gate.vector import RobustnessVector
from governance.incidents.view import find_incident
from governance.kernel.canonical import digest, file_digest
from governance.registry.agents import find_agent, register_agent, retire_agent
from governance.registry.certifications import certify_agent
from governance.registry.controls import Evidence, Word, assess_control
from governance.registry.incident_effects import link_incident
from governance.registry.risks import register_risk
from governance.registry.systems import register_system, state_threats
from governance.store.agents import Evidence as AuditEvidence
from governance.store.exposure import RiskRun
from governance.store.incidents import (
    ClassificationRun,
    Incident,
    IncidentClassification,
    IncidentImport,
    IncidentReview,
)
from governance.store.store import Store, Transaction
from taxonomy import load

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> {{ 7*7 }} {% raw %} =CMD() | `x` \x1b[31m\u202egnp"
# domain, sub-threat, abstained, losses
CODED: tuple[tuple[str, str | None, bool, tuple[str, ...]], ...] = (
    ("MIS", "MIS-01", False, ("Integrity", "Reputation")),
    ("MIS", "MIS-02", False, ("Reputation",)),
    ("MIS", "MIS-02", False, ("Legal",)),
    ("PRV", "PRV-01", False, ("Confidentiality", "Legal")),
    ("UNR", "UNR-X1", True, ()),
    ("UNR", "UNR-01", False, ("Reputation",)),
    ("NONE", None, True, ()),
)


def fill(store: Store, incidents: int = 8) -> None:
    """Store incidents (the last one unclassified), two risk runs and five agents."""
    add_incidents(store, incidents)
    add_runs(store)
    add_agents(store)


def add_incidents(store: Store, count: int) -> None:
    """Store incidents that are coded in turn as `CODED` says; the last is not coded."""
    with store.write() as transaction:
        batch = IncidentImport(
            id=transaction.new_id(),
            name="sample.jsonl",
            format="plain",
            content_digest=digest("sample"),
            records=count,
            added=count,
            updated=0,
            parts=1,
            started_at=transaction.now,
            finished_at=transaction.now,
        )
        run = ClassificationRun(
            id=transaction.new_id(),
            model_name="sample",
            model_version="1",
            edition=None,
            started_at=transaction.now,
            incidents=count - 1,
            parts=1,
        )
        transaction.session.add_all([batch, run])
        transaction.session.flush()
        rows = [_incident(transaction, batch.id, index) for index in range(count)]
        transaction.session.add_all(rows)
        transaction.session.flush()
        for index, row in enumerate(rows[:-1]):
            transaction.session.add(_classification(transaction, run.id, row, index))
        transaction.record("incidents.imported", batch.id, {"added": count})


def _incident(transaction: Transaction, batch: str, index: int) -> Incident:
    title = HOSTILE if index == 0 else f"Incident {index}"
    return Incident(
        id=transaction.new_id(),
        source="sample",
        source_id=str(index),
        content_digest=digest(index),
        title=title,
        description=f"{title}. Something happened.",
        occurred="2025-03-01",
        discovered=None,
        reported="2025-03-04",
        happened_at=transaction.now - timedelta(days=300 - index % 200),
        status=None,
        near_miss=None,
        affected_system=None,
        affected_agent=None,
        url=None,
        licence=None,
        source_labels={},
        import_id=batch,
        stored_at=transaction.now,
        merged_into=None,
    )


def _classification(
    transaction: Transaction, run: str, incident: Incident, index: int
) -> IncidentClassification:
    domain, sub_threat, abstained, losses = CODED[index % len(CODED)]
    return IncidentClassification(
        id=transaction.new_id(),
        incident_id=incident.id,
        run_id=run,
        model_name="sample",
        model_version="1",
        content_digest=incident.content_digest,
        domain=domain,
        sub_threat=sub_threat,
        confidence=0.3 if abstained else 0.9,
        abstained=abstained,
        abstain_reason="low_confidence" if abstained else None,
        result={"losses": [{"category": loss, "confidence": 0.8} for loss in losses]},
        classified_at=transaction.now,
        superseded_at=None,
    )


def review(
    store: Store,
    incident: Incident,
    domain: str,
    sub_threat: str | None,
    reviewer_id: str | None = None,
) -> None:
    """Store a reviewer's correction of an incident's code."""
    with store.write() as transaction:
        transaction.session.add(
            IncidentReview(
                id=transaction.new_id(),
                incident_id=incident.id,
                classification_id=None,
                content_digest=incident.content_digest,
                reviewer="reviewer",
                reviewer_id=reviewer_id,
                verdict="correct",
                domain=domain,
                sub_threat=sub_threat,
                losses=["Legal"],
                comment=None,
                reviewed_at=transaction.now,
            )
        )


def add_runs(store: Store) -> None:
    """Store one run for MIS (data), one for PRV (expert range) and one for the portfolio."""
    with store.write() as transaction:
        batch = transaction.new_id()
        for domain, scale, kinds in (
            ("MIS", 1.0e5, ("data", "data")),
            ("PRV", 4.0e5, ("data", "expert range")),
            (None, 5.0e5, ("data", "expert range")),
        ):
            transaction.session.add(
                RiskRun(
                    id=transaction.new_id(),
                    batch_id=batch,
                    at=transaction.now,
                    domain=domain,
                    currency="USD",
                    horizon_years=1.0,
                    scenario={"scale": scale},
                    scenario_digest=digest(scale),
                    result=result(scale),
                    basis={"frequency": {"kind": kinds[0]}, "severity": {"kind": kinds[1]}},
                )
            )
        transaction.record("risk.estimated", batch, {"runs": 3})


def result(scale: float) -> dict[str, Any]:
    """Return figures of a made-up law with P(loss > x) = 0.5 / (1 + x / scale)^2."""
    losses = [scale * 10 ** (power / 4) for power in range(-8, 7)]
    return {
        "mean": 0.5 * scale,
        "sd": scale,
        "prob_zero": 0.5,
        "var": {"0.95": scale * (10**0.5 - 1), "0.99": scale * (50**0.5 - 1)},
        "tvar": {"0.95": scale * 5.3, "0.99": scale * 13.0},
        "lec": [[loss, 0.5 / (1 + loss / scale) ** 2] for loss in losses],
        "error_bound": 1e-6,
        "method": "fft",
        "currency": "USD",
    }


def add_agents(store: Store) -> None:
    """Register a strong, a weak, a hostile-named, an uncertified and a retired agent."""
    strong = vector(0.93, 0.94, 0.92, 0.9, 400)
    with store.write() as transaction:
        first = register_agent(transaction, "strong", digests={"model": digest("strong")})
        verified = AuditEvidence(kind="verified", source="audit 1", digest=digest("audit"))
        certify_agent(transaction, first, strong, evidence=verified)
        weak = register_agent(transaction, "weak")
        certify_agent(transaction, weak, RobustnessVector(cc=0.5, er=0.4), basis="point")
        hostile = register_agent(transaction, "".join(c for c in HOSTILE if c.isprintable()))
        certify_agent(transaction, hostile, vector(0.7, 0.7, 0.65, 0.8, 200))
        register_agent(transaction, "uncertified")
        retired = register_agent(transaction, "retired")
        certify_agent(transaction, retired, strong)
        retire_agent(transaction, retired, "replaced")


def vector(cc: float, er: float, alignment: float, ih: float, units: int) -> RobustnessVector:
    """Return a vector whose dimensions all have the same number of units."""
    return RobustnessVector.model_validate(
        {
            "cc": cc,
            "er": er,
            "as": alignment,
            "ih": ih,
            "n_cc": units,
            "n_er": units,
            "n_as": units,
            "n_ih": units,
        }
    )


def moment_later(store: Store, days: float) -> datetime:
    """Move a store's fixed clock and return the new moment."""
    store.clock.advance(days)  # type: ignore[attr-defined]
    return store.clock.now()


def add_controls(store: Store, folder: Path) -> None:
    """Register two systems and say something about a few controls; a file stands behind one."""
    ontology = load()
    proof = folder / "policy.txt"
    proof.write_text("The AI policy.")
    digest_of = file_digest(proof)
    link = Evidence(title=HOSTILE, location="https://example.org/record")
    day = store.clock.now().date()
    organisation = [
        Word(
            control="iso42001:A.2.2",
            status="verified",
            applicable=True,
            justification="The board wants one.",
            owner="Board",
            assessor="Auditor",
            evidence=(Evidence(title="AI policy", digest=digest_of, location=str(proof)),),
        ),
        Word(control="iso42001:A.3.2", status="declared", applicable=True, owner="=Board"),
        Word(
            control="iso42001:A.4.2",
            status="not_assessed",
            applicable=False,
            justification=HOSTILE,
        ),
        Word(
            control="iso42001:A.6.2.6",
            status="verified",
            owner="Operations",
            assessor="Auditor",
            review_on=day - timedelta(days=1),
            evidence=(link,),
        ),
        Word(
            control="nist-ai-rmf:GOVERN-1.1",
            status="declared",
            owner="Counsel",
            target="verified",
            due=day - timedelta(days=10),
        ),
        Word(control="eu-ai-act:Art.9", status="declared", owner="Counsel"),
    ]
    with store.write() as transaction:
        first = register_system(
            transaction,
            "Hiring assistant",
            role="deployer",
            risk_class="high",
            owner="Personnel",
            facts={"users": "40"},
        )
        register_system(transaction, "<b>Chat</b> {{ 7*7 }}")
        register_system(transaction, "Old system", status="retired")
        state_threats(transaction, first, ontology, ["BIA-01"])
        for word in organisation:
            assess_control(transaction, ontology, word)
        own = Word(
            control="eu-ai-act:Art.14",
            status="verified",
            owner="Personnel",
            assessor="Auditor",
            evidence=(link,),
        )
        assess_control(transaction, ontology, own, first)


def freeze(store: Store, name: str) -> None:
    """Link the first incident to an agent so severely that the policy freezes it."""
    with store.write() as transaction:
        agent = find_agent(transaction.session, name)
        incident = find_incident(transaction.session, "sample:0")
        for threat in ("MIS", "MIS-01"):
            begun = transaction.now - timedelta(days=365)
            register_risk(transaction, threat, observed_since=begun, owner="Risk office")
        link_incident(transaction, incident, agent, "high", "it paid the wrong account")
