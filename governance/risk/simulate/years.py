"""Simulated total losses of independent years."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np

from governance.kernel.errors import InputError
from governance.risk.arrays import FloatArray, IntArray, as_floats
from governance.risk.compound.model import NO_VARIANCE, CompoundModel, Term
from governance.risk.frequency import CountLaw, Poisson
from governance.risk.severity import SeverityLaw
from governance.risk.simulate.blocks import Block, run_blocks, split_blocks

_DENSE = 1.0  # expected events a year from which years are grouped by their count


def simulate_years(
    model: CompoundModel,
    years: int,
    *,
    seed: int,
    workers: str | int = 1,
    each: bool = False,
) -> FloatArray:
    """Return simulated totals of ``years`` years, shape (years,), or (terms, years) with ``each``.

    The same seed gives the same bits for any number of workers. Raises InputError on a shared
    factor given by quadrature nodes only.
    """
    check_simulated(model)
    function = partial(_block, model, each)
    parts = run_blocks(function, split_blocks(years, seed), workers)
    return np.concatenate(parts, axis=-1)


def _block(model: CompoundModel, each: bool, block: Block) -> FloatArray:
    generator = block.generator()
    factor = shared_draws(model, generator, block.years)
    rows = [
        term_totals(term, generator, block.years, factor_of(model, term, factor))
        for term in model.terms
    ]
    if each:
        return np.stack(rows)
    total = rows[0]
    for row in rows[1:]:
        total += row
    return total


def check_simulated(model: CompoundModel) -> None:
    """Raise InputError on a shared factor given by quadrature nodes only."""
    if model.factor is not None and model.factor.nodes:
        raise InputError("a shared factor of this law is not simulated", field="dependence")


def shared_draws(
    model: CompoundModel, generator: np.random.Generator, years: int
) -> FloatArray | None:
    """Return the shared factor of each year, None where there is none."""
    factor = model.factor
    if factor is None or factor.variance < NO_VARIANCE:
        return None
    return generator.gamma(1.0 / factor.variance, factor.variance, years)


def factor_of(model: CompoundModel, term: Term, factor: FloatArray | None) -> FloatArray | None:
    """Return the factor of each year on a term's rate, None where it has none."""
    if factor is None or model.factor is None or term.name not in model.factor.members:
        return None
    return factor


def term_totals(
    term: Term,
    generator: np.random.Generator,
    years: int,
    factor: FloatArray | None = None,
) -> FloatArray:
    """Return the totals of one random sum for a number of years."""
    if factor is not None:
        counts = generator.poisson(term.count.mean * factor)
        return scattered(term.severity, generator, counts)
    if isinstance(term.count, Poisson) and term.count.rate < _DENSE:
        return _sparse(term, generator, years)
    return grouped(term.severity, generator, term.count, years)


def _sparse(term: Term, generator: np.random.Generator, years: int) -> FloatArray:
    """Draw the number of events of all years together and spread them over the years."""
    events = int(generator.poisson(term.count.mean * years))
    where = generator.integers(0, years, events)
    losses = term.severity.sample(generator, events)
    return as_floats(np.bincount(where, weights=losses, minlength=years))


def grouped(
    severity: SeverityLaw, generator: np.random.Generator, count: CountLaw, years: int
) -> FloatArray:
    """Return totals of independent years, built up from how many years have how many events.

    That tally is one multinomial draw. With years in falling order of their counts, the k-th
    losses of all years that have one are a contiguous stretch, added at once; the years are
    shuffled at the end.
    """
    tally = generator.multinomial(years, _masses(count))
    reached = years - np.cumsum(tally)  # years with more than k events
    sums = np.zeros(years)
    losses = severity.sample(generator, int(reached.sum()))
    start = 0
    for number in reached[reached > 0].tolist():
        sums[:number] += losses[start : start + number]
        start += number
    generator.shuffle(sums)
    return sums


@lru_cache(maxsize=256)
def _masses(count: CountLaw) -> FloatArray:
    masses = count.pmf(count.support())
    masses /= masses.sum()
    masses.flags.writeable = False
    return masses


def scattered(
    severity: SeverityLaw, generator: np.random.Generator, counts: IntArray
) -> FloatArray:
    """Return sums of ``counts`` losses each, by scattering every loss to its year."""
    losses = severity.sample(generator, int(counts.sum()))
    where = np.repeat(np.arange(counts.size), counts)
    return as_floats(np.bincount(where, weights=losses, minlength=counts.size))


def simulated_events(
    term: Term, generator: np.random.Generator, years: int, factor: FloatArray | None = None
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return (year, time within the year, loss) of every event, ordered by year and time."""
    if factor is None:
        counts = term.count.sample(generator, years)
    else:
        counts = generator.poisson(term.count.mean * factor)
    events = int(counts.sum())
    where = np.repeat(np.arange(years), counts)
    when = generator.random(events)
    order = np.lexsort((when, where))
    return where, when[order], term.severity.sample(generator, events)


def merged(
    parts: Sequence[tuple[IntArray, FloatArray, FloatArray]],
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return the events of several terms in one sequence ordered by year and time."""
    where = np.concatenate([part[0] for part in parts])
    when = np.concatenate([part[1] for part in parts])
    losses = np.concatenate([part[2] for part in parts])
    order = np.lexsort((when, where))
    return where[order], when[order], losses[order]
