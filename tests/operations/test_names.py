"""Every operation about an agent, asked with an id that is another's name; and what doctor says."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from governance.incidents.importing import import_records
from governance.incidents.intake import IncidentRecord, ReadResult
from governance.kernel.money import Money
from governance.operations import (
    agents,
    authority,
    authority_delegations,
    incidents_link,
    installation_doctor,
    reports,
)
from governance.operations.place import Place
from governance.operations.requests import Nothing
from governance.registry.agents import register_agent
from governance.store.agents import Agent
from governance.store.ledger_query import last_events
from tests.operations.conftest import Ask

UUID = "0193abcd-1234-7abc-8abc-0123456789ab"


def _put(place: Place, names: tuple[str, ...], status: str = "active") -> None:
    """Agents as versions before could register them, one after the other."""
    with place.store.write() as transaction:
        for number, name in enumerate(names):
            transaction.session.add(
                Agent(
                    id=transaction.new_id(),
                    name=name,
                    status=status,
                    agent_group="default",
                    digests={},
                    description="",
                    registered_at=transaction.now + timedelta(seconds=number),
                )
            )
            transaction.session.flush()


@pytest.fixture
def victim(place: Place) -> str:
    """The id of an agent that is the name of another, the older one."""
    with place.store.write() as transaction:
        impostor = register_agent(transaction, "impostor")
        named = register_agent(transaction, "victim")
        impostor.name = named.id
        impostor.status = named.status = "frozen"
        return named.id


def _impostor(session: Session, victim: str) -> str:
    return session.scalars(select(Agent.id).where(Agent.name == victim)).one()


def _names_in(answer: Any) -> set[str]:
    """Every agent that an answer names."""
    if isinstance(answer, dict):
        own = {answer["agent"]} if isinstance(answer.get("agent"), str) else set()
        return own.union(*(_names_in(value) for value in answer.values()))
    return set().union(*(_names_in(one) for one in answer)) if isinstance(answer, list) else set()


LITTLE = Money(amount=100, currency="USD")
SHA = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("handler", "request_type", "more"),
    [
        (agents.show, agents.ShowAgent, {}),
        (agents.change, agents.ChangeAgent, {"digests": {"model": SHA}}),
        (agents.retire, agents.WithReason, {"reason": "done"}),
        (agents.unfreeze, agents.WithReason, {"reason": "cleared"}),
        (authority.show, authority.ShowAuthority, {}),
        (authority.marginal, authority.Marginal, {"amount": LITTLE}),
    ],
)
def test_an_id_means_the_agent_that_has_it(
    ask: Ask, victim: str, handler: Any, request_type: Any, more: dict[str, Any]
) -> None:
    answer = ask(handler, request_type(agent=victim, **more))
    said = answer.model_dump(mode="json")
    said.pop("history", None)  # of the kin, who have names of their own
    assert _names_in(said) == {"victim"}


def test_money_and_sub_budgets_are_of_the_agent_that_has_the_id(
    place: Place, ask: Ask, victim: str
) -> None:
    ask(authority.reserve, authority.Reserve(agent=victim, amount=LITTLE, key="k"))
    order = {"principal": victim, "delegate": victim, "amount": LITTLE}
    ask(authority_delegations.grant, authority_delegations.GrantSubBudget(**order))
    with place.store.read() as session:
        impostor = _impostor(session, victim)
        kinds = {
            identifier: [event.kind for event in last_events(session, subject=identifier)]
            for identifier in (victim, impostor)
        }
    assert kinds[impostor] == ["agent.registered"]
    assert len(kinds[victim]) == 3


def test_an_incident_and_a_report_reach_the_agent_that_has_the_id(
    place: Place, ask: Ask, victim: str
) -> None:
    rows = tuple(
        IncidentRecord(
            source="own", source_id=str(number), title="Event", description=f"It happened {number}",
            affected_agent=victim,
        )
        for number in range(2)
    )  # fmt: skip
    import_records(place.store, ReadResult("own", "plain", rows, (), 0))
    order = incidents_link.LinkOrder(incident="own:0", agent=victim, severity="low", reason="seen")
    assert ask(incidents_link.link_incident, order).agent == "victim"
    told = {}
    for name in ("victim", victim):
        request = reports.BuildReport(kind="agent", agent=name, format="json")
        data = json.loads(ask(reports.build_report, request).content)
        assert data["agent"]["name"] == "victim"
        told[name] = len(data["incidents"])
    assert told == {"victim": 2, victim: 2}
    with place.store.read() as session:
        impostor = _impostor(session, victim)
    request = reports.BuildReport(kind="agent", agent=impostor, format="json")
    assert json.loads(ask(reports.build_report, request).content)["incidents"] == []


def _names(ask: Ask) -> installation_doctor.Check:
    found = ask(installation_doctor.examine, Nothing())
    assert found.ok
    (check,) = [one for one in found.checks if one.what == "names"]
    return check


def test_doctor_finds_no_look_alikes_among_ordinary_names(place: Place, ask: Ask) -> None:
    _put(place, ("agent-1", "agent-2", "ali", "all"))
    assert _names(ask).found.endswith(" names, no look-alikes")
    assert _names(ask).hint == ""


def test_doctor_names_look_alikes_and_ids_with_nothing_hidden(place: Place, ask: Ask) -> None:
    _put(place, ("PayPal", "Pay\u202ePal", UUID, "РауРаl"))
    _put(place, ("paypal",), status="retired")
    check = _names(ask)
    assert check.state == "ok"
    assert "retire" in check.hint
    said = check.found.split("; ")
    identifiers = re.compile(r" \([0-9a-f-]{36}\)")
    assert [identifiers.sub("", one) for one in said] == [
        r"'Pay\u202ePal' looks like 'PayPal'",
        f"'{UUID}' looks like an id",
        r"'\u0420\u0430\u0443\u0420\u0430l' looks like 'PayPal'",
    ]
    assert check.found.isascii()


def test_doctor_names_ten_at_most_and_counts_the_rest(place: Place, ask: Ask) -> None:
    _put(place, tuple("bot" + "\u200b" * number for number in range(15)))
    said = _names(ask).found.split("; ")
    assert len(said) == 11
    assert said[-1] == "and 4 more"
