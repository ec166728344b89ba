"""What the judges of a run found, beside what the rule found; read again and checked first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from governance.audit.judges.answers import accepted_judgements
from governance.audit.judges.judging import requests_of
from governance.audit.judges.manifest import (
    FOLDER,
    MANIFEST,
    JudgeState,
    JudgingManifest,
    make_judging_plan,
    read_judging,
    require_unaltered,
    transcript_path,
)
from governance.audit.judges.prompts import read_judgement
from governance.audit.protocols.requests import Request
from governance.audit.runs.manifest import TRANSCRIPT
from governance.audit.runs.results import AuditResult
from governance.audit.runs.transcripts import read_transcript
from governance.audit.subjects.base import Decoding
from governance.kernel.canonical import file_digest
from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.scoring.judged import (
    JudgedItem,
    JudgedScores,
    disagreements,
    judged_scores,
    rule_label,
)

Votes = dict[str, str | None]  # request id -> label; None where the answer is unreadable


class JudgeSummary(Value):
    """How one judge did: items asked about, read, unreadable, failed, and against the majority.

    ``failure`` is why most of what failed did.
    """

    family: str
    spec: str
    asked: int
    read: int
    unreadable: int
    failed: int
    against_majority: int
    failure: str | None


class Contradiction(Value):
    """An item that counts otherwise by the judges' majority than by the rule.

    ``missing``: the rule found no verdict, and ``rule`` is what it counts the item as.
    """

    protocol: str
    item: str
    group: str
    rule: str | None
    missing: bool
    majority: str
    votes: dict[str, str | None]
    answered: str


class JudgedReport(Value):
    """The judged figures of a run; they stand beside its scores and never gate."""

    digest: str
    judges: tuple[JudgeSummary, ...]
    protocols: dict[str, JudgedScores]
    contradictions: tuple[Contradiction, ...]


def is_judging_unfinished(run: Path) -> bool:
    """Return whether a run was judged in part only."""
    manifest = read_judging(run)
    return manifest is not None and manifest.status != "complete"


def read_judged(run: Path, result: AuditResult) -> JudgedReport | None:
    """Return what the judges found; None where a run was not judged, or not to the end.

    Raises InputError where judgements were altered or belong to another run.
    """
    manifest = read_judging(run)
    if manifest is None:
        return None
    for state in manifest.judges:
        require_unaltered(run, state)
    if manifest.status != "complete":
        return None
    requests = _checked_requests(run, result, manifest)
    votes = {
        state.judge.family: _votes(
            transcript_path(run, state.judge), state, requests, manifest.plan.decoding
        )
        for state in manifest.judges
    }
    items = _items(result, requests, votes)
    scores = {name: judged_scores(name, found) for name, found in items.items()}
    majorities = {
        item.item: item.majority(scores[name].panel)
        for name, found in items.items()
        for item in found
    }
    return JudgedReport(
        digest=file_digest(run / FOLDER / MANIFEST),
        judges=tuple(
            _summary(state, votes[state.judge.family], majorities, len(requests))
            for state in manifest.judges
        ),
        protocols=scores,
        contradictions=_contradictions(run, items, majorities),
    )


def _checked_requests(
    run: Path, result: AuditResult, manifest: JudgingManifest
) -> dict[str, Request]:
    plan = manifest.plan
    found = requests_of(run, result, plan.protocols, plan.max_tokens)
    if make_judging_plan(result.evidence_digest, plan.protocols, found, plan.max_tokens) != plan:
        raise InputError(
            "the judgements are of another run, or of prompts that this program does not give",
            file=str(run / FOLDER / MANIFEST),
            hint=f"remove {run / FOLDER} and judge again",
        )
    return {request.id: request for request in found}


def _votes(
    path: Path, state: JudgeState, requests: Mapping[str, Request], decoding: Decoding
) -> Votes:
    """Return what a judge said, by request."""
    if state.transcript_digest is None or state.subject is None:
        raise InputError("the manifest names no digest of it", file=str(path))
    entries = read_transcript(path)
    said = accepted_judgements(entries, requests, decoding, state.subject, path)
    return {name: read_judgement(requests[name].protocol, answer) for name, answer in said.items()}


def _items(
    result: AuditResult, requests: Mapping[str, Request], votes: Mapping[str, Votes]
) -> dict[str, list[JudgedItem]]:
    found: dict[str, list[JudgedItem]] = {}
    for protocol, outcomes in result.outcomes.items():
        for outcome in outcomes:
            request = requests.get(outcome.item)
            if request is None or request.protocol != protocol:
                continue
            item = JudgedItem(
                item=outcome.item,
                group=outcome.group,
                rule=rule_label(protocol, outcome),
                missing=outcome.missing,
                votes={family: said.get(outcome.item) for family, said in votes.items()},
            )
            found.setdefault(protocol, []).append(item)
    return found


def _summary(
    state: JudgeState, votes: Votes, majorities: Mapping[str, str | None], asked: int
) -> JudgeSummary:
    read = {name: label for name, label in votes.items() if label is not None}
    why = Counter(state.failures.values()).most_common(1)
    return JudgeSummary(
        family=state.judge.family,
        spec=state.judge.spec,
        asked=asked,
        read=len(read),
        unreadable=len(votes) - len(read),
        failed=asked - len(votes),
        against_majority=sum(
            majorities[name] is not None and majorities[name] != label
            for name, label in read.items()
        ),
        failure=why[0][0] if why else None,
    )


def _contradictions(
    run: Path,
    items: Mapping[str, Sequence[JudgedItem]],
    majorities: Mapping[str, str | None],
) -> tuple[Contradiction, ...]:
    chosen = [
        (protocol, item)
        for protocol, found in items.items()
        for item in disagreements(protocol, found)
    ]
    wanted = {item.item for _, item in chosen}
    answers = {
        str(entry["request"]): str(entry["answer"])
        for entry in read_transcript(run / TRANSCRIPT)
        if entry["repeat"] == 0 and entry["request"] in wanted
    }
    return tuple(
        Contradiction(
            protocol=protocol,
            item=item.item,
            group=item.group,
            rule=item.rule,
            missing=item.missing,
            majority=str(majorities[item.item]),
            votes=item.votes,
            answered=" ".join(answers[item.item].split()),
        )
        for protocol, item in chosen
    )
