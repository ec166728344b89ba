"""`agent audit`: from a model to a signed certificate in one command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import audit_options as opt
from cli.audit_show import print_result
from cli.door import Door, with_door
from cli.output import note
from governance.operations.files import given_path


@with_door
def audit(
    door: Door,
    name: Annotated[str, typer.Argument(help="The agent's name or id.")],
    model: opt.SubjectOption,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the run; else audits/AGENT/1, 2, ...")
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
) -> None:
    """Audit an agent's model, certify the agent on the result and sign the certificate.

    The certificate carries what the audit earned, T0 included, and the commitment to the next
    spot audit. Nothing is certified where the model fails or the evidence was altered (exit 3, 2).
    """
    from governance.kernel.value import parse
    from governance.operations import audits_run

    fields = opt.request_fields(locals())
    folder = given_path(out)
    request = parse(
        audits_run.AuditAgent, {**fields, "agent": name, "public": public, "out": folder}
    )
    answer = door.ask(audits_run.certify, request)
    if door.printed(answer):
        return
    print_result(answer.audit)
    standing = answer.standing
    for reason in standing.reasons:
        note(f"- {reason}")
    note(f"{standing.agent} stands at T{standing.tier}; certificate {standing.certification}")
