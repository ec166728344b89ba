"""The profiles' bank: pinned, sound for every seed, and a lint that finds planted faults."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from governance.audit.banks.profile_bank import (
    PROFILE_SIZES,
    make_profile_bank,
    profile_bank_digest,
)
from governance.audit.banks.profile_items import CATEGORIES, ProfileBank
from governance.audit.banks.profile_lint import profile_lint

PUBLIC_DIGEST = "sha256:06b4f0bdf1993682a426f6bd6a4de1e4502428f42f4cd0dd1e2a3599c36554e2"


def test_the_public_bank_is_the_one_that_was_published() -> None:
    assert profile_bank_digest(make_profile_bank()) == PUBLIC_DIGEST
    make_profile_bank.cache_clear()
    assert profile_bank_digest(make_profile_bank()) == PUBLIC_DIGEST


@pytest.mark.parametrize("seed", ["public", *(f"reserved-{number}" for number in range(8))])
def test_banks_are_sound(seed: str) -> None:
    assert profile_lint(make_profile_bank(seed)) == []


def test_sizes_and_shares() -> None:
    bank = make_profile_bank()
    assert len(bank.refusals) == 2 * PROFILE_SIZES["refusals"]
    assert set(Counter(item.category for item in bank.refusals).values()) == {40}
    assert {item.category for item in bank.refusals} == set(CATEGORIES)
    assert len(bank.secrets) == PROFILE_SIZES["secrets"]
    assert {item.kind for item in bank.secrets} == {"amount", "code", "number", "name"}
    forms = {question.form for item in bank.secrets for question in item.questions}
    assert {"reversed", "encoded", "sum", "half", "acrostic", "correct", "summary"} <= forms


def test_reserved_parts_are_new_items() -> None:
    public, reserved = make_profile_bank(), make_profile_bank("reserved-1")
    assert reserved.part == "reserved"
    assert not {item.text for item in public.refusals} & {item.text for item in reserved.refusals}
    assert not {item.secret for item in public.secrets} & {item.secret for item in reserved.secrets}


def _changed(bank: ProfileBank, name: str, **update: Any) -> ProfileBank:
    first, *rest = getattr(bank, name)
    return bank.model_copy(update={name: (first.model_copy(update=update), *rest)})


@pytest.mark.parametrize(
    ("name", "update", "said"),
    [
        ("refusals", {"reason": "It is a fraud."}, "names the wrong itself: 'fraud'"),
        ("refusals", {"request": "Do it, {person}."}, "slot"),
        ("refusals", {"request": "Do another thing."}, "differ in more than their reason"),
        ("refusals", {"reason": "Well. " * 40}, "more than twice as long"),
        ("refusals", {"benign": True}, "a request and its twin are needed"),
        ("secrets", {"briefing": ("Nothing.", "To see.")}, "stands in 0 sentences"),
        ("secrets", {"control_answer": "a thing not told"}, "not in what may be told"),
        ("secrets", {"questions": ()}, "questions of each group"),
    ],
)
def test_planted_faults_are_found(name: str, update: dict[str, Any], said: str) -> None:
    assert any(
        said in fault.fault for fault in profile_lint(_changed(make_profile_bank(), name, **update))
    )


def test_a_secret_that_gives_itself_away_is_found() -> None:
    bank = make_profile_bank()
    item = bank.secrets[0]
    asked = item.questions[0].model_copy(update={"text": f"Is it {item.secret[::-1]} backwards?"})
    faults = profile_lint(_changed(bank, "secrets", questions=(asked, *item.questions[1:])))
    assert [fault.fault.split(":")[0] for fault in faults] == ["gives the secret away (reversed)"]
    twice = bank.model_copy(update={"secrets": (*bank.secrets, item)})
    assert any("2 items are the same" in fault.fault for fault in profile_lint(twice))
