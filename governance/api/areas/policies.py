"""The operations `policies.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

    from governance.gate.backtest import Backtest
    from governance.gate.diff import PolicyDiff
    from governance.gate.price import PricedCeilings
    from governance.operations.policies import (
        CedarText,
        LawfulPolicy,
        PolicyInFull,
        PolicyProof,
        PolicySet,
    )
    from governance.operations.requests import TextFile
    from governance.registry.policy_signatures import CheckedRelease


class Policies(Area):
    """The operations `policies.*`."""

    def show(
        self,
        *,
        file: str | Path | TextFile | None = None,
        packaged: bool = False,
        group: str = "default",
    ) -> PolicyInFull:
        """Return a policy: the one in force for a group, that of a file, or the packaged one."""
        from governance.operations import policies as handlers

        return self._ask(handlers.show, file=file, packaged=packaged, group=group)

    def set(
        self, *, file: str | Path | TextFile, group: str = "default", reason: str = ""
    ) -> PolicySet:
        """Put a policy in force for a group of agents; a file that breaks a law is refused."""
        from governance.operations import policies as handlers

        return self._ask(handlers.set_policy, file=file, group=group, reason=reason)

    def releases(self) -> list[CheckedRelease]:
        """List every putting in force of a policy, with whether its signature holds."""
        from governance.operations import policies_stored as handlers

        return self._ask(handlers.releases)

    def validate(self, *, file: str | Path | TextFile) -> LawfulPolicy:
        """Check a policy file against every law, without a proof; a fault is bad input."""
        from governance.operations import policies as handlers

        return self._ask(handlers.validate, file=file)

    def verify(
        self, *, file: str | Path | TextFile | None = None, group: str = "default"
    ) -> PolicyProof:
        """Prove every law for a policy, or show a concrete counterexample of each broken one."""
        from governance.operations import policies as handlers

        return self._ask(handlers.verify, file=file, group=group)

    def diff(
        self,
        *,
        before: str | Path | TextFile,
        after: str | Path | TextFile,
        vectors: str | Path | None = None,
        stored: bool = False,
    ) -> PolicyDiff:
        """Say who gains and who loses authority when one policy replaces another."""
        from governance.operations import policies as handlers

        return self._ask(handlers.diff, before=before, after=after, vectors=vectors, stored=stored)

    def backtest(
        self,
        *,
        file: str | Path | TextFile,
        since: str | None = None,
        decisions: str | Path | None = None,
        basis: Literal["point", "bound"] | None = None,
    ) -> Backtest:
        """Take past decisions again under a policy and say which would have been others."""
        from governance.operations import policies as handlers

        return self._ask(
            handlers.backtest, file=file, since=since, decisions=decisions, basis=basis
        )

    def price(
        self,
        *,
        file: str | Path | TextFile | None = None,
        appetite: str,
        groups: str | Path | TextFile | None = None,
        failures_per_year: float = 1.0,
        level: float = 0.99,
        base: str | Path | TextFile | None = None,
        group: str = "default",
    ) -> PricedCeilings:
        """Find the ceilings for which the portfolio's TVaR stays within the appetite."""
        from governance.operations import policies_price as handlers

        return self._ask(
            handlers.price,
            file=file,
            appetite=appetite,
            groups=groups,
            failures_per_year=failures_per_year,
            level=level,
            base=base,
            group=group,
        )

    def cedar(
        self, *, file: str | Path | TextFile | None = None, schema_alone: bool = False
    ) -> CedarText:
        """Return a policy as a Cedar policy set, or the schema that it validates against."""
        from governance.operations import policies as handlers

        return self._ask(handlers.cedar, file=file, schema_alone=schema_alone)


class AsyncPolicies(AsyncArea):
    """The same, awaited."""

    show = Awaited(Policies.show)
    set = Awaited(Policies.set)
    releases = Awaited(Policies.releases)
    validate = Awaited(Policies.validate)
    verify = Awaited(Policies.verify)
    diff = Awaited(Policies.diff)
    backtest = Awaited(Policies.backtest)
    price = Awaited(Policies.price)
    cedar = Awaited(Policies.cedar)
