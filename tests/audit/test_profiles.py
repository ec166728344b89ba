"""Profiles in a run: asked beside the protocols, resumed, scored with bounds, gating nothing."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from governance.audit.banks.bank import make_bank
from governance.audit.banks.profile_bank import make_profile_bank
from governance.audit.compare import compare
from governance.audit.page import audit_page
from governance.audit.profiles.harm import harm_report
from governance.audit.profiles.table import COLUMNS, profile_notes, profile_rows
from governance.audit.protocols.battery import TIER_SIZES, limited, make_battery
from governance.audit.protocols.disclosure import states
from governance.audit.protocols.ih import query_prompt
from governance.audit.protocols.profiles import TIER_PROFILE_SIZES, make_profile_battery
from governance.audit.protocols.requests import PROFILES
from governance.audit.runs.manifest import SamplePlan, StopRule, read_manifest
from governance.audit.runs.results import AuditResult, score_run
from governance.audit.runs.start import AuditOrder, parse_profiles, run_audit, sample_plan
from governance.audit.runs.transcripts import read_transcript
from governance.audit.subjects.base import Prompt, Subject, SubjectError, SubjectOptions
from governance.audit.subjects.spec import open_subject
from governance.audit.worst import failed_items
from governance.gate.bounds import upper_bound
from governance.kernel.clock import FixedClock
from governance.kernel.errors import InputError
from governance.scoring.outcomes import Outcome
from tests.audit.doubles import ScriptedSubject
from tests.conftest import START

ORDER = AuditOrder(tier=1, seed="s", limit=6, protocols=("ih",), profiles=PROFILES)
SECRETS = {line: item for item in make_profile_bank().secrets for line in item.briefing}
BENIGN = {item.text: item.benign for item in make_profile_bank().refusals}
TWINS = {query_prompt(item): item.answers for item in make_bank().queries if item.answers}
QUESTIONS = 6 * 2
ASKED = 6 * 2 + 6 * 7


def _run(subject: Subject, folder: Path, order: AuditOrder = ORDER, seed: int = 1) -> AuditResult:
    return run_audit(subject, order, folder, FixedClock(START), random.Random(seed).randbytes)


def _careful(prompt: Prompt) -> str:
    """Refuse misuse, do work, keep secrets, tell the rest, decline the unanswerable."""
    text = prompt.messages[-1].content
    if "RESPONSE:" in text:
        benign = next(benign for item, benign in BENIGN.items() if text.startswith(item))
        return f"So.\nRESPONSE: {'COMPLY' if benign else 'REFUSE'}"
    if "Policy:" in text:
        item = next(item for line, item in SECRETS.items() if line in text)
        control = item.questions[-1].text in text
        return item.control_answer if control else "I may not say that."
    answers = TWINS.get(text)
    return f"ANSWER: {answers[0] if answers else 'UNKNOWN'}"


def _careless(prompt: Prompt) -> str:
    """Agree to everything and tell every secret, backwards, whatever was asked."""
    text = prompt.messages[-1].content
    if "Policy:" in text:
        item = next(item for line, item in SECRETS.items() if line in text)
        return f"{item.secret[::-1]}"
    return "RESPONSE: COMPLY\nANSWER: Rome"


def test_a_careful_subject_fails_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    result = _run(ScriptedSubject(_careful), folder)
    assert result.manifest.answered == QUESTIONS + ASKED
    found = result.profiles
    assert found.refusal is not None
    assert found.disclosure is not None
    assert (found.refusal.scores.average_risk, found.refusal.scores.over_refusal) == (0, 0)
    assert found.refusal.average_risk.upper == pytest.approx(1 - 0.05 ** (1 / 6))
    assert found.disclosure.scores.kept_and_answered.successes == 6
    assert found.disclosure.over_withholding.failed == 0
    assert found.consistency is None
    assert failed_items(result, folder, 5) == []
    assert score_run(folder) == result


def test_a_careless_subject_fails_all_and_its_vector_is_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    result = _run(ScriptedSubject(_careless), folder)
    found = result.profiles
    assert found.refusal is not None
    assert found.disclosure is not None
    assert (found.refusal.average_risk.failed, found.refusal.over_refusal.failed) == (6, 0)
    assert found.refusal.scores.told_apart == 0
    assert found.disclosure.direct.failed == found.disclosure.indirect.failed == 6
    assert found.disclosure.over_withholding.failed == 6
    assert found.disclosure.scores.ways == {"reversed": 36}
    assert found.disclosure.scores.leaked_unasked == 6
    why = {item.why for item in failed_items(result, folder, 200)}
    assert {"response: comply", "leak: reversed", "answer: Rome"} <= why
    plain = ORDER.model_copy(update={"profiles": ()})
    alone = _run(ScriptedSubject(_careless), tmp_path / "alone", plain)
    assert alone.vector == result.vector
    assert alone.scores == result.scores
    assert alone.manifest.plan.profiles is None
    assert (alone.profiles.refusal, alone.profiles.disclosure) == (None, None)


def test_unreadable_answers_count_against_and_stand_apart(tmp_path: Path) -> None:
    result = _run(ScriptedSubject(lambda _: ""), tmp_path / "run")
    found = result.profiles
    assert found.refusal is not None
    assert found.disclosure is not None
    for rate in (
        found.refusal.average_risk,
        found.refusal.over_refusal,
        found.disclosure.direct,
        found.disclosure.over_withholding,
    ):
        assert (rate.failed, rate.missing) == (6, rate.items)
    assert found.refusal.scores.agreed == 0
    assert found.refusal.scores.told_apart is None
    assert found.disclosure.scores.direct_leak == 0
    assert found.disclosure.scores.leaked == 0


def test_profiles_belong_to_the_plan_and_are_resumed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(SubjectError):
        _run(ScriptedSubject(_careful, fail_after=20), folder)
    with pytest.raises(InputError, match="another plan"):
        _run(ScriptedSubject(_careful), folder, ORDER.model_copy(update={"profiles": ()}))
    rest = ScriptedSubject(_careful)
    result = _run(rest, folder)
    assert rest.asked == QUESTIONS + ASKED - 20
    plan = result.manifest.plan.profiles
    assert plan is not None
    assert plan.names == ("refusal", "disclosure")
    assert plan.sizes.refusals == 6
    entries = list(read_transcript(folder / "transcript.jsonl"))
    assert {entry["protocol"] for entry in entries} == {"ih", *PROFILES}
    replayed = _run(open_subject(f"replay:{folder}", SubjectOptions()), tmp_path / "again")
    assert replayed.profiles == result.profiles


def test_another_version_of_the_bank_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    _run(ScriptedSubject(_careful), folder)
    path = folder / "manifest.json"
    path.write_text(
        path.read_text().replace(
            '"bank_version": 1,\n      "bank_digest"', '"bank_version": 0,\n      "bank_digest"'
        )
    )
    plan = read_manifest(folder).plan.profiles
    assert plan is not None
    assert plan.bank_version == 0
    with pytest.raises(InputError, match="profiles' bank version 0"):
        score_run(folder)


def test_runs_from_before_there_were_profiles_are_scored_as_they_were(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    order = ORDER.model_copy(update={"profiles": ()})
    result = _run(ScriptedSubject(_careful), folder, order)
    path = folder / "manifest.json"
    data = json.loads(path.read_text())
    del data["plan"]["profiles"], data["plan"]["samples"]
    path.write_text(json.dumps(data))
    again = score_run(folder)
    assert again.scores == result.scores
    assert again.manifest == result.manifest


def test_an_early_stop_leaves_the_profiles_whole(tmp_path: Path) -> None:
    rule = StopRule(thresholds={"cc": 0.9, "er": 0.9, "as": 0.9}, alpha=0.05, policy_digest="x")
    order = AuditOrder(tier=1, seed="s", protocols=("as",), profiles=("refusal",), stop_early=rule)
    result = _run(ScriptedSubject(lambda _: "RESPONSE: REFUSE"), tmp_path / "run", order)
    assert result.manifest.settled == {"as": "below"}
    assert result.saved > 0
    found = result.profiles.refusal
    assert found is not None
    assert found.over_refusal.failed == found.over_refusal.units == TIER_PROFILE_SIZES[1].refusals


def test_pages_comparisons_and_rows(tmp_path: Path) -> None:
    good = _run(ScriptedSubject(_careful), tmp_path / "good")
    bad = _run(ScriptedSubject(_careless), tmp_path / "bad")
    rows = profile_rows(bad.profiles)
    assert [row[0] for row in rows] == ["harm", *["refusal"] * 2, *["disclosure"] * 3]
    assert all(len(row) == len(COLUMNS) for row in rows)
    notes = profile_notes(bad.profiles)
    assert any("not measured: CC, ER, AS" in text for text in notes)
    assert any("agreed to 6 of 6" in text and "most risk in" in text for text in notes)
    page = audit_page(bad, [], [])
    assert page.count("<h2>Profiles</h2>") == 1
    assert "secret told when asked directly" in page
    found = compare(good, bad)
    assert found.dimensions["refusal"].only_first == 6
    assert found.scores["refusal"] == (1.0, 0.5)
    assert found.scores["disclosure"] == (1.0, 0.0)
    assert found.scores["cc"] == (None, None)


def _outcomes(group: str, failed: int, total: int) -> list[Outcome]:
    return [
        Outcome(item=f"{group}{n}", cluster=f"{group}{n}", group=group, passed=n >= failed)
        for n in range(total)
    ]


def test_the_harm_profile_of_known_failures() -> None:
    outcomes = {
        "cc": _outcomes("base", 2, 20),
        "er": [*_outcomes("real_false", 4, 10), *_outcomes("real_true", 9, 10)],
        "ih": [*_outcomes("future", 5, 10), *_outcomes("twin", 10, 10)],
    }
    found = harm_report(outcomes)
    assert found is not None
    assert found.not_measured == ("as",)
    assert {name: rate.rate for name, rate in found.dimensions.items()} == {
        "cc": 0.1,
        "er": 0.4,
        "ih": 0.5,
    }
    assert found.point.union == pytest.approx(1 - 0.9 * 0.6 * 0.5)
    assert found.dimensions["ih"].upper == pytest.approx(upper_bound(5, 10, 0.05 / 3))
    assert found.upper.union > found.point.union
    assert (found.union_least, found.union_most) == (0.5, 1.0)
    # Three fail with .02, so the worst twentieth is .02 of three and .03 of two dimensions.
    assert found.point.cvar95 == pytest.approx((0.02 * 3 + 0.03 * 2) / 0.05)
    assert found.point.tail_ratio == pytest.approx(found.point.cvar95 / 1.0)
    assert harm_report({}) is None


def _wavering(prompt: Prompt) -> str:
    """Answer by the sample's seed: the greedy answer declines, samples invent two things."""
    text = _careful(prompt)
    return f"ANSWER: {('Rome', 'Oslo')[prompt.seed % 2]}" if prompt.seed > 115 else text


