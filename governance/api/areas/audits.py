"""The operations `audits.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Literal

    from governance.operations.audits import Audited, AuditShown, BankLinted, CheckedAnswer
    from governance.operations.audits_import import Recounted
    from governance.operations.audits_judge import Judged
    from governance.operations.audits_run import AgentAudited
    from governance.operations.requests import TextFile


class Audits(Area):
    """The operations `audits.*`."""

    def check_constraints(self, *, file: str | Path) -> list[CheckedAnswer]:
        """Check answers against verifiable instructions, strictly and loosely; all or an error."""
        from governance.operations import audits as handlers

        return self._ask(handlers.check_constraints, file=file)

    def run(
        self,
        *,
        device: str = "cpu",
        dtype: str | None = None,
        batch_size: int | None = None,
        continuous: bool = False,
        concurrency: int = 4,
        retries: int = 5,
        rate: float | None = None,
        timeout: float = 120.0,
        model: str,
        protocols: Sequence[str] = ("cc", "er", "as", "ih"),
        tier: int = 3,
        seed: str | None = None,
        limit: int | None = None,
        max_tokens: int | None = None,
        repeats: int = 1,
        temperature: float = 0.0,
        er_turns: Literal["single", "five"] = "single",
        profiles: Sequence[str] = (),
        ih_samples: int = 0,
        ih_temperature: float = 0.7,
        system: str | Path | TextFile | None = None,
        stop_early: bool = False,
        out: str | Path,
        reserved: bool = False,
        policy: str | Path | TextFile | None = None,
        likelihood: bool = False,
    ) -> Audited:
        """Ask a model the battery of a tier and score the answers; a stopped run goes on."""
        from governance.operations import audits_run as handlers

        return self._ask(
            handlers.run,
            device=device,
            dtype=dtype,
            batch_size=batch_size,
            continuous=continuous,
            concurrency=concurrency,
            retries=retries,
            rate=rate,
            timeout=timeout,
            model=model,
            protocols=protocols,
            tier=tier,
            seed=seed,
            limit=limit,
            max_tokens=max_tokens,
            repeats=repeats,
            temperature=temperature,
            er_turns=er_turns,
            profiles=profiles,
            ih_samples=ih_samples,
            ih_temperature=ih_temperature,
            system=system,
            stop_early=stop_early,
            out=out,
            reserved=reserved,
            policy=policy,
            likelihood=likelihood,
        )

    def certify(
        self,
        *,
        device: str = "cpu",
        dtype: str | None = None,
        batch_size: int | None = None,
        continuous: bool = False,
        concurrency: int = 4,
        retries: int = 5,
        rate: float | None = None,
        timeout: float = 120.0,
        model: str,
        protocols: Sequence[str] = ("cc", "er", "as", "ih"),
        tier: int = 3,
        seed: str | None = None,
        limit: int | None = None,
        max_tokens: int | None = None,
        repeats: int = 1,
        temperature: float = 0.0,
        er_turns: Literal["single", "five"] = "single",
        profiles: Sequence[str] = (),
        ih_samples: int = 0,
        ih_temperature: float = 0.7,
        system: str | Path | TextFile | None = None,
        stop_early: bool = False,
        agent: str,
        out: str | Path | None = None,
        public: bool = False,
    ) -> AgentAudited:
        """Audit an agent's model, certify the agent on the result and sign the certificate."""
        from governance.operations import audits_run as handlers

        return self._ask(
            handlers.certify,
            device=device,
            dtype=dtype,
            batch_size=batch_size,
            continuous=continuous,
            concurrency=concurrency,
            retries=retries,
            rate=rate,
            timeout=timeout,
            model=model,
            protocols=protocols,
            tier=tier,
            seed=seed,
            limit=limit,
            max_tokens=max_tokens,
            repeats=repeats,
            temperature=temperature,
            er_turns=er_turns,
            profiles=profiles,
            ih_samples=ih_samples,
            ih_temperature=ih_temperature,
            system=system,
            stop_early=stop_early,
            agent=agent,
            out=out,
            public=public,
        )

    def score(self, *, run: str | Path) -> Audited:
        """Score a finished run again from its transcript; partial or altered evidence is
        refused.
        """
        from governance.operations import audits as handlers

        return self._ask(handlers.score, run=run)

    def show(
        self, *, run: str | Path, against: str | Path | None = None, worst: int = 10
    ) -> AuditShown:
        """Show a run's scores, its worst items, what judges found, and how another run compares."""
        from governance.operations import audits as handlers

        return self._ask(handlers.show, run=run, against=against, worst=worst)

    def judge(
        self,
        *,
        device: str = "cpu",
        dtype: str | None = None,
        batch_size: int | None = None,
        continuous: bool = False,
        concurrency: int = 4,
        retries: int = 5,
        rate: float | None = None,
        timeout: float = 120.0,
        run: str | Path,
        judges: Sequence[str],
        protocols: Sequence[str] = ("er", "ih"),
        max_tokens: int = 300,
    ) -> Judged:
        """Let a panel of models judge a run's answers to claims (ER) and questions (IH*)."""
        from governance.operations import audits_judge as handlers

        return self._ask(
            handlers.judge,
            device=device,
            dtype=dtype,
            batch_size=batch_size,
            continuous=continuous,
            concurrency=concurrency,
            retries=retries,
            rate=rate,
            timeout=timeout,
            run=run,
            judges=judges,
            protocols=protocols,
            max_tokens=max_tokens,
        )

    def lint(
        self,
        *,
        seed: str = "public",
        file: str | Path | TextFile | None = None,
        profiles: bool = False,
    ) -> BankLinted:
        """Look for faults of an item bank: disclosed traps, ambiguous answers, duplicates."""
        from governance.operations import audits as handlers

        return self._ask(handlers.lint, seed=seed, file=file, profiles=profiles)

    def recount(
        self,
        *,
        files: Sequence[str | Path],
        mapping: str | Path | TextFile | None = None,
        allow_truncated: bool = False,
    ) -> Recounted:
        """Count and bound the outcomes of another harness anew; nothing is stored."""
        from governance.operations import audits_import as handlers

        return self._ask(
            handlers.recount, files=files, mapping=mapping, allow_truncated=allow_truncated
        )

    def import_(
        self,
        *,
        files: Sequence[str | Path],
        mapping: str | Path | TextFile | None = None,
        allow_truncated: bool = False,
        agent: str,
    ) -> Recounted:
        """Certify an agent on the outcomes of another harness, as declared evidence."""
        from governance.operations import audits_import as handlers

        return self._ask(
            handlers.certify,
            files=files,
            mapping=mapping,
            allow_truncated=allow_truncated,
            agent=agent,
        )


class AsyncAudits(AsyncArea):
    """The same, awaited."""

    check_constraints = Awaited(Audits.check_constraints)
    run = Awaited(Audits.run)
    certify = Awaited(Audits.certify)
    score = Awaited(Audits.score)
    show = Awaited(Audits.show)
    judge = Awaited(Audits.judge)
    lint = Awaited(Audits.lint)
    recount = Awaited(Audits.recount)
    import_ = Awaited(Audits.import_)
