"""Policies: shown, put in force, checked, proved, compared and replayed."""

from __future__ import annotations

from typing import Annotated

import yaml
from pydantic import Field

from governance.gate import backtest as backtests
from governance.gate import diff as diffs
from governance.gate.backtest import Backtest, PastDecision
from governance.gate.diff import Holder, PolicyDiff
from governance.gate.dimensions import Basis
from governance.gate.draft import PolicyDraft
from governance.gate.policy import (
    Policy,
    default_document,
    default_policy,
    draft_from_document,
    policy_from_document,
)
from governance.gate.proof import Proof
from governance.kernel.clock import parse_time
from governance.kernel.errors import StorageError
from governance.kernel.rows import open_rows, read_jsonl
from governance.kernel.value import Value, parse
from governance.operations.requests import LocalPath, TextFile
from governance.operations.work import Reading, Work, Writing

PolicyFile = Annotated[TextFile, Field(description="Policy file: YAML, TOML or JSON.")]
OptionalPolicyFile = Annotated[
    TextFile | None, Field(description="Policy file; the policy in force if left out.")
]
DefaultedPolicyFile = Annotated[
    TextFile | None, Field(description="Policy file; the packaged policy if left out.")
]
GroupField = Annotated[str, Field(description="Group of agents.")]
BasisField = Annotated[
    Basis | None,
    Field(description="point: scores as they are; bound: lower confidence bounds from counts."),
]


class PolicyName(Value):
    """Which policy an answer is about."""

    name: str
    digest: str


class ShownPolicy(Value):
    """A policy to show: of a file, the packaged one, or the one in force for a group."""

    file: OptionalPolicyFile = None
    packaged: Annotated[bool, Field(description="The packaged policy.")] = False
    group: GroupField = "default"


class PolicyInFull(PolicyName):
    """A policy as data, and as the text of a file that says the same."""

    policy: Policy
    text: Annotated[str, Field(exclude=True)]


class NewPolicy(Value):
    """A policy that is to be in force for a group."""

    file: PolicyFile
    group: GroupField = "default"
    reason: Annotated[
        str, Field(description="Why; needed where a second person has to approve.")
    ] = ""


class PolicySet(PolicyName):
    """Whether the policy in force is another now; ``proposal`` where it waits for a person."""

    group: str
    changed: bool
    proposal: str | None


class CheckedFile(Value):
    """A policy file that is to be checked."""

    file: PolicyFile


class LawfulPolicy(Value):
    """A policy that obeys every law."""

    ok: bool
    name: str
    digest: str


class ProvedPolicy(Value):
    """A policy whose laws are to be proved: of a file, or the one in force for a group."""

    file: OptionalPolicyFile = None
    group: GroupField = "default"


class PolicyProof(Proof):
    """The outcome for all laws of one policy."""

    name: Annotated[str, Field(exclude=True)]


class CedarQuestion(Value):
    """A policy that a Cedar engine is to enforce, or the schema for it."""

    file: DefaultedPolicyFile = None
    schema_alone: Annotated[bool, Field(description="The Cedar schema instead.")] = False


class CedarText(PolicyName):
    """A policy set or schema in Cedar's words."""

    cedar: str


class Comparison(Value):
    """Two policies, and the agents whose authority is to be compared under both."""

    before: Annotated[TextFile, Field(description="Policy file before.")]
    after: Annotated[TextFile, Field(description="Policy file after.")]
    vectors: Annotated[
        LocalPath | None, Field(description="Agents' vectors as CSV or JSON Lines.")
    ] = None
    stored: Annotated[bool, Field(description="Compare the stored agents as well.")] = False


class ReplayQuestion(Value):
    """Past decisions that are to be taken again: those of a file, or the stored ones."""

    file: PolicyFile
    since: Annotated[str | None, Field(description="Only decisions from then on.")] = None
    decisions: Annotated[
        LocalPath | None, Field(description="Decisions as JSON Lines instead of the stored ones.")
    ] = None
    basis: BasisField = None


def show(work: Reading, request: ShownPolicy) -> PolicyInFull:
    """Return a policy: the one in force for a group, that of a file, or the packaged one."""
    if request.packaged:
        policy, text = default_policy(), default_document().text
    else:
        policy = policy_of(work, request.file, request.group)
        data = policy.model_dump(mode="json")
        text = yaml.safe_dump(data, sort_keys=False, default_flow_style=None, width=100)
    return PolicyInFull(name=policy.name, digest=policy.digest, policy=policy, text=text)


