"""Tables of the gate's answers for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.output import print_table, say
from governance.kernel.clock import format_time

if TYPE_CHECKING:
    from governance.gate.backtest import Backtest
    from governance.gate.diff import PolicyDiff
    from governance.gate.price import PricedCeilings
    from governance.operations.policies import PolicyProof
    from governance.operations.policies_gate import ExplainedDecision


def print_explanation(found: ExplainedDecision, names: dict[str, str]) -> None:
    """Print a decision with needs, drops and what would change the answer."""
    needs = {need.dimension: need for need in found.needs}
    margins = {margin.dimension: margin.margin for margin in found.margins}
    rows = []
    for name, title in names.items():
        need = needs.get(name)
        step = found.steps.get(name)
        rows.append(
            (
                title,
                _number(found.scores[name]),
                _number(found.effective[name]),
                ("pass" if found.ih_pass else "fail") if step is None else f"T{step}",
                _number(margins.get(name)),
                None if need is None else _number(need.score),
                None if need is None else _number(need.gap),
                None if need is None or need.units is None else f"{need.units:,}",
            )
        )
    used = "lower bound" if found.basis == "bound" else "used"
    columns = ("dimension", "score", used, "step", "margin", "next asks", "gap", "units needed")
    title = f"T{found.tier}, up to {found.ceiling}"
    print_table(columns, rows, title=title)
    for reason in found.reasons:
        say(f"- {reason.message}")
    for change in found.changes:
        say(f"+ {change}")
    for drop in found.drops:
        late = f"{drop.days:.1f} days after the audit"
        when = late if drop.at is None else format_time(drop.at)
        say(f"v falls to T{drop.tier} after {when} ({', '.join(drop.dimensions)})")


def print_diff(found: PolicyDiff) -> None:
    """Print what changes between two policies."""
    rows = [(c.field, _shown(c.before), _shown(c.after)) for c in found.changes]
    names = f"{found.before['name']} -> {found.after['name']}"
    print_table(("field", "before", "after"), rows, title=f"{names}: fields")
    if found.ranges:
        print_table(
            ("dimension", "scores from", "up to", "before", "after"),
            [
                (r.dimension, r.low, r.high, f"T{r.step_before}", f"T{r.step_after}")
                for r in found.ranges
            ],
            title="Scores that reach another step",
        )
    if found.moves:
        print_table(
            ("before", "after", "effect", "share of all vectors", "for example"),
            [
                (
                    f"T{m.tier_before} {m.ceiling_before}",
                    f"T{m.tier_after} {m.ceiling_after}",
                    m.effect,
                    f"{m.share:.4%}",
                    " ".join(f"{k} {v:g}" for k, v in m.example.items()),
                )
                for m in found.moves
            ],
            title="Authority that moves",
        )
    if found.agents:
        print_table(
            ("agent", "before", "after", "effect"),
            [
                (
                    a.name,
                    f"T{a.tier_before} {a.ceiling_before}",
                    f"T{a.tier_after} {a.ceiling_after}",
                    a.effect,
                )
                for a in found.agents
                if a.effect != "same"
            ],
            title=f"Agents: {sum(a.effect != 'same' for a in found.agents)} of "
            f"{len(found.agents)} gain or lose",
        )


def print_proof(proof: PolicyProof) -> None:
    """Print every law of a policy, with the counterexample of a broken one."""
    print_table(
        ("law", "", "statement or counterexample"),
        [
            (
                law.id,
                "proved" if law.proved else "BROKEN",
                law.statement if law.counterexample is None else law.counterexample["summary"],
            )
            for law in proof.laws
        ],
        title=f"{proof.name}: {sum(law.proved for law in proof.laws)} of {len(proof.laws)} proved",
    )


def print_backtest(found: Backtest) -> None:
    """Print past decisions that another policy would have taken otherwise."""
    print_table(
        ("agent", "decided", "was", "would be", "effect", "binding"),
        [
            (
                r.name,
                f"{r.at:%Y-%m-%d}",
                f"T{r.tier_before} {r.ceiling_before}",
                f"T{r.tier_after} {r.ceiling_after}",
                r.effect,
                ", ".join(r.binding),
            )
            for r in found.replays
            if r.effect != "same"
        ],
        title=f"{found.decisions} decisions again under {found.policy['name']}: "
        f"{found.gains} gain, {found.loses} lose",
    )


def print_priced(found: PricedCeilings) -> None:
    """Print priced ceilings beside the policy's."""
    from governance.kernel.currency import MINOR_DIGITS
    from governance.kernel.money import shown

    def money(minor: float) -> str:
        return shown(round(minor), found.currency)

    def figure(minor: float) -> str:
        """A TVaR is an estimate: its cents would be another machine's rounding."""
        return f"{minor / 10 ** MINOR_DIGITS[found.currency]:,.0f} {found.currency}"

    print_table(
        ("tier", "policy's ceiling", "priced ceiling", "marginal TVaR"),
        [
            (f"T{t.tier}", money(t.before), money(t.ceiling), figure(t.marginal_tvar))
            for t in found.tiers
        ],
        title=f"TVaR at {found.level:g}: {figure(found.tvar)} of {money(found.appetite)} appetite "
        f"(with the policy's ceilings {figure(found.tvar_before)}); factor {found.factor:.4g}",
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _shown(value: object) -> str:
    return "-" if value is None else str(value)
