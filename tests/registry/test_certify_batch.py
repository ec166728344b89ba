from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from governance.economy.reservations import reserve
from governance.gate.policy import Policy, default_policy
from governance.gate.vector import RobustnessVector
from governance.kernel.clock import FixedClock
from governance.kernel.errors import ConflictError
from governance.kernel.money import Money
from governance.registry import certify_batch
from governance.registry.agents import change_agent, find_agent, register_agent
from governance.registry.certifications import latest_certification
from governance.registry.certify_rows import certify_one
from governance.registry.keys import list_keys, rotate_signing_key, signing_key
from governance.registry.policies import set_policy
from governance.store.agents import Certification
from governance.store.incident_links import IncidentLink
from governance.store.ledger import LedgerEvent, ledger_head
from governance.store.names import NameKey
from governance.store.store import Store
from tests.registry.batch_world import (
    PASSWORD,
    Row,
    attempts,
    certificates_hold,
    fleet,
    run,
    write,
)
from tests.registry.renaming import MODEL, OTHER, Happened

Interfere = Callable[[Callable[[], None]], None]


@pytest.fixture
def ready(set_up_store: Store) -> Store:
    """A store of either kind with ontology and policy."""
    return set_up_store


@pytest.fixture
def interfere(monkeypatch: pytest.MonkeyPatch) -> Interfere:
    """Lets somebody else write in a thread while the first row of a batch is being signed.

    That ends the test if the lock of the writers were held then.
    """

    def arrange(work: Callable[[], None]) -> None:
        signing, begun = certify_batch.sign_for, []

        def sign(*words: Any) -> Any:
            if not begun:
                begun.append(threading.Thread(target=work))
                begun[0].start()
                begun[0].join(20)
                assert not begun[0].is_alive()
            return signing(*words)

        monkeypatch.setattr(certify_batch, "sign_for", sign)

    return arrange


def _head(store: Store) -> int:
    with store.read() as session:
        return ledger_head(session)[0]


def test_others_write_while_a_batch_is_signed_and_between_batches(
    ready: Store, tmp_path: Path, interfere: Interfere
) -> None:
    paying = run(ready, write(tmp_path / "first.csv", [Row("payer", 0.95)]))[0]
    keys = iter(("while", "after one", "after two", "after three"))

    def pay() -> None:
        with ready.write() as transaction:
            payer = find_agent(transaction.session, paying.agent)
            money = Money(amount=1, currency="USD")
            assert reserve(transaction, payer, money, key=next(keys)).granted

    def elsewhere() -> None:
        other = threading.Thread(target=pay)
        other.start()
        other.join(20)
        assert not other.is_alive()

    interfere(pay)
    before = _head(ready)
    run(ready, write(tmp_path / "vectors.csv", fleet(6)), batch=2, after=elsewhere)
    with ready.read() as session:
        events = session.scalars(
            select(LedgerEvent.kind)
            .where(LedgerEvent.sequence > before)
            .order_by(LedgerEvent.sequence)
        )
        order = [kind for kind in events if kind in ("authority.reserved", "agent.certified")]
    paid, certified = "authority.reserved", "agent.certified"
    assert order == [paid, *[certified, certified, paid] * 3]
    assert certificates_hold(ready)


def _stored(store: Store, name: str) -> Certification:
    with store.read() as session:
        agent = find_agent(session, name)
        found = latest_certification(session, agent)
        assert found is not None
        return found


def test_an_agent_that_changes_while_it_is_signed_is_signed_as_it_is_then(
    ready: Store, tmp_path: Path, interfere: Interfere
) -> None:
    with ready.write() as transaction:
        register_agent(transaction, "bot", digests={"model": MODEL})

    def change() -> None:
        with ready.write() as transaction:
            change_agent(transaction, find_agent(transaction.session, "bot"), {"model": OTHER})

    interfere(change)
    run(ready, write(tmp_path / "vectors.csv", [Row("bot", 0.95), *fleet(3)]))
    assert _stored(ready, "bot").evidence.agent_digests == {"model": OTHER}
    assert _stored(ready, "bot").void_at is None
    assert certificates_hold(ready)


