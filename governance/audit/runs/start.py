"""Starting or resuming a run from what a user asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from governance.audit.banks.bank import PUBLIC_SEED, bank_digest, make_bank
from governance.audit.protocols.battery import TIER_SIZES, limited, make_battery
from governance.audit.protocols.drill import ErTurns
from governance.audit.protocols.requests import PROFILES, PROTOCOLS, Profile, Protocol
from governance.audit.runs.manifest import (
    MANIFEST,
    Plan,
    SamplePlan,
    StopRule,
    make_plan,
    read_manifest,
)
from governance.audit.runs.profiled import profile_battery, profile_plan
from governance.audit.runs.results import AuditResult, score_run
from governance.audit.runs.runner import OnProgress, Run
from governance.audit.subjects.base import Decoding, Subject
from governance.kernel.clock import Clock
from governance.kernel.errors import InputError
from governance.kernel.value import Value

RandomBytes = Callable[[int], bytes]
_SEED_BYTES = 8


class AuditOrder(Value):
    """What is asked for; ``seed`` and ``bank_seed`` left out are drawn, or taken from the folder.

    ``reserved``: the bank is drawn anew for this run; else it is the public one.
    """

    protocols: tuple[Protocol, ...] = PROTOCOLS
    tier: int = 3
    seed: str | None = None
    reserved: bool = False
    limit: int | None = None
    max_tokens: int | None = None
    repeats: int = 1
    temperature: float = 0.0
    er_turns: ErTurns = "single"
    system: str | None = None
    stop_early: StopRule | None = None
    profiles: tuple[Profile, ...] = ()
    samples: SamplePlan | None = None


def parse_protocols(text: str) -> tuple[Protocol, ...]:
    """Return protocols from ``cc,er,as,ih``; raises InputError on another name."""
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in PROTOCOLS]
    if unknown or not names:
        raise InputError(
            f"{', '.join(unknown) or 'nothing'} is none of {', '.join(PROTOCOLS)}",
            field="protocols",
        )
    return tuple(name for name in PROTOCOLS if name in names)


def parse_profiles(text: str) -> tuple[Profile, ...]:
    """Return profiles from ``refusal,disclosure``; raises InputError on another name.

    ``harm`` is taken too and asks for nothing, because it is computed from every run.
    """
    names = {name.strip().lower() for name in text.split(",") if name.strip()}
    unknown = sorted(names - {*PROFILES, "harm"})
    if unknown:
        known = ", ".join(("harm", *PROFILES))
        raise InputError(f"{', '.join(unknown)} is none of {known}", field="profiles")
    return tuple(name for name in PROFILES if name in names)


def sample_plan(count: int, temperature: float) -> SamplePlan | None:
    """Return how to sample for self-consistency; None for no samples.

    Raises InputError for one sample, or a temperature at which all samples are alike.
    """
    if count == 0:
        return None
    if count < 2:
        raise InputError("one sample agrees with itself; ask for two or more", field="ih_samples")
    if temperature <= 0:
        raise InputError(
            "samples at temperature 0 are all alike",
            field="ih_temperature",
            hint="0.7 is usual; --repeats asks everything again at the run's own temperature",
        )
    return SamplePlan(count=count, temperature=temperature)


def run_audit(
    subject: Subject,
    order: AuditOrder,
    folder: Path,
    clock: Clock,
    random_bytes: RandomBytes,
    on_progress: OnProgress | None = None,
) -> AuditResult:
    """Run, or resume, an audit in a folder and return its scores.

    Raises InputError for an order that cannot be, SubjectError where the subject fails for good.
    """
    _check(order)
    seed, bank_seed = _seeds(order, folder, random_bytes)
    bank = make_bank(bank_seed)
    sizes = limited(TIER_SIZES[order.tier], order.limit)
    profiles = profile_plan(order.profiles, order.tier, order.limit, bank_seed)
    battery = make_battery(
        bank,
        order.protocols,
        sizes,
        seed,
        order.max_tokens,
        order.er_turns,
        None if profiles is None else profile_battery(profiles, bank_seed, seed),
    )
    plan = make_plan(
        battery,
        tier=order.tier,
        seed=seed,
        sizes=sizes,
        bank_digest_=bank_digest(bank),
        decoding=Decoding(temperature=order.temperature, seed=_number(seed)),
        limit=order.limit,
        repeats=order.repeats,
        system=order.system,
        stop_early=order.stop_early,
        profiles=profiles,
        samples=order.samples,
    )
    run = Run(subject, battery, plan, folder, clock, system=order.system, on_progress=on_progress)
    run.ask()
    return score_run(folder)


def _check(order: AuditOrder) -> None:
    if order.tier not in TIER_SIZES:
        raise InputError(f"there is no battery for T{order.tier}: T1 to T5", field="tier")
    for name in ("limit", "max_tokens", "repeats"):
        value = getattr(order, name)
        if value is not None and value < 1:
            raise InputError(f"{value} is too small", field=name)


def _seeds(order: AuditOrder, folder: Path, random_bytes: RandomBytes) -> tuple[str, str]:
    before = _plan_before(folder)
    if before is not None:
        return order.seed or before.seed, before.bank_seed
    seed = order.seed or random_bytes(_SEED_BYTES).hex()
    if not order.reserved:
        return seed, PUBLIC_SEED
    # A seed that the user gave must not decide the reserved items, or they could be learnt.
    return seed, f"reserved-{random_bytes(_SEED_BYTES).hex()}"


def _plan_before(folder: Path) -> Plan | None:
    return read_manifest(folder).plan if (folder / MANIFEST).is_file() else None


def _number(seed: str) -> int:
    return sum(seed.encode()) % 100_000
