"""Policy files: shape, defaults, and the refusal of each broken law with field and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from governance.gate.draft import ApprovalRule, PolicyDraft
from governance.gate.laws import LAWS, policy_faults
from governance.gate.policy import (
    Policy,
    default_document,
    default_policy,
    draft_from_document,
    policy_digest,
    policy_from_document,
)
from governance.kernel.documents import read_document
from governance.kernel.errors import InputError
from governance.kernel.value import parse

CORE = ("name", "thresholds", "ih", "ceilings", "decay", "reaudit")
BAD = {path.stem: path for path in (Path(__file__).parent / "bad_policies").glob("*.yaml")}


def test_defaults_are_the_papers() -> None:
    policy = default_policy()
    assert policy.thresholds.cc == policy.thresholds.er == (0.30, 0.50, 0.65, 0.80, 0.90)
    assert policy.thresholds.as_ == (0.25, 0.45, 0.60, 0.75, 0.85)
    assert policy.ih.threshold == 0.5
    assert policy.ceilings.minor_units == (0, 100, 1000, 10000, 100000, 1000000)
    assert policy.decay.rate_per_day == 0.01
    assert policy.reaudit.rates_per_day == (0.005, 0.01, 0.02, 0.04, 0.08)


def test_optional_sections_default_to_what_the_packaged_file_says() -> None:
    data = default_document().data
    assert isinstance(data, dict)
    core = {key: data[key] for key in CORE}
    core["ih"] = {"threshold": 0.5}
    core["reaudit"] = {"rates_per_day": data["reaudit"]["rates_per_day"]}
    assert Policy.model_validate(core) == default_policy()


def test_digest_does_not_depend_on_the_form_of_the_file(tmp_path: Path) -> None:
    as_json = tmp_path / "policy.json"
    as_json.write_text(default_policy().model_dump_json(), encoding="utf-8")
    policy = policy_from_document(read_document(str(as_json)))
    assert policy_digest(policy) == policy_digest(default_policy())


def test_a_changed_number_changes_the_digest() -> None:
    data = default_policy().model_dump()
    data["decay"]["rate_per_day"] = 0.02
    assert policy_digest(Policy.model_validate(data)) != policy_digest(default_policy())


PACKAGED = "sha256:9444aee6085c2e04df365637e242823f8cb5986f02f392c2b1728b21bede41dc"


def test_a_policy_that_does_not_state_how_it_is_approved_keeps_its_digest() -> None:
    plain = default_policy()
    assert "approval" not in plain.model_dump()
    assert "approval" not in plain.model_dump_json()
    assert policy_digest(plain) == PACKAGED
    again = Policy.model_validate({**plain.model_dump(), "approval": None})
    assert again.digest == PACKAGED
    assert plain.approval_rule() == ApprovalRule(cooling_hours=24, independent=False)


def test_what_a_policy_states_of_approvals_belongs_to_its_digest(tmp_path: Path) -> None:
    found = set()
    for stated in ("{}", "{cooling_hours: 48}", "{independent: true}"):
        path = tmp_path / "policy.yaml"
        text = f"{default_document().text}\napproval: {stated}\n"
        path.write_text(text, encoding="utf-8")
        policy = policy_from_document(read_document(str(path)))
        assert Policy.model_validate(policy.model_dump(mode="json")).digest == policy.digest
        found.add(policy.digest)
    assert len({*found, PACKAGED}) == 4


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        ({"cooling_hours": -1}, "cooling_hours"),
        ({"cooling_hours": 8761}, "cooling_hours"),
        ({"cooling_hours": 1.5}, "cooling_hours"),
        ({"cooling_hours": True}, "cooling_hours"),
        ({"independent": "yes"}, "independent"),
        ({"cooling": 1}, "cooling"),
    ],
)
def test_a_cooling_time_is_whole_hours_of_at_most_a_year(
    stated: dict[str, object], field: str
) -> None:
    data = {**default_policy().model_dump(), "approval": stated}
    with pytest.raises(InputError) as caught:
        parse(PolicyDraft, data)
    assert caught.value.field == f"approval.{field}"


def test_every_law_has_a_bad_policy_file() -> None:
    assert set(BAD) == set(LAWS)


@pytest.mark.parametrize("law", sorted(LAWS))
def test_a_bad_policy_is_refused_with_file_line_and_field(law: str) -> None:
    path = str(BAD[law])
    document = read_document(path)
    draft = draft_from_document(document)
    assert policy_faults(draft)
    with pytest.raises(InputError) as caught:
        policy_from_document(document)
    assert caught.value.file == path
    assert caught.value.line
    assert caught.value.field
    line = Path(path).read_text(encoding="utf-8").splitlines()[caught.value.line - 1]
    assert "# broken" in line
    with pytest.raises(ValidationError):
        Policy.model_validate(draft.model_dump())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("currency: XXX", "ceilings.currency"),
        ("minor_units: [0, 1.5, 2, 3, 4, 5]", "ceilings.minor_units[1]"),
        ("minor_units: [0, 1, 2]", "ceilings.minor_units[3]"),
        ("minor_units: [0, 1, 2, 3, 4, 9007199254740992]", "ceilings.minor_units[5]"),
        ("max_depth: 1000000000000000000000000000000", "delegation.max_depth"),
        ("max_share: .nan", "contracts.max_share"),
        ("threshold: true", "ih.threshold"),
        ("rate_per_day: '0.01'", "decay.rate_per_day"),
        ("law: never", "reaudit.law"),
    ],
)
def test_what_is_not_well_typed_is_no_draft(tmp_path: Path, change: str, field: str) -> None:
    key = change.split(":")[0]
    lines = [
        f"  {change}" if line.strip().startswith(f"{key}:") else line
        for line in default_document().text.splitlines()
    ]
    path = tmp_path / "policy.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        draft_from_document(read_document(str(path)))
    assert caught.value.field == field
    assert caught.value.line


def test_money_in_a_currency_that_the_policy_does_not_name_is_none() -> None:
    assert default_policy().ceiling(5, "EUR").amount == 0
    assert default_policy().required_tier("print money") is None
