"""`audit run` and `audit lint`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import audit_options as opt
from cli.audit_show import print_result
from cli.door import Door, print_answer, with_plain_door
from cli.output import note, print_table
from governance.operations.files import given_file, text_file

if TYPE_CHECKING:
    from governance.operations.audits import BankLinted


@with_plain_door
def run(
    door: Door,
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
) -> None:
    """Ask a model the battery of a tier and score the answers.

    A run that was stopped or killed goes on where it stopped when the same command is given
    again. Exit code 3 where the model fails for good; nothing is scored then.
    """
    from governance.kernel.value import parse
    from governance.operations import audits_run
    from governance.operations.requests import LocalPath

    fields = opt.request_fields(locals())
    request = parse(
        audits_run.RunAudit,
        {
            **fields,
            "out": LocalPath(str(out)),
            "reserved": reserved,
            "policy": text_file(policy) if policy is not None and stop_early else None,
            "likelihood": likelihood,
        },
    )
    answer = door.ask(audits_run.run, request)
    if door.as_json:
        print_answer(answer)
    else:
        print_result(answer)


@with_plain_door
def lint(
    door: Door,
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
) -> None:
    """Look for faults of an item bank: disclosed traps, ambiguous answers, duplicates.

    Of a seed, the bank of the protocols and that of the profiles; of a file, the one that it holds.

    Exit code 1 where a fault is found.
    """
    from governance.kernel.files import write_atomically
    from governance.operations import audits

    named = given_file(file)
    request = audits.LintBank(seed=seed, file=named, profiles=profiles)
    found = door.ask(audits.lint, request)
    if out is not None:
        write_atomically(out, found.bank)
    if door.as_json:
        print_answer(found)
    else:
        _print_bank(found)
    if found.faults:
        raise typer.Exit(1)


def _print_bank(found: BankLinted) -> None:
    print_table(("kind", "items"), found.items.items(), title=f"bank {found.seed}")
    for name in ("digest", "profiles_digest"):
        if getattr(found, name) is not None:
            note(f"{name.replace('_', ' ')} {getattr(found, name)}")
    note(f"{len(found.faults)} faults")
    if found.faults:
        print_table(("item", "fault"), [(fault.item, fault.fault) for fault in found.faults])
