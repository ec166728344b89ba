from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import pytest
from sqlalchemy import select

from governance.kernel.errors import InputError
from governance.registry.certify_file import certify_file
from governance.registry.standing import all_standings
from governance.store.agents import Certification
from governance.store.store import Store

PASSWORD = b"the tests' own"
DATA = files("governance.registry") / "data"


def test_no_published_certificate_yields_authority_from_a_default(ready: Store) -> None:
    with as_file(DATA / "published-certificates.csv") as file:
        standings = certify_file(ready, str(file), password=PASSWORD, basis="point")
    assert len(standings) == 25
    for standing in standings:
        assert standing.tier == 0
        assert {"er", "ih"} <= set(standing.missing)


def test_the_example_agents_reach_every_tier_and_say_that_they_are_examples(ready: Store) -> None:
    with as_file(DATA / "example-agents.csv") as file:
        standings = certify_file(ready, str(file), password=PASSWORD)
    assert {standing.tier for standing in standings} == {1, 2, 3, 4, 5}
    assert all("invented" in standing.agent for standing in standings)
    assert all(standing.evidence == "declared" for standing in standings)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("bot,1.5,0.5,0.5,0.5", "cc"),
        ("bot,0.5,nan,0.5,0.5", "er"),
        ("bot,0.5,0.5,much,0.5", "as"),
        (",0.5,0.5,0.5,0.5", "agent"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_stored(
    ready: Store, tmp_path: Path, row: str, field: str
) -> None:
    file = tmp_path / "vectors.csv"
    file.write_text(f"agent,cc,er,as_,ih\ngood,0.5,0.5,0.5,0.5\n{row}\n")
    with pytest.raises(InputError) as caught:
        certify_file(ready, str(file), password=PASSWORD)
    assert (caught.value.file, caught.value.line) == (str(file), 3)
    assert caught.value.field == field
    with ready.read() as session:
        assert all_standings(session, ready.clock.now()) == []


def test_a_file_cannot_call_its_own_scores_verified(ready: Store, tmp_path: Path) -> None:
    file = tmp_path / "vectors.csv"
    file.write_text("agent,cc,er,as_,ih,evidence_cc\nbot,0.9,0.9,0.9,0.9,verified\n")
    certify_file(ready, str(file), password=PASSWORD, basis="point")
    with ready.read() as session:
        stored = session.scalars(select(Certification)).one()
    assert stored.vector.evidence_cc == "declared"
    assert set(stored.decision.evidence.values()) == {"declared"}
