"""`agent audit`: from a model to a signed certificate in one command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import audit_options as opt
from cli.audit_show import print_result
from cli.database import DatabaseOption, configured_password, open_store
from cli.output import JsonOption, note, print_json

if TYPE_CHECKING:
    from governance.audit.runs.manifest import StopRule
    from governance.store.store import Store


def audit(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The agent's name or id.")],
    model: opt.SubjectOption,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of the run; else audits/AGENT/1, 2, ..."),
    ] = None,
    protocols: opt.ProtocolsOption = "cc,er,as,ih",
    tier: opt.TierOption = "T3",
    seed: opt.SeedOption = None,
    public: Annotated[
        bool, typer.Option("--public", help="Ask the public items instead of newly drawn ones.")
    ] = False,
    limit: opt.LimitOption = None,
    max_tokens: opt.MaxTokensOption = None,
    repeats: opt.RepeatsOption = 1,
    temperature: opt.TemperatureOption = 0.0,
    er_turns: opt.ErTurnsOption = "single",
    profiles: opt.ProfilesOption = "",
    ih_samples: opt.SamplesOption = 0,
    ih_temperature: opt.SampleTemperatureOption = 0.7,
    system: opt.SystemOption = None,
    stop_early: opt.StopEarlyOption = False,
    device: opt.DeviceOption = "cpu",
    dtype: opt.DtypeOption = None,
    batch_size: opt.BatchOption = None,
    continuous: opt.ContinuousOption = False,
    concurrency: opt.ConcurrencyOption = 4,
    retries: opt.RetriesOption = 5,
    rate: opt.RateOption = None,
    timeout: opt.TimeoutOption = 120.0,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Audit an agent's model, certify the agent on the result and sign the certificate.

    The certificate carries what the audit earned, T0 included, and the commitment to the next
    spot audit. Nothing is certified where the model fails or the evidence was altered (exit 3, 2).
    """
    from governance.audit.certify import certify_audit, next_folder
    from governance.audit.runs.start import (
        AuditOrder,
        parse_profiles,
        parse_protocols,
        run_audit,
        sample_plan,
    )
    from governance.audit.subjects.base import SubjectOptions
    from governance.audit.subjects.spec import open_subject
    from governance.registry.agents import find_agent
    from governance.registry.keys import open_signing_key

    asked = opt.parse_tier(tier)
    with open_store(ctx, db) as store:
        order = AuditOrder(
            protocols=parse_protocols(protocols),
            tier=asked,
            seed=seed,
            reserved=not public,
            limit=limit,
            max_tokens=max_tokens,
            repeats=repeats,
            temperature=temperature,
            er_turns=er_turns,
            system=opt.read_system(system),
            profiles=parse_profiles(profiles),
            samples=sample_plan(ih_samples, ih_temperature),
            stop_early=_stop_rule(store, name, asked) if stop_early else None,
        )
        with store.read() as session:
            agent_name = find_agent(session, name).name
            folder = out or next_folder(session, Path("audits") / agent_name.replace("/", "_"))
        options = SubjectOptions(
            device=device,
            dtype=dtype,
            batch_size=batch_size,
            continuous=continuous,
            concurrency=concurrency,
            retries=retries,
            requests_per_second=rate,
            timeout_seconds=timeout,
        )
        with opt.opened(open_subject(model, options)) as subject, opt.shown_progress() as show:
            result = run_audit(subject, order, folder, store.clock, os.urandom, show)
        with store.write() as transaction:
            key = open_signing_key(transaction, configured_password(store))
            agent = find_agent(transaction.session, name)
            standing = certify_audit(transaction, agent, result, key)
    if as_json:
        print_json({"standing": standing.to_json(), "audit": result.summary()})
        return
    print_result(result, folder, as_json=False)
    for reason in standing.reasons:
        note(f"- {reason}")
    note(f"{standing.agent} stands at T{standing.tier}; certificate {standing.certification}")


def _stop_rule(store: Store, name: str, tier: int) -> StopRule:
    from governance.audit.certify import SEQUENTIAL_METHOD
    from governance.audit.runs.sequential import stop_rule
    from governance.kernel.errors import InputError
    from governance.registry.agents import find_agent
    from governance.registry.certifications import count_attempts
    from governance.registry.policies import policy_in_force

    with store.read() as session:
        agent = find_agent(session, name)
        policy = policy_in_force(session, agent.agent_group)
        if policy.basis.method != SEQUENTIAL_METHOD:
            raise InputError(
                "the policy's bounds need a number of items fixed beforehand",
                field="--stop-early",
                hint=f"put a policy with basis.method: {SEQUENTIAL_METHOD} in force",
            )
        return stop_rule(policy, tier, count_attempts(session, agent) + 1)
