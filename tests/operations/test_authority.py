from __future__ import annotations

from datetime import timedelta

import pytest

from governance.kernel.clock import FixedClock
from governance.kernel.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from governance.kernel.money import Money
from governance.operations import agents, agents_certify, authority, authority_delegations
from governance.operations.place import Place
from tests.operations.conftest import Ask
from tests.operations.examples import run_example


@pytest.fixture
def ready(place: Place, ask: Ask) -> Place:
    """A place with two agents that stand at T5."""
    for name in ("invoice-bot", "scout"):
        ask(agents.register, agents.RegisterAgent(name=name))
        scores = agents_certify.CertifyAgent(agent=name, cc=1, er=1, as_=1, ih=1, basis="point")
        assert ask(agents_certify.certify, scores).tier == 5
    return place


def test_money_is_reserved_committed_refunded_and_shown(
    ready: Place, ask: Ask, clock: FixedClock
) -> None:
    granted = run_example(ready, "authority.reserve")
    assert granted["granted"]
    again = run_example(ready, "authority.reserve")
    assert (again["reservation"], again["replayed"]) == (granted["reservation"], True)
    before = clock.now()
    clock.advance(0.01)
    ids = {"reservation": granted["reservation"]}
    assert run_example(ready, "authority.commit", ids)["committed"] == 999
    assert run_example(ready, "authority.refund", ids)["refunded"] == 200
    assert not run_example(ready, "authority.release", ids)["done"]
    now = run_example(ready, "authority.show")
    assert (now["spent"], now["reserved"]) == (799, 0)
    then = ask(authority.show, authority.ShowAuthority(agent="invoice-bot", at=before))
    assert (then.spent, then.reserved) == (0, 1250)
    assert run_example(ready, "authority.check")["ok"]
    assert run_example(ready, "authority.marginal")["exposure"] == 799


def test_sub_budgets_are_granted_shown_and_taken_back(ready: Place) -> None:
    granted = run_example(ready, "delegations.grant")
    assert granted["granted"]
    (branch,) = run_example(ready, "delegations.tree")
    assert (branch["principal"], branch["agent"]) == ("invoice-bot", "scout")
    ids = {"delegation": granted["delegation"]}
    assert run_example(ready, "delegations.revoke", ids)["changed"]
    assert not run_example(ready, "delegations.revoke", ids)["changed"]


def test_what_is_not_there_what_is_taken_and_what_is_no_duration(ready: Place, ask: Ask) -> None:
    run_example(ready, "authority.reserve")
    money = Money(amount=1, currency="USD")
    other = authority.Reserve(agent="invoice-bot", amount=money, key="order-17")
    with pytest.raises(ConflictError, match="another request"):
        ask(authority.reserve, other)
    with pytest.raises(NotFoundError, match="no reservation"):
        ask(authority.release, authority.OfReservation(reservation="none"))
    soon = authority.Reserve(agent="invoice-bot", amount=money, key="k", expires_in="soon")
    with pytest.raises(InputError, match="no duration") as error:
        ask(authority.reserve, soon)
    assert error.value.field == "expires_in"
    later = ready.clock.now() + timedelta(days=1)
    with pytest.raises(InputError, match="in the future"):
        ask(authority.show, authority.ShowAuthority(agent="invoice-bot", at=later))


def test_money_takes_a_role(ready: Place, ask: Ask) -> None:
    money = Money(amount=1, currency="USD")
    with pytest.raises(ForbiddenError, match="operator"):
        ask(
            authority.reserve,
            authority.Reserve(agent="scout", amount=money, key="k"),
            actor="mallory",
        )
    with pytest.raises(ForbiddenError, match="treasurer"):
        ask(
            authority_delegations.revoke,
            authority_delegations.RevokeSubBudget(delegation="d", reason="r"),
            actor="mallory",
        )