def test_an_attempt_of_kin_that_is_made_meanwhile_counts(
    ready: Store, tmp_path: Path, interfere: Interfere, strong: RobustnessVector
) -> None:
    with ready.write() as transaction:
        for name in ("bot", "twin"):
            register_agent(transaction, name, digests={"model": MODEL})

    key = signing_key(ready, PASSWORD)

    def attempt() -> None:
        with ready.write() as transaction:
            certify_one(transaction, "twin", strong, key=key)

    interfere(attempt)
    run(ready, write(tmp_path / "vectors.csv", [Row("bot", 0.95)]))
    assert _stored(ready, "bot").attempt == 2
    assert certificates_hold(ready)


def test_a_policy_that_is_set_meanwhile_decides(
    ready: Store, tmp_path: Path, interfere: Interfere
) -> None:
    another = default_policy().model_copy(update={"name": "another"})

    def change() -> None:
        with ready.write() as transaction:
            set_policy(transaction, another)

    interfere(change)
    run(ready, write(tmp_path / "vectors.csv", fleet(3)))
    for row in fleet(3):
        assert (
            _stored(ready, row.agent).policy_digest
            == Policy.model_validate(another.model_dump(mode="json")).digest
        )
    assert certificates_hold(ready)


def test_a_key_that_is_rotated_meanwhile_signs_nothing_more(
    ready: Store, tmp_path: Path, interfere: Interfere
) -> None:
    def rotate() -> None:
        with ready.write() as transaction:
            rotate_signing_key(transaction, PASSWORD)

    interfere(rotate)
    run(ready, write(tmp_path / "vectors.csv", fleet(3)))
    with ready.read() as session:
        old, new = list_keys(session)
    assert old.retired_at is not None
    for row in fleet(3):
        certificate = _stored(ready, row.agent).certificate
        assert certificate is not None
        assert certificate["public_key"] == new.public_key


def test_an_incident_that_comes_meanwhile_is_before_the_attempt(
    ready: Store, tmp_path: Path, interfere: Interfere, happened: Happened, clock: FixedClock
) -> None:
    run(ready, write(tmp_path / "first.csv", [Row("bot", 0.95)]))

    def report() -> None:
        clock.advance(0.0001)  # less than what is too old in any case
        happened("bot", "medium")

    interfere(report)
    run(ready, write(tmp_path / "vectors.csv", [Row("bot", 0.94)]))
    with ready.read() as session:
        link = session.scalars(select(IncidentLink)).one()
    assert _stored(ready, "bot").certified_at >= link.linked_at


def test_a_name_that_is_taken_meanwhile_is_named_and_its_batch_is_not_stored(
    ready: Store, tmp_path: Path, interfere: Interfere
) -> None:
    def take() -> None:
        with ready.write() as transaction:
            register_agent(transaction, "BOT-AC")

    interfere(take)
    with pytest.raises(ConflictError, match="looks like 'BOT-AC'") as caught:
        run(ready, write(tmp_path / "vectors.csv", fleet(4)), batch=2, after=None)
    assert (caught.value.line, caught.value.field) == (4, "agent")
    assert [one[0] for one in attempts(ready)] == ["bot-aa", "bot-ab"]
    with ready.read() as session:
        taken = set(session.scalars(select(NameKey.name).where(NameKey.kind == "agent")))
    assert taken == {"bot-aa", "bot-ab", "BOT-AC"}


def test_an_agent_that_another_registers_meanwhile_is_certified_as_theirs(
    ready: Store, tmp_path: Path, interfere: Interfere
) -> None:
    def register() -> None:
        with ready.acting_as("another").write() as transaction:
            register_agent(transaction, "bot-ab", digests={"model": MODEL})

    interfere(register)
    run(ready, write(tmp_path / "vectors.csv", fleet(3)))
    with ready.read() as session:
        assert find_agent(session, "bot-ab").registered_by == "another"
    assert _stored(ready, "bot-ab").evidence.agent_digests == {"model": MODEL}
    assert certificates_hold(ready)
