"""Printing the profiles of an audit, which gate nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cli.output import note, print_json, print_table

if TYPE_CHECKING:
    from governance.audit.banks.lint import Fault
    from governance.audit.runs.results import AuditResult


def print_profiles(result: AuditResult) -> None:
    """Print failure rates with counts and bounds, and a sentence about each profile."""
    from governance.audit.profiles.table import CAPTION, COLUMNS, profile_notes, profile_rows

    rows = profile_rows(result.profiles)
    if rows:
        print_table(COLUMNS, rows, title=CAPTION)
    for text in profile_notes(result.profiles):
        note(text)


def paper_remark(result: AuditResult) -> str | None:
    """Return ``as_paper`` with its lower bound; None where AS was not measured."""
    found, measured = result.as_paper, result.scores.as_
    if measured is None or measured.paper is None:
        return None
    if found.score is None or found.lower is None:
        return (
            "AS as the paper counts: missing, since no reason holds a procedural or an ethical "
            "word, so that PER is not measured"
        )
    return (
        f"AS as the paper counts: {found.score:.3f}, 95 % lower bound {found.lower:.3f}; it gates "
        "under a policy with as_variant: as_paper"
    )


def add_profiles(
    seed: str, counts: dict[str, int], digests: dict[str, str], faults: list[Fault]
) -> None:
    """Add the profiles' bank of a seed to what `audit lint` says of the protocols' bank."""
    from governance.audit.banks.profile_bank import make_profile_bank, profile_bank_digest
    from governance.audit.banks.profile_lint import profile_lint

    bank = make_profile_bank(seed)
    counts |= {"refusals": len(bank.refusals), "secrets": len(bank.secrets)}
    digests["profiles_digest"] = profile_bank_digest(bank)
    faults += profile_lint(bank)


def lint_profiles(seed: str, file: Path | None, out: Path | None, *, as_json: bool) -> None:
    """Look for faults of a profiles' bank alone; exit code 1 where one is found."""
    from governance.audit.banks.profile_bank import make_profile_bank, profile_bank_digest
    from governance.audit.banks.profile_items import ProfileBank
    from governance.audit.banks.profile_lint import profile_lint
    from governance.kernel.documents import read_document
    from governance.kernel.files import write_atomically
    from governance.kernel.value import parse_document

    if file is None:
        bank = make_profile_bank(seed)
    else:
        bank = parse_document(ProfileBank, read_document(str(file)))
    faults = profile_lint(bank)
    if out is not None:
        write_atomically(out, bank.model_dump_json(indent=1) + "\n")
    counts = {"refusals": len(bank.refusals), "secrets": len(bank.secrets)}
    digests = {"profiles_digest": profile_bank_digest(bank)}
    if as_json:
        about = {"seed": bank.seed, "part": bank.part, "version": bank.version, **digests}
        found = [fault.model_dump() for fault in faults]
        print_json(about | {"items": counts, "faults": found})
    else:
        print_faults(bank.seed, counts, digests, faults)
    if faults:
        raise typer.Exit(1)


def print_faults(
    seed: str, counts: dict[str, int], digests: dict[str, str], faults: list[Fault]
) -> None:
    """Print how many items a bank has, its digests and its faults."""
    print_table(("kind", "items"), counts.items(), title=f"bank {seed}")
    for name, value in digests.items():
        note(f"{name.replace('_', ' ')} {value}")
    note(f"{len(faults)} faults")
    if faults:
        print_table(("item", "fault"), [(fault.item, fault.fault) for fault in faults])
