from __future__ import annotations

import pytest

from governance.kernel.clock import FixedClock
from governance.kernel.errors import ForbiddenError, NotFoundError
from governance.operations import agents, agents_certify, contracts
from governance.operations.place import Place
from governance.operations.requests import TextFile
from tests.operations.conftest import Ask
from tests.operations.examples import run_example

TERMS = """
objective: summarise a page
constraints:
  - {kind: contains, phrases: [summary]}
minimum_tier: 1
reward: 5.00 USD
penalty: 1.00 USD
deadline: 2026-03-08T12:00:00Z
"""
COSIGNED = TERMS.replace("minimum_tier", "  - {kind: cosigner, person: dana}\nminimum_tier")


@pytest.fixture
def ready(place: Place, ask: Ask) -> Place:
    ask(agents.register, agents.RegisterAgent(name="invoice-bot"))
    scores = agents_certify.CertifyAgent(
        agent="invoice-bot", cc=1, er=1, as_=1, ih=1, basis="point"
    )
    ask(agents_certify.certify, scores)
    return place


def test_a_contract_from_posting_to_its_end(ready: Place) -> None:
    posted = run_example(ready, "contracts.post", {"terms": TERMS})
    assert posted["state"] == "posted"
    ids = {"contract": posted["id"]}
    assert [row["id"] for row in run_example(ready, "contracts.list")] == [posted["id"]]
    assert run_example(ready, "contracts.accept", ids)["state"] == "accepted"
    assert run_example(ready, "contracts.submit", ids)["state"] == "submitted"
    assert run_example(ready, "contracts.verify", ids)["verdict"]["fulfilled"]
    assert run_example(ready, "contracts.settle", ids)["outcome"] == "fulfilled"
    assert run_example(ready, "contracts.show", ids)["terms"]["objective"] == "summarise a page"


def test_taken_back_and_run_out(ready: Place, ask: Ask, clock: FixedClock) -> None:
    def posted(terms: str = TERMS) -> str:
        request = contracts.PostContract(terms=TextFile(name="job.yaml", text=terms), poster="acme")
        return str(ask(contracts.post, request).contract.id)

    assert run_example(ready, "contracts.cancel", {"posted": posted()})["state"] == "cancelled"
    expiring = {"expired": posted()}
    clock.advance(8)
    assert run_example(ready, "contracts.expire", expiring)["state"] == "expired"
    with pytest.raises(NotFoundError, match="no contract"):
        ask(contracts.show, contracts.OfContract(contract="none"))


def test_the_cosigner_alone_cosigns_and_the_rest_takes_a_role(ready: Place, ask: Ask) -> None:
    text = TextFile(name="job.yaml", text=COSIGNED)
    posted = ask(contracts.post, contracts.PostContract(terms=text, poster="acme"))
    request = contracts.OfContract(contract=posted.contract.id)
    with pytest.raises(ForbiddenError):
        run_example(ready, "contracts.cosign", {"cosigned": posted.contract.id})
    assert ask(contracts.cosign, request, actor="dana").changed
    for handler in (contracts.settle, contracts.expire, contracts.cancel):
        with pytest.raises(ForbiddenError, match="operator"):
            ask(handler, request, actor="mallory")
    verify = contracts.VerifyWork(contract=posted.contract.id)
    with pytest.raises(ForbiddenError, match="operator"):
        ask(contracts.verify, verify, actor="mallory")
    signed = contracts.VerifyWork(contract=posted.contract.id, signed_by="dana")
    assert not ask(contracts.verify, signed, actor="dana").done