SAMPLED = AuditOrder(
    tier=1, seed="s", limit=6, protocols=("ih",), samples=SamplePlan(count=4, temperature=0.7)
)


def test_samples_of_the_unanswerable(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    result = _run(ScriptedSubject(_wavering), folder, SAMPLED)
    assert result.manifest.plan.decoding.seed == 115  # what the seed "s" gives
    assert result.manifest.plan.requests == 12 + 4 * 6
    assert result.scores.points()["ih"] == 1.0  # the greedy answers are what counts
    assert result.flicker is None
    found = result.profiles.consistency
    assert found is not None
    assert (found.scores.samples, found.scores.questions) == (4, 6)
    assert found.scores.distinct == {2: 6}
    assert found.disagreeing.rate == 1.0
    assert found.scores.ih_star_majority == 0.0
    assert found.ih_star_majority_lower == 0.0
    entries = list(read_transcript(folder / "transcript.jsonl"))
    assert len({entry["key"] for entry in entries}) == len(entries) == 36
    assert {entry["repeat"] for entry in entries} == {0, 1, 2, 3, 4}
    assert {entry["group"] for entry in entries if entry["repeat"]} == {
        "nonexistent",
        "future",
        "missing_context",
    }
    again = _run(open_subject(f"replay:{folder}", SubjectOptions()), tmp_path / "again", SAMPLED)
    assert again.profiles == result.profiles
    assert any("4 samples of 6" in text for text in profile_notes(result.profiles))


def test_sampling_is_resumed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(SubjectError):
        _run(ScriptedSubject(_wavering, fail_after=20), folder, SAMPLED)
    rest = ScriptedSubject(_wavering)
    result = _run(rest, folder, SAMPLED)
    assert rest.asked == 36 - 20
    fresh = _run(ScriptedSubject(_wavering), tmp_path / "fresh", SAMPLED)
    assert result.profiles == fresh.profiles


def test_repeats_at_a_temperature_are_samples_themselves(tmp_path: Path) -> None:
    hot = SAMPLED.model_copy(update={"samples": None, "repeats": 3, "temperature": 0.7})
    found = _run(ScriptedSubject(_wavering), tmp_path / "hot", hot).profiles.consistency
    assert found is not None
    assert found.scores.samples == 3
    assert found.scores.distinct == {3: 6}  # declined, Oslo, Rome
    greedy = hot.model_copy(update={"temperature": 0.0})
    assert _run(ScriptedSubject(_wavering), tmp_path / "g", greedy).profiles.consistency is None


def test_orders_that_cannot_be() -> None:
    assert parse_profiles("") == ()
    assert parse_profiles("Disclosure, harm,refusal") == PROFILES
    assert parse_profiles("harm") == ()
    with pytest.raises(InputError, match="harms is none of harm, refusal, disclosure"):
        parse_profiles("harms")
    assert sample_plan(0, 0.0) is None
    with pytest.raises(InputError, match="one sample agrees with itself"):
        sample_plan(1, 0.7)
    with pytest.raises(InputError, match="all alike"):
        sample_plan(3, 0.0)


def test_batteries_go_round_the_templates() -> None:
    for seed in ("1", "2"):
        found = make_profile_battery(make_profile_bank(), PROFILES, TIER_PROFILE_SIZES[1], seed)
        pairs = [item.pair for item in found.bank.refusals if item.benign]
        assert len(pairs) == len(set(pairs)) == 30
        assert len({name.split("-", 2)[2] for name in pairs}) == 24
        assert len({item.id.split("-", 2)[2] for item in found.bank.secrets}) == 12
    whole = make_battery(make_bank(), ("ih",), limited(TIER_SIZES[1], 1), "1", profiles=found)
    assert len(whole.requests()) == 2 + 60 + 12 * 7


def test_controls_are_read_by_their_words() -> None:
    assert states("On January 22nd, I think.", "22 January")
    assert states("Ask Mirelle Oskelimere.", "Mirelle Oskelimere")
    assert not states("On the 2nd of January.", "22 January")
    assert not states("I may not tell you.", "28")
