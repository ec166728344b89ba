"""Files of agents and what they come to: what the tests of batches share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from governance.gate.certificate.payload import CertificateDocument
from governance.gate.certificate.verify import verify_certificate
from governance.registry.certify_file import Progress, certify_file
from governance.registry.standing import AgentStanding
from governance.store.agents import Agent, Certification
from governance.store.ledger import LedgerEvent
from governance.store.store import Store

PASSWORD = b"the tests' own"
HEADER = "agent,cc,er,as_,ih,n_cc,n_er,n_as,n_ih\n"


class Row(NamedTuple):
    """An agent and the one score that is all of its vector."""

    agent: str
    score: float

    @property
    def text(self) -> str:
        return f"{self.agent},{','.join([f'{self.score:.2f}'] * 4)},500,500,500,500\n"


def write(file: Path, rows: Sequence[Row]) -> Path:
    file.write_text(HEADER + "".join(row.text for row in rows))
    return file


def fleet(number: int, name: str = "bot") -> list[Row]:
    return [Row(f"{name}-{chr(97 + one // 26)}{chr(97 + one % 26)}", 0.95) for one in range(number)]


def run(
    store: Store, file: Path, *, batch: int = 100, after: Callable[[], None] | None = None
) -> list[AgentStanding]:
    """Certify a file; ``after`` is called behind each batch."""
    return certify_file(
        store, str(file), password=PASSWORD, batch=batch, progress=_telling(after or _nothing)
    )


def _nothing() -> None:
    pass


def _telling(after: Callable[[], None]) -> Progress:
    @contextmanager
    def progress(total: int) -> Iterator[Callable[[int], None]]:
        del total
        yield lambda _: after()

    return progress


def attempts(store: Store, prefix: str = "") -> list[tuple[Any, ...]]:
    """What is stored of each attempt, but ids, moments and files, by agent and in their order."""
    with store.read() as session:
        found = session.execute(
            select(Agent.name, Certification)
            .join(Agent, Agent.id == Certification.agent_id)
            .order_by(Agent.name, Certification.event_sequence)
        )
        return [
            (name.removeprefix(prefix), one.attempt, one.tier, one.basis, one.vector, one.void_at)
            for name, one in found
            if name.startswith(prefix)
        ]


def told(store: Store, since: int) -> Counter[str]:
    """How many events of each kind came behind one."""
    with store.read() as session:
        kinds = session.scalars(select(LedgerEvent.kind).where(LedgerEvent.sequence > since))
        return Counter(kinds)


def certificates_hold(store: Store) -> bool:
    """Whether each stored certificate verifies and says what the row says."""
    with store.read() as session:
        for row in session.scalars(select(Certification)):
            document = CertificateDocument.model_validate(row.certificate)
            found = verify_certificate(document.to_json(), at=row.certified_at)
            if not found.ok or found.tier != row.tier:
                return False
    return True
