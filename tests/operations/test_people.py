from __future__ import annotations

import pytest

from governance.identity.principals import add_new
from governance.identity.tokens import create_token
from governance.kernel.errors import ForbiddenError, UnauthenticatedError
from governance.operations import (
    agents,
    authority,
    people,
    people_principals,
    people_tokens,
)
from governance.operations.authentication import by_token
from governance.operations.people import RoleOf
from governance.operations.perform import perform
from governance.operations.place import Place
from governance.registry.agents import find_agent, register_agent
from governance.store.agents import Agent
from tests.operations.conftest import Ask
from tests.operations.examples import run_example


def test_roles_are_granted_listed_and_taken(place: Place, ask: Ask) -> None:
    assert run_example(place, "principals.add")["roles"] == ["auditor"]
    granted = {"actor": "ada", "role": "policy_owner", "changed": True}
    assert run_example(place, "roles.grant") == granted
    assert not run_example(place, "roles.grant")["changed"]
    assert run_example(place, "roles.revoke")["changed"]
    held = [row for row in run_example(place, "roles.list") if row["actor"] == "ada"]
    assert [(row["role"], row["granted_by"]) for row in held] == [("policy_owner", "tester")]


def test_principals_are_listed_shown_and_kept_from_acting(place: Place) -> None:
    run_example(place, "principals.add")
    assert {row["name"] for row in run_example(place, "principals.list")} >= {"ada", "tester"}
    made = run_example(place, "tokens.create")
    assert (made["principal"], made["roles"], made["agent"]) == ("ada", ["auditor"], None)
    assert made["token"].startswith(f"uw_{made['id']}_")
    (listed,) = run_example(place, "tokens.list")
    assert "token" not in listed
    shown = run_example(place, "principals.show")
    assert [token["id"] for token in shown["tokens"]] == [made["id"]]
    assert run_example(place, "sessions.link")["path"].startswith("/sign-in/")
    assert run_example(place, "principals.disable")["changed"]
    with pytest.raises(UnauthenticatedError, match="disabled"):
        by_token(place, made["token"])
    assert run_example(place, "principals.enable")["state"] == "active"
    assert by_token(place, made["token"]).permissions == {"auditor", "reader"}
    assert run_example(place, "tokens.revoke", {"token": made["id"]})["state"] == "revoked"
    with pytest.raises(UnauthenticatedError, match="revoked"):
        by_token(place, made["token"])


def test_who_is_no_administrator_manages_nobody(place: Place, ask: Ask) -> None:
    with pytest.raises(ForbiddenError, match="administrator"):
        ask(people.grant_role, RoleOf(actor="mallory", role="auditor"), actor="mallory")
    with pytest.raises(ForbiddenError, match="administrator"):
        new = people_principals.NewPrincipal(name="puppet", roles=("policy_owner",))
        ask(people_principals.add, new, actor="mallory")
    with pytest.raises(ForbiddenError, match="administrator"):
        ask(people_tokens.create, people_tokens.NewToken(name="tester"), actor="mallory")


def test_an_agents_token_acts_for_its_agent_and_no_other(place: Place) -> None:
    run_example(place, "agents.register")
    with place.store.write() as transaction:
        bot = find_agent(transaction.session, "invoice-bot")
        holder = add_new(transaction, "the bot", "agent", roles=["agent"])
        other = register_agent(transaction, "other")
        text = create_token(transaction, holder, agent=bot).text
        unbound = create_token(transaction, holder).text
    caller = by_token(place, text)
    for name in (bot.name, bot.id):
        asked = agents.ShowAgent(agent=name)
        assert perform(place, caller, agents.show, asked).agent == "invoice-bot"
    with place.store.write() as transaction:  # as a version before let it be named
        transaction.session.get_one(Agent, bot.id).name = other.id
    with pytest.raises(ForbiddenError, match="one agent alone"):
        perform(place, caller, agents.show, agents.ShowAgent(agent=other.id))
    with place.store.write() as transaction:
        transaction.session.get_one(Agent, bot.id).name = bot.name
    for named in (other.name, other.id, "nobody"):
        with pytest.raises(ForbiddenError, match="one agent alone"):
            perform(place, caller, agents.show, agents.ShowAgent(agent=named))
    with pytest.raises(ForbiddenError, match="one agent alone"):
        perform(place, caller, agents.list_agents, agents.ListAgents())
    with pytest.raises(ForbiddenError, match="one agent alone"):
        perform(place, caller, authority.release, authority.OfReservation(reservation="none"))
    with pytest.raises(ForbiddenError, match="one agent alone"):
        perform(place, by_token(place, unbound), agents.show, agents.ShowAgent(agent=bot.name))
