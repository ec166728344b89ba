"""What the attempts of a batch of rows follow from, read by a fixed number of statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, type_coerce
from sqlalchemy.orm import Session

from governance.gate.dimensions import Basis
from governance.gate.vector import RobustnessVector
from governance.kernel.errors import InputError
from governance.registry.attempts import read_attempts
from governance.registry.certifications import require_in_service
from governance.registry.kinship import Declared
from governance.registry.matches import Match, matches_in
from governance.registry.policies import policies_in_force
from governance.store.agents import Agent, Certification, Evidence
from governance.store.base import JsonColumn
from governance.store.finding import by_ids_or_names
from governance.store.policies import DEFAULT_GROUP
from governance.store.positions import stored_policy


class FileRow(NamedTuple):
    """A row that may be certified: ``subject`` is the agent's id, or the name that it will have.

    ``before`` counts the earlier rows of the file that say the same of the same agent.
    """

    line: int
    name: str
    vector: RobustnessVector
    subject: str
    before: int


class FromFile(NamedTuple):
    """What all rows of a file have in common."""

    path: str
    evidence: Evidence
    basis: Basis | None
    key: Ed25519PrivateKey


class Ground(NamedTuple):
    """What one attempt follows from; the same ground makes the same decision.

    ``agent`` is None where it is yet to be registered; ``stored`` says that the attempt of the row
    stands already.
    """

    agent: str | None
    digests: tuple[tuple[str, str], ...]
    policy: str
    attempt: int
    stored: bool
    matches: tuple[Match, ...]


_Attempt = tuple[str, str, str, tuple[tuple[str, str], ...], str]


class Grounds:
    """The grounds of a batch's rows, which name no agent twice."""

    def __init__(
        self, session: Session, asked: FromFile, rows: Sequence[FileRow], by: str, now: datetime
    ) -> None:
        self.session = session
        self._asked, self._rows, self._by = asked, rows, by
        self.agents = by_ids_or_names(session, Agent, [row.name for row in rows])
        self._policies = policies_in_force(session)
        self._attempts = read_attempts(session, [self._declared(row) for row in rows])
        self._stored = self._attempts_of_file()
        new = any(row.name not in self.agents for row in rows)
        self._matches = matches_in(session, Declared({}, by), now) if new else ()

    def each(self) -> Iterator[tuple[FileRow, Ground]]:
        """Yield each row with its ground, the attempts of the rows before it counted.

        Raises InputError naming the row of an agent that is retired.
        """
        for row in self._rows:
            declared, agent = self._declared(row), self.agents.get(row.name)
            if agent is not None:
                with at_row(self._asked.path, row.line):
                    require_in_service(agent)
            policy = self._policies.of(DEFAULT_GROUP if agent is None else agent.agent_group)
            stored = agent is not None and self._is_stored(row, agent, policy)
            attempt = 0 if stored else self._attempts.of(declared) + 1
            if not stored:
                self._attempts.add(row.subject if agent is None else agent.id, declared.digests)
            yield (
                row,
                Ground(
                    agent=None if agent is None else agent.id,
                    digests=tuple(sorted(declared.digests.items())),
                    policy=policy,
                    attempt=attempt,
                    stored=stored,
                    matches=self._matches if agent is None else (),
                ),
            )

    def _declared(self, row: FileRow) -> Declared:
        agent = self.agents.get(row.name)
        if agent is None:
            return Declared({}, self._by)
        return Declared(agent.digests, agent.registered_by, agent.id)

    def _is_stored(self, row: FileRow, agent: Agent, policy: str) -> bool:
        digests = tuple(sorted(agent.digests.items()))
        basis = self._asked.basis or stored_policy(self.session, policy).basis.kind
        attempt = (agent.id, policy, basis, digests, row.vector.model_dump_json())
        return self._stored[attempt] > row.before

    def _attempts_of_file(self) -> Counter[_Attempt]:
        """Count the attempts that stand and were made of the same file."""
        if self._asked.evidence.digest is None:
            return Counter()
        digest = type_coerce(Certification.evidence, JsonColumn)["digest"].as_string()
        statement = select(Certification).where(
            Certification.agent_id.in_([agent.id for agent in self.agents.values()]),
            Certification.void_at.is_(None),
            digest == self._asked.evidence.digest,
        )
        return Counter(
            (
                row.agent_id,
                row.policy_digest,
                row.basis,
                tuple(sorted(row.evidence.agent_digests.items())),
                row.vector.model_dump_json(),
            )
            for row in self.session.scalars(statement)
        )


@contextmanager
def at_row(path: str, line: int) -> Iterator[None]:
    """Let an error name the row that it is about."""
    try:
        yield
    except InputError as error:
        error.file, error.line, error.field = path, line, "agent"
        raise
