"""Asking a model the battery of a tier, and certifying an agent on the result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from governance.kernel.value import Value
from governance.operations.audits import Audited, audited
from governance.operations.requests import MOST, LocalPath, LocalSpec, TextFile
from governance.operations.work import Running
from governance.registry.standing import AgentStanding

if TYPE_CHECKING:
    from governance.audit.runs.manifest import StopRule
    from governance.audit.runs.runner import OnProgress, Progress
    from governance.audit.runs.start import AuditOrder
    from governance.audit.subjects.base import SubjectOptions


class ModelOptions(Value):
    """How models are asked: local ones (hf:, gguf:) and endpoints (openai:)."""

    device: Annotated[str, Field(description="cpu or cuda.")] = "cpu"
    dtype: Annotated[str | None, Field(description="float32, bfloat16 or float16.")] = None
    batch_size: Annotated[int | None, Field(ge=1, le=MOST, description="Prompts at a time.")] = None
    continuous: Annotated[bool, Field(description="Batches with a paged cache.")] = False
    concurrency: Annotated[int, Field(ge=1, le=256, description="Requests at once.")] = 4
    retries: Annotated[int, Field(ge=0, le=20, description="Further tries.")] = 5
    rate: Annotated[float | None, Field(gt=0, description="Requests a second at most.")] = None
    timeout: Annotated[
        float, Field(ge=1, le=MOST, description="Seconds to wait for an answer.")
    ] = 120.0

    def subject_options(self) -> SubjectOptions:
        """Return them as a subject takes them."""
        from governance.audit.subjects.base import SubjectOptions

        return SubjectOptions(
            device=self.device,
            dtype=self.dtype,
            batch_size=self.batch_size,
            continuous=self.continuous,
            concurrency=self.concurrency,
            retries=self.retries,
            requests_per_second=self.rate,
            timeout_seconds=self.timeout,
        )


class AuditModel(ModelOptions):
    """Which model is audited, and how much it is asked."""

    model: Annotated[LocalSpec, Field(description="hf:, gguf:, openai: or replay: spec.")]
    protocols: Annotated[tuple[str, ...], Field(description="Which of cc, er, as, ih.")] = (
        "cc",
        "er",
        "as",
        "ih",
    )
    tier: Annotated[int, Field(ge=1, le=5, description="Tier that the battery is sized for.")] = 3
    seed: Annotated[str | None, Field(description="Which items, in which order.")] = None
    limit: Annotated[
        int | None, Field(ge=1, le=MOST, description="Items of each kind at most.")
    ] = None
    max_tokens: Annotated[int | None, Field(ge=8, le=MOST, description="Cut answers there.")] = None
    repeats: Annotated[int, Field(ge=1, le=20, description="Ask everything so often.")] = 1
    temperature: Annotated[float, Field(ge=0, le=2, description="0 is greedy.")] = 0.0
    er_turns: Annotated[Literal["single", "five"], Field(description="Turns of a claim.")] = (
        "single"
    )
    profiles: Annotated[tuple[str, ...], Field(description="Profiles asked besides.")] = ()
    ih_samples: Annotated[int, Field(ge=0, le=50, description="Samples of a question.")] = 0
    ih_temperature: Annotated[float, Field(ge=0, le=2, description="Their temperature.")] = 0.7
    system: Annotated[TextFile | None, Field(description="The agent's system prompt.")] = None
    stop_early: Annotated[bool, Field(description="Stop when the tier is settled.")] = False

    def order(self, *, reserved: bool, stop_early: StopRule | None) -> AuditOrder:
        """Return the order for a run; raises InputError naming the field at fault."""
        from governance.audit.runs.start import (
            AuditOrder,
            parse_profiles,
            parse_protocols,
            sample_plan,
        )

        return AuditOrder(
            protocols=parse_protocols(",".join(self.protocols)),
            tier=self.tier,
            seed=self.seed,
            reserved=reserved,
            limit=self.limit,
            max_tokens=self.max_tokens,
            repeats=self.repeats,
            temperature=self.temperature,
            er_turns=self.er_turns,
            system=None if self.system is None else self.system.text,
            profiles=parse_profiles(",".join(self.profiles)),
            samples=sample_plan(self.ih_samples, self.ih_temperature),
            stop_early=stop_early,
        )


class RunAudit(AuditModel):
    """An audit of a model alone, in a folder; a run that is there goes on."""

    out: Annotated[LocalPath, Field(description="Folder of the run.")]
    reserved: Annotated[bool, Field(description="Draw the items anew.")] = False
    policy: Annotated[TextFile | None, Field(description="Policy for stopping early.")] = None
    likelihood: Annotated[bool, Field(description="Also read verdicts by likelihood.")] = False


class AuditAgent(AuditModel):
    """An audit of an agent's model, on which the agent is certified."""

    agent: Annotated[str, Field(description="The agent's name or id.")]
    out: Annotated[LocalPath | None, Field(description="Folder of the run; else a new one.")] = None
    public: Annotated[bool, Field(description="Ask the public items.")] = False