def set_policy(work: Writing, request: NewPolicy) -> PolicySet:
    """Put a policy in force for a group of agents; a file that breaks a law is refused.

    Where roles are in use, a policy that may raise authority is proposed instead and waits for a
    second person.
    """
    from governance.registry.changes import request_policy
    from governance.registry.keys import open_signing_key

    policy = policy_from_document(request.file.document())
    key = open_signing_key(work.transaction, work.place.password)
    outcome = request_policy(work.transaction, policy, request.group, request.reason, key=key)
    return PolicySet(
        name=policy.name,
        digest=policy.digest,
        group=request.group,
        changed=outcome is True,
        proposal=None if isinstance(outcome, bool) else outcome.id,
    )


def validate(work: Work, request: CheckedFile) -> LawfulPolicy:
    """Check a policy file against every law, without a proof; a fault is bad input."""
    policy = policy_from_document(request.file.document())
    return LawfulPolicy(ok=True, name=policy.name, digest=policy.digest)


def verify(work: Reading, request: ProvedPolicy) -> PolicyProof:
    """Prove every law for a policy, or show a concrete counterexample of each broken one."""
    draft: PolicyDraft
    if request.file is None:
        draft = policy_of(work, None, request.group)
    else:
        draft = draft_from_document(request.file.document())
    return proof_of(work, draft)


def proof_of(work: Work, draft: PolicyDraft) -> PolicyProof:
    """Return the outcome for all laws of a policy; raises MissingExtraError without z3."""
    from governance.gate.laws import LAWS
    from governance.gate.proof import prove

    with work.progress("proving", len(LAWS)) as advance:
        proof = prove(draft, advance=lambda: advance(1))
    return PolicyProof(**dict(proof), name=draft.name)


def cedar(work: Work, request: CedarQuestion) -> CedarText:
    """Return a policy as a Cedar policy set, or the schema that it validates against."""
    from governance.gate.cedar import to_cedar, to_cedar_schema

    policy = policy_or_default(request.file)
    text = to_cedar_schema(policy) if request.schema_alone else to_cedar(policy)
    return CedarText(name=policy.name, digest=policy.digest, cedar=text)


def diff(work: Reading, request: Comparison) -> PolicyDiff:
    """Say who gains and who loses authority when one policy replaces another."""
    old = policy_from_document(request.before.document())
    new = policy_from_document(request.after.document())
    holders: list[Holder] = []
    if request.vectors is not None:
        from governance.gate.rows import read_vectors

        rows = read_vectors(str(request.vectors))
        holders = [Holder(name=row.name or f"line {row.line}", vector=row.vector) for row in rows]
    if request.stored:
        from governance.registry.policy_review import stored_holders

        holders += stored_holders(work.session, work.moment())
    return diffs.diff(old, new, holders)


def backtest(work: Reading, request: ReplayQuestion) -> Backtest:
    """Take past decisions again under a policy and say which would have been others."""
    policy = policy_from_document(request.file.document())
    moment = None if request.since is None else parse_time(request.since, field="since")
    if request.decisions is not None:
        past = _decisions(str(request.decisions))
    else:
        from governance.registry.policy_review import stored_decisions

        past = stored_decisions(work.session, moment)
    return backtests.backtest(past, policy, since=moment, basis=request.basis)


def _decisions(path: str) -> list[PastDecision]:
    with open_rows(path) as (stream, name):
        rows = list(read_jsonl(stream, name))
    return [parse(PastDecision, row, file=path, line=line) for line, row in rows]


def name_of(policy: Policy) -> PolicyName:
    """Return what an answer says of a policy that it is about."""
    return PolicyName(name=policy.name, digest=policy.digest)


def policy_or_default(file: TextFile | None) -> Policy:
    """Return the policy of a file, or the packaged one."""
    return default_policy() if file is None else policy_from_document(file.document())


def policy_of(work: Reading, file: TextFile | None, group: str) -> Policy:
    """Return a file's policy, else the one in force, else (no database yet) the packaged one."""
    from governance.registry.policies import policy_in_force

    if file is not None:
        return policy_from_document(file.document())
    try:
        return policy_in_force(work.session, group)
    except StorageError as error:
        if work.place.named:
            raise
        work.remark(f"the packaged policy is used: {error.message}")
        return default_policy()
