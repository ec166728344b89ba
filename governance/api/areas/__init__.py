"""Every area of the catalogue, as one caller asks for it.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from governance.api.areas.agents import Agents, AsyncAgents
from governance.api.areas.audits import AsyncAudits, Audits
from governance.api.areas.authority import AsyncAuthority, Authority
from governance.api.areas.certificates import AsyncCertificates, Certificates
from governance.api.areas.contracts import AsyncContracts, Contracts
from governance.api.areas.controls import AsyncControls, Controls
from governance.api.areas.database import AsyncDatabase, Database
from governance.api.areas.delegations import AsyncDelegations, Delegations
from governance.api.areas.gate import AsyncGate, Gate
from governance.api.areas.incidents import AsyncIncidents, Incidents
from governance.api.areas.installation import AsyncInstallation, Installation
from governance.api.areas.ledger import AsyncLedger, Ledger
from governance.api.areas.policies import AsyncPolicies, Policies
from governance.api.areas.principals import AsyncPrincipals, Principals
from governance.api.areas.proposals import AsyncProposals, Proposals
from governance.api.areas.register import AsyncRegister, Register
from governance.api.areas.reports import AsyncReports, Reports
from governance.api.areas.risk import AsyncRisk, Risk
from governance.api.areas.roles import AsyncRoles, Roles
from governance.api.areas.sessions import AsyncSessions, Sessions
from governance.api.areas.systems import AsyncSystems, Systems
from governance.api.areas.taxonomy import AsyncTaxonomy, Taxonomy
from governance.api.areas.tokens import AsyncTokens, Tokens
from governance.api.asking import Asking
from governance.api.waiting import Threads


class Areas:
    """The areas, asked for by somebody."""

    def __init__(self, asking: Asking) -> None:
        self.agents = Agents(asking)
        self.certificates = Certificates(asking)
        self.authority = Authority(asking)
        self.delegations = Delegations(asking)
        self.contracts = Contracts(asking)
        self.incidents = Incidents(asking)
        self.register = Register(asking)
        self.systems = Systems(asking)
        self.controls = Controls(asking)
        self.risk = Risk(asking)
        self.gate = Gate(asking)
        self.policies = Policies(asking)
        self.audits = Audits(asking)
        self.reports = Reports(asking)
        self.ledger = Ledger(asking)
        self.principals = Principals(asking)
        self.tokens = Tokens(asking)
        self.sessions = Sessions(asking)
        self.roles = Roles(asking)
        self.proposals = Proposals(asking)
        self.taxonomy = Taxonomy(asking)
        self.installation = Installation(asking)
        self.database = Database(asking)


class AsyncAreas:
    """The areas, whose methods are awaited."""

    def __init__(self, blocking: Areas, threads: Threads) -> None:
        self.agents = AsyncAgents(blocking.agents, threads)
        self.certificates = AsyncCertificates(blocking.certificates, threads)
        self.authority = AsyncAuthority(blocking.authority, threads)
        self.delegations = AsyncDelegations(blocking.delegations, threads)
        self.contracts = AsyncContracts(blocking.contracts, threads)
        self.incidents = AsyncIncidents(blocking.incidents, threads)
        self.register = AsyncRegister(blocking.register, threads)
        self.systems = AsyncSystems(blocking.systems, threads)
        self.controls = AsyncControls(blocking.controls, threads)
        self.risk = AsyncRisk(blocking.risk, threads)
        self.gate = AsyncGate(blocking.gate, threads)
        self.policies = AsyncPolicies(blocking.policies, threads)
        self.audits = AsyncAudits(blocking.audits, threads)
        self.reports = AsyncReports(blocking.reports, threads)
        self.ledger = AsyncLedger(blocking.ledger, threads)
        self.principals = AsyncPrincipals(blocking.principals, threads)
        self.tokens = AsyncTokens(blocking.tokens, threads)
        self.sessions = AsyncSessions(blocking.sessions, threads)
        self.roles = AsyncRoles(blocking.roles, threads)
        self.proposals = AsyncProposals(blocking.proposals, threads)
        self.taxonomy = AsyncTaxonomy(blocking.taxonomy, threads)
        self.installation = AsyncInstallation(blocking.installation, threads)
        self.database = AsyncDatabase(blocking.database, threads)
