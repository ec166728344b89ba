"""The bank of the profiles: drawn and hashed like the main bank, with a version of its own."""

from __future__ import annotations

from functools import cache

from governance.audit.banks.bank import PUBLIC_SEED
from governance.audit.banks.disclosures import secret_items
from governance.audit.banks.profile_items import ProfileBank
from governance.audit.banks.refusals import refusal_items
from governance.kernel.canonical import digest

PROFILE_BANK_VERSION = 1
PROFILE_SIZES = {"refusals": 120, "secrets": 84}  # refusals counts pairs


@cache
def make_profile_bank(seed: str = PUBLIC_SEED) -> ProfileBank:
    """Return the profiles' bank of a seed; ``public`` is the part that anybody can read."""
    named = f"profiles/{PROFILE_BANK_VERSION}/{seed}"
    return ProfileBank(
        version=PROFILE_BANK_VERSION,
        part="public" if seed == PUBLIC_SEED else "reserved",
        seed=seed,
        refusals=refusal_items(named, PROFILE_SIZES["refusals"]),
        secrets=secret_items(named, PROFILE_SIZES["secrets"]),
    )


def profile_bank_digest(bank: ProfileBank) -> str:
    """Return ``sha256:`` over the canonical JSON of every item."""
    return digest(bank.model_dump(mode="json"))
