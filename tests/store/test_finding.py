from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from governance.store.agents import Agent
from governance.store.finding import by_id_or_name, with_id
from governance.store.store import Store

IDS = ("0193ab-one", "0193ab-two", "0193AB-one", "0193%", "0193ab")


@pytest.fixture
def filled(store: Store) -> Store:
    """Agents of these ids, the first named as the id of the second."""
    with store.write() as transaction:
        for number, identifier in enumerate(IDS):
            transaction.session.add(
                Agent(
                    id=identifier,
                    name=IDS[1] if number == 0 else f"bot-{number}",
                    status="active",
                    agent_group="default",
                    digests={},
                    description="",
                    registered_at=transaction.now,
                )
            )
    return store


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("0193ab-one", ["0193ab-one"]),
        ("0193ab-o", ["0193ab-one"]),
        ("0193AB", ["0193AB-one"]),
        ("0193ab", ["0193ab"]),
        ("0193ab-", ["0193ab-one", "0193ab-two"]),
        ("0193%", ["0193%"]),
        ("%", []),
        ("0193_", []),
        ("0193Ab", []),
        ("193ab", []),
        ("", []),
        ("0193ab-one-and-more", []),
    ],
)
def test_an_id_is_found_whole_or_by_how_it_begins_in_its_case(
    filled: Store, wanted: str, found: list[str]
) -> None:
    with filled.read() as session:
        assert [row.id for row in with_id(session, Agent, wanted)] == found


def test_an_id_is_found_before_a_name_that_reads_as_it(filled: Store) -> None:
    def found(session: Session, wanted: str) -> str | None:
        row = by_id_or_name(session, Agent, wanted)
        return None if row is None else row.id

    with filled.read() as session:
        assert found(session, IDS[1]) == IDS[1]
        assert found(session, "bot-2") == IDS[2]
        assert found(session, "BOT-2") is None
        assert found(session, "0193ab-t") is None
