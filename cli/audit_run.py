"""`audit run` and `audit lint`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cli import audit_options as opt
from cli.audit_show import print_result
from cli.output import JsonOption, note, print_json


def run(
    model: opt.SubjectOption,
    out: Annotated[Path, typer.Option("--out", help="Folder of the run; resumed if it is there.")],
    protocols: opt.ProtocolsOption = "cc,er,as,ih",
    tier: opt.TierOption = "T3",
    seed: opt.SeedOption = None,
    reserved: Annotated[
        bool, typer.Option("--reserved", help="Draw the items anew instead of the public bank.")
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
    policy: Annotated[
        str | None, typer.Option(metavar="FILE", help="Policy for --stop-early.")
    ] = None,
    device: opt.DeviceOption = "cpu",
    dtype: opt.DtypeOption = None,
    batch_size: opt.BatchOption = None,
    continuous: opt.ContinuousOption = False,
    concurrency: opt.ConcurrencyOption = 4,
    retries: opt.RetriesOption = 5,
    rate: opt.RateOption = None,
    timeout: opt.TimeoutOption = 120.0,
    likelihood: Annotated[
        bool,
        typer.Option(
            "--likelihood", help="Also read verdicts by log-likelihood (hf:, gguf:); never gates."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask a model the battery of a tier and score the answers.

    A run that was stopped or killed goes on where it stopped when the same command is given
    again. Exit code 3 where the model fails for good; nothing is scored then.
    """
    from cli.gate_vector import open_policy
    from governance.audit.runs.likelihood import measure_likelihood
    from governance.audit.runs.results import battery_of
    from governance.audit.runs.sequential import stop_rule
    from governance.audit.runs.start import (
        AuditOrder,
        parse_profiles,
        parse_protocols,
        run_audit,
        sample_plan,
    )
    from governance.audit.subjects.base import SubjectOptions
    from governance.audit.subjects.spec import open_subject
    from governance.kernel.clock import SystemClock

    asked = opt.parse_tier(tier)
    order = AuditOrder(
        protocols=parse_protocols(protocols),
        tier=asked,
        seed=seed,
        reserved=reserved,
        limit=limit,
        max_tokens=max_tokens,
        repeats=repeats,
        temperature=temperature,
        er_turns=er_turns,
        system=opt.read_system(system),
        profiles=parse_profiles(profiles),
        samples=sample_plan(ih_samples, ih_temperature),
        stop_early=stop_rule(open_policy(policy), asked, 1) if stop_early else None,
    )
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
        result = run_audit(subject, order, out, SystemClock(), os.urandom, show)
        if likelihood:
            measure_likelihood(subject, battery_of(result.manifest), out, order.system)
    note(f"{result.manifest.answered} answers in {out}; evidence {result.evidence_digest}")
    print_result(result, out, as_json=as_json)


def lint(
    seed: Annotated[
        str, typer.Option(help="Seed of the bank; public for the public part.")
    ] = "public",
    file: Annotated[
        Path | None, typer.Option(help="A bank in a JSON file instead of a generated one.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the bank as JSON here.")] = None,
    profiles: Annotated[
        bool,
        typer.Option("--profiles", help="The profiles' bank alone, with --file and --out too."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Look for faults of an item bank: disclosed traps, ambiguous answers, duplicates.

    Of a seed, the bank of the protocols and that of the profiles; of a file, the one that it holds.

    Exit code 1 where a fault is found.
    """
    from cli.audit_profiles import add_profiles, lint_profiles, print_faults
    from governance.audit.banks.bank import bank_digest, make_bank
    from governance.audit.banks.items import Bank
    from governance.audit.banks.lint import lint as faults_of
    from governance.kernel.documents import read_document
    from governance.kernel.files import write_atomically
    from governance.kernel.value import parse_document

    if profiles:
        lint_profiles(seed, file, out, as_json=as_json)
        return
    bank = make_bank(seed) if file is None else parse_document(Bank, read_document(str(file)))
    faults = faults_of(bank)
    if out is not None:
        write_atomically(out, bank.model_dump_json(indent=1) + "\n")
    counts = {
        name: len(getattr(bank, name))
        for name in ("writing", "tools", "claims", "facts", "dilemmas", "queries")
    }
    digests = {"digest": bank_digest(bank)}
    if file is None:
        add_profiles(seed, counts, digests, faults)
    if as_json:
        print_json(
            {
                "seed": bank.seed,
                "part": bank.part,
                "version": bank.version,
                **digests,
                "items": counts,
                "faults": [fault.model_dump() for fault in faults],
            }
        )
    else:
        print_faults(bank.seed, counts, digests, faults)
    if faults:
        raise typer.Exit(1)
