"""From a finished run to its scores: everything is read again and checked first."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from governance.audit.banks.bank import BANK_VERSION, bank_digest, make_bank
from governance.audit.profiles.report import Profiles, profiles_of
from governance.audit.protocols.battery import Battery, make_battery
from governance.audit.runs.evidence import accepted_answers
from governance.audit.runs.manifest import MANIFEST, TRANSCRIPT, Manifest, require_complete
from governance.audit.runs.profiled import profile_battery, sampled_rounds
from governance.audit.runs.transcripts import read_transcript
from governance.audit.vector import Bound, bounds_of, paper_bound_of, robustness_vector
from governance.gate.vector import RobustnessVector
from governance.kernel.canonical import digest, file_digest
from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.scoring.bootstrap import Interval, minimum_interval
from governance.scoring.outcomes import Outcome
from governance.scoring.paired import flicker_rate
from governance.scoring.scores import PaperFigures, Scores, score


class AuditResult(Value):
    """Scores of one run with what stands behind them.

    ``profiles`` are reported and gate nothing; ``as_paper`` gates where the policy says so.
    ``evidence_digest`` covers the manifest, which names the digest of the transcript. ``saved``
    counts requests that an early stop made needless.
    """

    folder: str
    manifest: Manifest
    evidence_digest: str
    scores: Scores
    vector: RobustnessVector
    bounds: dict[str, Bound]
    display: dict[str, Interval | None]
    paper: PaperFigures
    as_paper: Bound
    profiles: Profiles
    flicker: float | None
    coverage: dict[str, float]
    finishes: dict[str, int]
    saved: int
    outcomes: dict[str, tuple[Outcome, ...]]

    def verdicts(self) -> dict[str, bool]:
        """Return every item's verdict, keyed by protocol and item."""
        return {
            f"{protocol}/{outcome.item}": outcome.passed
            for protocol, outcomes in self.outcomes.items()
            for outcome in outcomes
        }


def battery_of(manifest: Manifest) -> Battery:
    """Return the battery that a run asked, rebuilt from its plan.

    Raises InputError where the bank of this version gives other items than the run's.
    """
    plan = manifest.plan
    bank = make_bank(plan.bank_seed)
    if plan.bank_version != BANK_VERSION or bank_digest(bank) != plan.bank_digest:
        raise InputError(
            f"the run used bank version {plan.bank_version}, this program has {BANK_VERSION}",
            hint="score it with the version of the program that made it",
        )
    profiles = plan.profiles
    battery = make_battery(
        bank,
        plan.protocols,
        plan.sizes,
        plan.seed,
        plan.max_tokens,
        plan.er_turns,
        None if profiles is None else profile_battery(profiles, plan.bank_seed, plan.seed),
    )
    requests = [request.model_dump(mode="json") for request in battery.requests()]
    if digest(requests) != plan.requests_digest:
        raise InputError("the requests of the run are not those of this program")
    return battery


def score_run(folder: Path) -> AuditResult:
    """Return the scores of a finished run; raises InputError on partial or altered evidence."""
    manifest = require_complete(folder)
    battery = battery_of(manifest)
    entries = list(read_transcript(folder / TRANSCRIPT))
    if manifest.settled is None and len(entries) != manifest.plan.requests:
        raise InputError(
            f"{len(entries)} of {manifest.plan.requests} requests were answered",
            file=str(folder / TRANSCRIPT),
        )
    asked = {request.id: request for request in battery.requests()}
    answers = accepted_answers(entries, asked, manifest.plan, manifest.subject, folder / TRANSCRIPT)
    rounds = [battery.outcomes(found) for found in answers]
    repeats = rounds[: manifest.plan.repeats]
    outcomes = repeats[0]
    scores = score(outcomes)
    vector = robustness_vector(scores)
    return AuditResult(
        folder=folder.name,
        manifest=manifest,
        evidence_digest=file_digest(folder / MANIFEST),
        scores=scores,
        vector=vector,
        bounds=bounds_of(vector),
        display=_intervals(outcomes, manifest.plan.seed),
        paper=scores.paper(),
        flicker=flicker_rate([_passed(found) for found in repeats]),
        coverage={name: _coverage(found) for name, found in outcomes.items() if found},
        finishes=dict(Counter(str(entry["finish"]) for entry in entries)),
        as_paper=paper_bound_of(vector),
        profiles=profiles_of(outcomes, sampled_rounds(manifest.plan, rounds)),
        saved=manifest.plan.requests - len(entries),
        outcomes={name: tuple(found) for name, found in outcomes.items()},
    )


def _passed(outcomes: dict[str, list[Outcome]]) -> dict[str, bool]:
    return {
        f"{name}/{outcome.item}": outcome.passed
        for name, found in outcomes.items()
        for outcome in found
    }


def _coverage(outcomes: list[Outcome]) -> float:
    return 1 - sum(outcome.missing for outcome in outcomes) / len(outcomes)


def _intervals(outcomes: dict[str, list[Outcome]], seed: str) -> dict[str, Interval | None]:
    import numpy as np

    number = int(digest(seed).removeprefix("sha256:")[:12], 16)
    generator = np.random.default_rng(number)
    return {"cc": minimum_interval(outcomes.get("cc", []), generator)}
