"""How the tests are shared out over the workers: what belongs together, the slow ones first."""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

# The files that take longest, longest first. One that is missing here costs nothing but time.
LONG = (
    "tests/docs/test_documentation.py",
    "tests/golden/test_golden.py",
    "tests/economy/test_attacks.py",
    "tests/test_demonstration.py",
    "tests/taxonomy/exchange/test_validators.py",
    "tests/taxonomy/exchange/test_round_trip.py",
    "tests/packaging/test_wheel.py",
    "tests/gate/test_proof.py",
    "tests/economy/test_authority_machine.py",
    "tests/cli/test_risk.py",
    "tests/authority/test_regressions.py",
    "tests/store/test_previous_version.py",
    "tests/risk/test_simulate.py",
    "tests/audit/test_runs.py",
    "tests/economy/test_contracts.py",
    "tests/cli/test_audit.py",
    "tests/economy/test_escrow_machine.py",
    "tests/cli/test_audit_profiles.py",
    "tests/incidents/classification/test_training.py",
    "tests/gate/test_certificate_page.py",
)
# These start a program that is worth sharing.
TOGETHER = {"tests/reports/test_pages.py": "tests/gate/test_certificate_page.py"}
ALONE = ("tests/docs/test_documentation.py", "[README]")


class SharedOut(LoadScopeScheduling):  # type: ignore[misc]
    """A file stays on one worker, because its tests share what is worked out once.

    (The groups of `--dist loadgroup` come to nothing under pytest 9.2 with xdist 3.8.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file == ALONE[0] and nodeid.endswith(ALONE[1]):
            return nodeid
        return TOGETHER.get(file, file)


def long_ones_first(items: list[pytest.Item]) -> None:
    """What takes long would leave the other workers idle if it came at the end."""
    place = {file: number for number, file in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))
