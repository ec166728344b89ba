"""Every table of the store, so that one import makes the metadata complete."""

from __future__ import annotations

# The order is the order of the migrations.
from governance.store.base import Base
from governance.store.identity import StoreIdentity
from governance.store.ledger import LedgerEvent, LedgerHead
from governance.store.ontology import TaxonomyEdge, TaxonomyEdition, TaxonomyNode
from governance.store.policies import PolicyInForce, PolicyVersion, SignedRelease
from governance.store.agents import Agent, AgentDigest, Certification
from governance.store.exposure import RiskRun
from governance.store.incidents import (
    ClassificationRun,
    Incident,
    IncidentClassification,
    IncidentImport,
    IncidentLoss,
    IncidentReview,
    IncidentRevision,
)
from governance.store.economy import Account, Authority, Posting
from governance.store.economy_delegations import Delegation
from governance.store.economy_reservations import Refund, Reservation
from governance.store.economy_contracts import Contract, Submission
from governance.store.economy_audits import StandingMark
from governance.store.checkpoint_table import LedgerCheckpoint
from governance.store.keys import Revocation, SigningKey
from governance.store.incident_links import IncidentLink
from governance.store.roles import Proposal
from governance.store.risks import RegisteredRisk
from governance.store.assessment import (
    AiSystem,
    AiSystemThreat,
    ControlAssessment,
    ControlEvidence,
)
from governance.store.audits import AuditRecord
from governance.store.principals import (
    ApiToken,
    ExternalIdentity,
    Principal,
    RefusalCount,
    RoleGrant,
    SignInLink,
)
from governance.store.names import NameKey

__all__ = [
    "Account",
    "Agent",
    "AgentDigest",
    "AiSystem",
    "AiSystemThreat",
    "ApiToken",
    "AuditRecord",
    "Authority",
    "Base",
    "Certification",
    "ClassificationRun",
    "Contract",
    "ControlAssessment",
    "ControlEvidence",
    "Delegation",
    "ExternalIdentity",
    "Incident",
    "IncidentClassification",
    "IncidentImport",
    "IncidentLink",
    "IncidentLoss",
    "IncidentReview",
    "IncidentRevision",
    "LedgerCheckpoint",
    "LedgerEvent",
    "LedgerHead",
    "NameKey",
    "PolicyInForce",
    "PolicyVersion",
    "Posting",
    "Principal",
    "Proposal",
    "Refund",
    "RefusalCount",
    "RegisteredRisk",
    "Reservation",
    "Revocation",
    "RiskRun",
    "RoleGrant",
    "SignInLink",
    "SignedRelease",
    "SigningKey",
    "StandingMark",
    "StoreIdentity",
    "Submission",
    "TaxonomyEdge",
    "TaxonomyEdition",
    "TaxonomyNode",
]
