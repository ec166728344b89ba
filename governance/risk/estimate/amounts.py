"""Observed loss amounts: which of them may serve as severities, in one currency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict

from governance.kernel.errors import InputError
from governance.kernel.money import Currency
from governance.kernel.rows import open_rows, read_csv
from governance.kernel.value import Value, parse
from governance.risk.estimate.rates import Day, RateTable
from governance.risk.inputs.fields import NonNegative


def _blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


class LossAmount(Value):
    """One published amount; columns that are not named here are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    amount: NonNegative
    date: Annotated[Day | None, BeforeValidator(_blank)] = None
    currency: Annotated[Currency | None, BeforeValidator(_blank)] = None
    ai_domain: str | None = None
    loss_type: str | None = None
    basis: str = "point"
    quality_flag: str | None = None
    source: str | None = None
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Amounts:
    """Amounts in one currency by domain, and how many rows were left out for which reason."""

    currency: str
    by_domain: dict[str, tuple[float, ...]]
    sources: dict[str, tuple[str, ...]]
    left_out: dict[str, int]


def read_amounts(path: str) -> list[LossAmount]:
    """Read a CSV with at least ``amount`` and ``currency``; errors name the line and the field."""
    with open_rows(path) as (stream, source):
        return [
            parse(LossAmount, {**row, "file": source, "line": line}, file=source, line=line)
            for line, row in read_csv(stream, source)
        ]


def usable_amounts(
    rows: Iterable[LossAmount],
    currency: str,
    rates: RateTable | None = None,
    *,
    skip_unconvertible: bool = False,
    codes: Mapping[str, str] | None = None,
) -> Amounts:
    """Return the amounts that describe one loss each, converted at the rate of their day.

    Left out, and counted: rows of no AI domain, totals over many losses, ranges, proceeds, rows
    flagged as outliers or claims, and rows without a currency. Raises InputError on a currency
    that no rate converts, unless those rows are to be skipped. ``codes`` turns the names of domains
    into their codes.
    """
    kept: dict[str, list[float]] = {}
    sources: dict[str, Counter[str]] = {}
    left_out: Counter[str] = Counter()
    for row in rows:
        reason = _unusable(row, currency)
        if reason is None:
            try:
                amount = _converted(row, currency, rates)
            except InputError as error:
                if not skip_unconvertible:
                    raise _at_row(error, row) from None
                reason = f"no rate from {row.currency} to {currency}"
        if reason is not None:
            left_out[reason] += 1
            continue
        domain = (codes or {}).get(str(row.ai_domain), str(row.ai_domain))
        kept.setdefault(domain, []).append(amount)
        sources.setdefault(domain, Counter())[row.source or "unnamed source"] += 1
    return Amounts(
        currency=currency,
        by_domain={domain: tuple(sorted(values)) for domain, values in kept.items()},
        sources={domain: tuple(names) for domain, names in sources.items()},
        left_out=dict(left_out),
    )


def _unusable(row: LossAmount, currency: str) -> str | None:
    flag = (row.quality_flag or "").lower()
    if not row.ai_domain:
        return "no AI domain"
    if row.basis != "point":
        return f"basis is {row.basis}, not the amount of one loss"
    if "outlier" in flag or "claimed" in flag:
        return "flagged as an outlier or a mere claim"
    if row.amount <= 0.0:
        return "amount is zero"
    if row.currency is None:
        return "no currency"
    if row.currency != currency and row.date is None:
        return "no date to convert at"
    return None


def _at_row(error: InputError, row: LossAmount) -> InputError:
    return InputError(
        error.message, file=row.file, line=row.line, field="currency", hint=error.hint
    )


def _converted(row: LossAmount, currency: str, rates: RateTable | None) -> float:
    if row.currency == currency:
        return row.amount
    if rates is None:
        raise InputError(
            f"an amount is in {row.currency}, not in {currency}, and no rate table is given",
            hint="give --rates FILE with columns date,currency,to,rate",
        )
    assert row.currency is not None and row.date is not None  # noqa: S101, PT018 - checked before
    return rates.convert(row.amount, row.currency, currency, row.date)
