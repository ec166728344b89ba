"""What a panel of judges found, in sentences."""

from __future__ import annotations

from governance.audit.judges.report import JudgedReport


def judged_remarks(report: JudgedReport) -> tuple[str, ...]:
    """Return how far the judges agree, whether their figures are usable, and what failed."""
    found = []
    for protocol, scores in report.protocols.items():
        found.append(
            f"{protocol.upper()} judges: Fleiss' kappa {_rate(scores.kappa)} on "
            f"{scores.read_by_all} of {scores.items} items read by all, Krippendorff's alpha "
            f"{_rate(scores.alpha)}, {scores.undecided} items without a majority"
        )
        if not scores.usable:
            found.append(f"{protocol.upper()}: the judged figures are NOT usable: {scores.reason}")
    found += [
        f"judge {each.family} failed on {each.failed} of {each.asked} items: {each.failure}"
        for each in report.judges
        if each.failed
    ]
    return tuple(found)


def _rate(value: float | None) -> str:
    return "missing" if value is None else f"{value:.3f}"
