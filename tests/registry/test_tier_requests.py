from __future__ import annotations

import pytest

from governance.gate.policy import Policy, default_policy
from governance.gate.vector import RobustnessVector
from governance.kernel.clock import FixedClock
from governance.kernel.errors import InputError
from governance.registry.agents import register_agent, retire_agent
from governance.registry.certifications import certify_agent
from governance.registry.policies import set_policy
from governance.registry.policy_signatures import checked_releases
from governance.registry.setup import set_up
from governance.registry.standing import standing_of_agent
from governance.registry.tier_requests import request_agent_tier
from governance.store.ledger_query import last_events
from governance.store.policies import SignedRelease
from governance.store.store import Store


def test_a_request_is_answered_from_decayed_evidence(
    ready: Store, strong: RobustnessVector, clock: FixedClock
) -> None:
    with ready.write() as transaction:
        certify_agent(transaction, register_agent(transaction, "bot"), strong)
        assert request_agent_tier(transaction, "bot", 5).granted
    clock.advance(30)
    with ready.write() as transaction:
        answer = request_agent_tier(transaction, "bot", 5)
    assert not answer.granted
    assert answer.audit_needed
    assert {gap.dimension for gap in answer.gaps} == {"cc", "er", "as"}
    with ready.read() as session:
        asked = last_events(session, kind="agent.tier_requested")
    assert [event.data["granted"] for event in asked] == [True, False]


def test_scores_do_not_help_an_agent_without_authority(
    ready: Store, strong: RobustnessVector
) -> None:
    with ready.write() as transaction:
        agent = register_agent(transaction, "bot")
        with pytest.raises(InputError, match="never certified"):
            request_agent_tier(transaction, "bot", 1)
        certify_agent(transaction, agent, strong)
        retire_agent(transaction, agent, "done")
        answer = request_agent_tier(transaction, "bot", 1)
    assert (answer.granted, answer.tier, answer.ceiling.amount) == (False, 0, 0)


def test_the_gaps_are_those_under_the_policy_that_the_next_audit_is_judged_by(
    ready: Store, strong: RobustnessVector
) -> None:
    """A stricter policy denied a tier and named no gap: the certification's own had none."""
    data = default_policy().model_dump()
    data["thresholds"]["cc"] = [*data["thresholds"]["cc"][:3], 0.9999, 0.99999]
    with ready.write() as transaction:
        agent = register_agent(transaction, "bot")
        certify_agent(transaction, agent, strong)
        assert request_agent_tier(transaction, "bot", 4).gaps == ()
        set_policy(transaction, Policy.model_validate(data))
        answer = request_agent_tier(transaction, "bot", 4)
    assert (answer.granted, answer.tier) == (False, 3)
    assert [(gap.dimension, gap.threshold) for gap in answer.gaps] == [("cc", 0.9999)]


def test_policies_are_put_in_force_under_a_signature(sqlite_store: Store) -> None:
    set_up(sqlite_store, b"password")
    with sqlite_store.write() as transaction:
        row = checked_releases(transaction.session)[0]
        assert (row.signature, row.version, row.group) == ("valid", 1, "default")
        forged = dict(row.envelope or {})
        forged["payload"] = forged["payload"][:-8] + "AAAAAAA="
        transaction.session.add(
            SignedRelease(
                id=transaction.new_id(),
                agent_group="default",
                policy_digest=row.digest,
                at=transaction.now,
                actor="eve",
                envelope=forged,
            )
        )
        transaction.session.add(
            SignedRelease(
                id=transaction.new_id(),
                agent_group="default",
                policy_digest=row.digest,
                at=transaction.now,
                actor="eve",
                envelope=row.envelope,
            )
        )
        transaction.session.flush()
        found = {release.signature for release in checked_releases(transaction.session)}
    assert "valid" in found
    assert len(found) == 3


def test_the_ceiling_granted_is_the_one_that_the_agent_shows(
    ready: Store, strong: RobustnessVector
) -> None:
    """A policy in force that is stricter about T5 and more generous about T4."""
    data = default_policy().model_dump()
    data["thresholds"]["cc"] = [*data["thresholds"]["cc"][:4], 0.99999]
    amounts = list(data["ceilings"]["minor_units"])
    amounts[4] *= 9
    data["ceilings"]["minor_units"] = amounts
    with ready.write() as transaction:
        agent = register_agent(transaction, "bot")
        certify_agent(transaction, agent, strong)
        set_policy(transaction, Policy.model_validate(data))
        shown = standing_of_agent(transaction.session, agent, transaction.now)
        answers = {asked: request_agent_tier(transaction, "bot", asked) for asked in (3, 4, 5)}
    assert (shown.tier, answers[4].granted, answers[5].granted) == (4, True, False)
    assert answers[4].ceiling == answers[5].ceiling == shown.ceiling
    assert answers[3].ceiling.amount < shown.ceiling.amount
