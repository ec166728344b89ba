"""What a type checker makes of a connection: `make check` types this file; nothing runs it."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import governance
from governance import Connection, Money, TextFile, connect
from governance.economy.answers import ContractAnswer, Grant
from governance.registry.standing import AgentStanding
from taxonomy.check import Report


def blocking(connection: Connection) -> None:
    amount = Money(amount=1250, currency="USD")
    grant = connection.authority.reserve(agent="bot", amount=amount, key="order-17")
    assert_type(grant, Grant)
    assert_type(connection.agents.list(), list[AgentStanding])
    terms = TextFile(name="job.yaml", text="reward: 1 USD")
    assert_type(connection.contracts.post(terms=terms, poster="acme"), ContractAnswer)
    assert_type(connection.contracts.post(terms=Path("a"), poster="acme"), ContractAnswer)
    assert_type(connection.taxonomy.check(edition=Path("edition.json")), Report)
    connection.tokens.create(name="ada", roles=["auditor"])
    # What is wrong is seen: each of these would be an unused `ignore` else.
    connection.authority.reserve(agent="bot", amount=12.5, key="k")  # type: ignore[arg-type]
    connection.authority.reserve(agent="bot", amount=amount)  # type: ignore[call-arg]
    connection.authority.reserve("bot", amount, "k")  # type: ignore[call-arg]
    connection.authority.spend(agent="bot")  # type: ignore[attr-defined]
    Money(amount=1)  # type: ignore[call-arg]


async def awaited(connection: Connection) -> None:
    amount = governance.parse_money("12.50 USD")
    async with connection.asynchronous as waiting:
        grant = await waiting.authority.reserve(agent="bot", amount=amount, key="order-17")
        assert_type(grant, Grant)
        assert_type(await waiting.agents.list(), list[AgentStanding])
        await waiting.authority.reserve(agent="bot", amount=amount)  # type: ignore[call-arg]


def opened() -> None:
    with connect("economy.db", token="uw_1_2", shared=False) as connection:
        assert_type(connection, Connection)
        blocking(connection.acting(token="uw_3_4"))