class AgentAudited(Value):
    """Where the agent stands after its audit, and the audit."""

    standing: AgentStanding
    audit: Audited


def run(work: Running, request: RunAudit) -> Audited:
    """Ask a model the battery of a tier and score the answers; a stopped run goes on."""
    from governance.audit.runs.likelihood import measure_likelihood
    from governance.audit.runs.results import battery_of
    from governance.audit.runs.sequential import stop_rule
    from governance.audit.runs.start import run_audit
    from governance.audit.subjects.spec import open_subject
    from governance.gate.policy import default_policy, policy_from_document

    stop, folder = None, request.out.file
    if request.stop_early:
        named = request.policy
        policy = default_policy() if named is None else policy_from_document(named.document())
        stop = stop_rule(policy, request.tier, 1)
    order = request.order(reserved=request.reserved, stop_early=stop)
    with (
        closing(open_subject(str(request.model), request.subject_options())) as subject,
        audit_progress(work, "auditing") as show,
    ):
        drawn = work.place.random_bytes
        result = run_audit(subject, order, folder, work.place.clock, drawn, show)
        if request.likelihood:
            measure_likelihood(subject, battery_of(result.manifest), folder, order.system)
    work.remark(
        f"{result.manifest.answered} answers in {folder}; evidence {result.evidence_digest}"
    )
    return audited(Audited, result, folder)


def certify(work: Running, request: AuditAgent) -> AgentAudited:
    """Audit an agent's model, certify the agent on the result and sign the certificate."""
    from governance.audit.certify import certify_audit, next_folder
    from governance.audit.runs.start import run_audit
    from governance.audit.subjects.spec import open_subject
    from governance.registry.agents import find_agent
    from governance.registry.keys import open_signing_key

    stop = _stop_rule(work, request.agent, request.tier) if request.stop_early else None
    order = request.order(reserved=not request.public, stop_early=stop)
    with work.store.read() as session:
        name = find_agent(session, request.agent).name.replace("/", "_")
        folder = next_folder(session, Path("audits") / name)
    folder = folder if request.out is None else request.out.file
    with (
        closing(open_subject(str(request.model), request.subject_options())) as subject,
        audit_progress(work, "auditing") as show,
    ):
        drawn = work.place.random_bytes
        result = run_audit(subject, order, folder, work.place.clock, drawn, show)
    with work.write() as transaction:
        key = open_signing_key(transaction, work.place.password)
        agent = find_agent(transaction.session, request.agent)
        standing = certify_audit(transaction, agent, result, key)
    return AgentAudited(standing=standing, audit=audited(Audited, result, folder))


@contextmanager
def audit_progress(work: Running, doing: str) -> Iterator[OnProgress]:
    """Tell the door how many answers there are, tokens a second and the time left."""
    with work.gauge(doing) as show:

        def told(progress: Progress) -> None:
            left = progress.seconds_left
            shown = "" if left is None else f", {left / 60:.0f} min left"
            pace = f"{progress.tokens_per_second:.0f} tokens/s{shown}"
            show(progress.done, progress.total, pace)

        yield told


def _stop_rule(work: Running, name: str, tier: int) -> StopRule:
    from governance.audit.certify import SEQUENTIAL_METHOD
    from governance.audit.runs.sequential import stop_rule
    from governance.kernel.errors import InputError
    from governance.registry.agents import find_agent
    from governance.registry.certifications import count_attempts
    from governance.registry.policies import policy_in_force

    with work.store.read() as session:
        agent = find_agent(session, name)
        policy = policy_in_force(session, agent.agent_group)
        if policy.basis.method != SEQUENTIAL_METHOD:
            raise InputError(
                "the policy's bounds need a number of items fixed beforehand",
                field="stop_early",
                hint=f"put a policy with basis.method: {SEQUENTIAL_METHOD} in force",
            )
        return stop_rule(policy, tier, count_attempts(session, agent) + 1)
