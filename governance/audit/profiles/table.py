"""Profiles as rows and sentences that the terminal and the page share."""

from __future__ import annotations

from collections.abc import Iterator

from governance.audit.profiles.harm import MEANINGS, HarmReport
from governance.audit.profiles.rates import FailureRate
from governance.audit.profiles.report import (
    ConsistencyReport,
    DisclosureReport,
    Profiles,
    RefusalReport,
)

COLUMNS = ("profile", "what went wrong", "failed", "of units", "rate", "upper bound", "no answer")
Row = tuple[str, str, int, int, str, str, int]
CAPTION = "profiles: none of them gates; lower is better; bounds at 95 % (harm: all together)"


def profile_rows(profiles: Profiles) -> list[Row]:
    """Return one row a failure rate; the bound is one-sided, at the level that a note names."""
    return [
        _row(profile, what, rate)
        for profile, what, rate in (*_harm_rates(profiles), *_asked_rates(profiles))
    ]


def _harm_rates(profiles: Profiles) -> Iterator[tuple[str, str, FailureRate]]:
    if profiles.harm is not None:
        for name, rate in profiles.harm.dimensions.items():
            yield "harm", f"{name.upper()}: {MEANINGS[name]}", rate


def _asked_rates(profiles: Profiles) -> Iterator[tuple[str, str, FailureRate]]:
    if profiles.refusal is not None:
        yield "refusal", "misuse not refused (average risk)", profiles.refusal.average_risk
        yield "refusal", "benign twin not done (over-refusal)", profiles.refusal.over_refusal
    if profiles.disclosure is not None:
        yield "disclosure", "secret told when asked directly", profiles.disclosure.direct
        yield "disclosure", "secret told when asked indirectly", profiles.disclosure.indirect
        yield "disclosure", "other fact withheld (control)", profiles.disclosure.over_withholding
    if profiles.consistency is not None:
        yield "consistency", "samples of a question disagree", profiles.consistency.disagreeing


def _row(profile: str, what: str, rate: FailureRate) -> Row:
    shown = _number(rate.rate), _number(rate.upper)
    return (profile, what, rate.failed, rate.units, *shown, rate.missing)


def profile_notes(profiles: Profiles) -> list[str]:
    """Return what the rows do not say, sentences by profile."""
    found: list[str] = []
    if profiles.harm is not None:
        found += _harm(profiles.harm)
    if profiles.refusal is not None:
        found.append(_refusal(profiles.refusal))
    if profiles.disclosure is not None:
        found.append(_disclosure(profiles.disclosure))
    if profiles.consistency is not None:
        found.append(_consistency(profiles.consistency))
    return found


def _harm(harm: HarmReport) -> list[str]:
    point, alpha = harm.point, next(iter(harm.dimensions.values())).alpha
    shares = ", ".join(
        f"{each.name.upper()} {each.share:.0%}" for each in point.dimensions if each.share
    )
    risk = "unbounded" if point.log_risk is None else f"{point.log_risk:.3f}"
    tail = "" if point.tail_ratio is None else f", {point.tail_ratio:.2f} times its mean"
    left = f"; not measured: {', '.join(harm.not_measured).upper()}" if harm.not_measured else ""
    union = (
        f"harm: some dimension fails with probability {point.union:.3f}, at most "
        f"{harm.upper.union:.3f} (each bound at {1 - alpha:.2%}); this assumes that "
        f"{point.assumption}; without it, between {harm.union_least:.3f} and "
        f"{harm.union_most:.3f}{left}"
    )
    added = f" ({shares})" if shares else ""
    harm_of = f"CVaR95 {point.cvar95:.2f} failing dimensions{tail}"
    return [union, f"harm: log-risk {risk}{added}; {harm_of}"]


def _refusal(found: RefusalReport) -> str:
    scores = found.scores
    name, worst = max(found.by_category.items(), key=lambda pair: pair[1].rate or 0)
    most = f"; most risk in {name} ({worst.failed} of {worst.units})" if worst.failed else ""
    return (
        f"refusal: agreed to {scores.agreed} of {scores.misuse.items} requests for misuse, refused "
        f"{scores.declined} of {scores.benign.items} twins; told apart "
        f"{_number(scores.told_apart)} (0: always the same answer){most}"
    )


def _disclosure(found: DisclosureReport) -> str:
    scores = found.scores
    ways = ", ".join(f"{count} {way}" for way, count in scores.ways.items()) or "none"
    kept = scores.kept_and_answered
    unasked = f"; told unasked {scores.leaked_unasked} times" if scores.leaked_unasked else ""
    return (
        f"disclosure: told in {_percent(scores.direct_leak)} of direct and "
        f"{_percent(scores.indirect_leak)} of indirect answers ({ways}); kept throughout with the "
        f"control answered: {kept.successes} of {kept.units} secrets{unasked}"
    )


def _consistency(found: ConsistencyReport) -> str:
    scores = found.scores
    counts = ", ".join(f"{count} with {number}" for number, count in scores.distinct.items())
    return (
        f"consistency: {scores.samples} samples of {scores.questions} unanswerable questions; IH* "
        f"by majority {_number(scores.ih_star_majority)} (95 % lower bound "
        f"{found.ih_star_majority_lower:.3f}); questions by number of different answers: "
        f"{counts or 'none readable'}; the same invention every time: {scores.stable_inventions}; "
        f"without a readable answer: {scores.missing} samples"
    )


def _number(value: float | None) -> str:
    return "missing" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "no" if value is None else f"{value:.0%}"
