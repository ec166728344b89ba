"""The manifest of a run: everything that another person needs to repeat or to judge it."""

from __future__ import annotations

import platform
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from governance.audit.banks.bank import bank_digest
from governance.audit.protocols.battery import Battery, Sizes
from governance.audit.protocols.drill import ErTurns
from governance.audit.protocols.ih import sampled_requests
from governance.audit.protocols.profiles import ProfileSizes
from governance.audit.protocols.requests import Profile, Protocol
from governance.audit.subjects.base import Decoding, SubjectInfo
from governance.gate.dimensions import AsVariant
from governance.kernel.canonical import digest, file_digest, sha256_hex
from governance.kernel.documents import read_document
from governance.kernel.errors import InputError
from governance.kernel.files import write_atomically
from governance.kernel.value import Value, parse_document

MANIFEST = "manifest.json"
TRANSCRIPT = "transcript.jsonl"


class StopRule(Value):
    """When a run may stop: each dimension settled against its threshold at its alpha."""

    thresholds: dict[str, float]
    alpha: float
    policy_digest: str
    as_variant: AsVariant = "as_svs"


class ProfilePlan(Value):
    """Which profiles are asked beside the protocols, from which bank, how many items."""

    names: tuple[Profile, ...]
    bank_version: int
    bank_digest: str
    sizes: ProfileSizes


class SamplePlan(Value):
    """How often, and at which temperature, unanswerable questions are asked for consistency."""

    count: Annotated[int, Field(ge=2)]
    temperature: Annotated[float, Field(gt=0)]


class Plan(Value):
    """What a run sets out to ask; it may not change when the run is resumed."""

    protocols: tuple[Protocol, ...]
    tier: int
    seed: str
    bank_seed: str
    bank_version: int
    bank_digest: str
    sizes: Sizes
    limit: int | None = None
    repeats: int = 1
    max_tokens: int | None = None
    er_turns: ErTurns = "single"
    stop_early: StopRule | None = None
    profiles: ProfilePlan | None = None
    samples: SamplePlan | None = None
    decoding: Decoding
    system_prompt_digest: str | None = None
    requests: int
    requests_digest: str


class Manifest(Value):
    """Plan, subject, versions and how far the run came."""

    format: Literal["underwriter-audit/1"] = "underwriter-audit/1"
    status: Literal["running", "complete", "failed"]
    plan: Plan
    subject: SubjectInfo
    underwriter_version: str
    python: str
    started_at: datetime
    finished_at: datetime | None = None
    answered: int = 0
    tokens: int = 0
    seconds: float = 0.0
    transcript_digest: str | None = None
    answers_digest: str | None = None
    failure: str | None = None
    settled: dict[str, str] | None = None

    def write(self, folder: Path) -> None:
        """Write the manifest into its run's folder."""
        write_atomically(folder / MANIFEST, self.model_dump_json(indent=2) + "\n")


def make_plan(
    battery: Battery,
    *,
    tier: int,
    seed: str,
    sizes: Sizes,
    bank_digest_: str,
    decoding: Decoding,
    limit: int | None = None,
    repeats: int = 1,
    system: str | None = None,
    stop_early: StopRule | None = None,
    profiles: ProfilePlan | None = None,
    samples: SamplePlan | None = None,
) -> Plan:
    """Return the plan of a battery, with digests of the bank and of every request."""
    requests = battery.requests()
    sampled = 0 if samples is None else samples.count * len(sampled_requests(requests))
    return Plan(
        protocols=battery.protocols,
        tier=tier,
        seed=seed,
        bank_seed=battery.bank.seed,
        bank_version=battery.bank.version,
        bank_digest=bank_digest_,
        sizes=sizes,
        limit=limit,
        repeats=repeats,
        max_tokens=battery.max_tokens,
        er_turns=battery.er_turns,
        stop_early=stop_early,
        profiles=profiles,
        samples=samples,
        decoding=decoding,
        system_prompt_digest=None if system is None else f"sha256:{sha256_hex(system.encode())}",
        requests=len(requests) * repeats + sampled,
        requests_digest=digest([request.model_dump(mode="json") for request in requests]),
    )


def new_manifest(plan: Plan, subject: SubjectInfo, started_at: datetime) -> Manifest:
    """Return the manifest of a run that begins."""
    from governance import __version__

    return Manifest(
        status="running",
        plan=plan,
        subject=subject,
        underwriter_version=__version__,
        python=platform.python_version(),
        started_at=started_at,
    )


def read_manifest(folder: Path) -> Manifest:
    """Read a run's manifest; raises InputError where there is none or it is broken."""
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError("no audit run: manifest.json is missing", file=str(folder))
    return parse_document(Manifest, read_document(str(path)))


def require_complete(folder: Path) -> Manifest:
    """Return the manifest of a finished run whose transcript is the one that it names.

    Raises InputError for a run that is not finished, or a transcript that was changed.
    """
    manifest = read_manifest(folder)
    if manifest.status != "complete":
        why = f": {manifest.failure}" if manifest.failure else ""
        raise InputError(
            f"the run is {manifest.status}{why}; nothing is scored on a part of it",
            file=str(folder),
            hint="ask for the same run again; it goes on where it stopped",
            remedy="audits.run",
        )
    if file_digest(folder / TRANSCRIPT) != manifest.transcript_digest:
        raise InputError(
            "the transcript is not the one that the manifest names",
            file=str(folder / TRANSCRIPT),
            hint="nothing is certified on altered evidence; run the audit again",
        )
    return manifest


__all__ = [
    "MANIFEST",
    "TRANSCRIPT",
    "Manifest",
    "Plan",
    "bank_digest",
    "make_plan",
    "new_manifest",
    "read_manifest",
    "require_complete",
]
