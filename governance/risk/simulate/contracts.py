"""Contracts whose payments depend on the order of events in time."""

from __future__ import annotations

import math
from functools import partial
from typing import Annotated

import numpy as np
from pydantic import Field

from governance.kernel.value import Value
from governance.risk.arrays import FloatArray, as_floats
from governance.risk.compound.model import CompoundModel
from governance.risk.inputs.fields import NonNegative, Positive
from governance.risk.simulate.blocks import Block, run_blocks, split_blocks
from governance.risk.simulate.years import (
    check_simulated,
    factor_of,
    merged,
    shared_draws,
    simulated_events,
)


class ReinstatementContract(Value):
    """A per-event layer whose limit can be used up and bought back.

    It pays min(max(X - deductible, 0), limit) for each event until (1 + reinstatements) limits
    are paid in the year. Every reinstated amount costs ``premium`` x ``share`` x amount / limit,
    and ``pro_rata_time`` counts only the rest of the year.
    """

    deductible: NonNegative
    limit: Positive
    reinstatements: Annotated[int, Field(ge=0)] = 1
    premium: NonNegative = 0.0
    share: NonNegative = 1.0
    pro_rata_time: bool = False


class ContractFigures(Value):
    """Simulated payments and reinstatement premiums of a contract, with standard errors."""

    expected_payment: float
    payment_error: float
    expected_premium: float
    premium_error: float
    prob_exhausted: float
    years: int


def simulate_contract(
    model: CompoundModel,
    contract: ReinstatementContract,
    years: int,
    *,
    seed: int,
    workers: str | int = 1,
) -> ContractFigures:
    """Return what a contract with reinstatements pays in simulated years, event by event.

    Raises InputError on a shared factor given by quadrature nodes only.
    """
    check_simulated(model)
    function = partial(_block, model, contract)
    parts = run_blocks(function, split_blocks(years, seed), workers)
    paid, premium = (np.concatenate([part[i] for part in parts]) for i in range(2))
    most = contract.limit * (1 + contract.reinstatements)
    root = math.sqrt(years)
    return ContractFigures(
        expected_payment=float(paid.mean()),
        payment_error=float(paid.std(ddof=1)) / root,
        expected_premium=float(premium.mean()),
        premium_error=float(premium.std(ddof=1)) / root,
        prob_exhausted=float((paid >= most * (1.0 - 1e-12)).mean()),
        years=years,
    )


def _block(
    model: CompoundModel, contract: ReinstatementContract, block: Block
) -> tuple[FloatArray, FloatArray]:
    generator = block.generator()
    factor = shared_draws(model, generator, block.years)
    events = [
        simulated_events(term, generator, block.years, factor_of(model, term, factor))
        for term in model.terms
    ]
    where, when, losses = merged(events)
    layered = np.clip(losses - contract.deductible, 0.0, contract.limit)
    running = np.cumsum(layered)
    starts = np.searchsorted(where, np.arange(block.years))
    offset = np.append(0.0, running)[starts][where]
    most = contract.limit * (1 + contract.reinstatements)
    upto = np.minimum(running - offset, most)
    before = np.minimum(running - layered - offset, most)
    restorable = contract.limit * contract.reinstatements
    restored = np.minimum(upto, restorable) - np.minimum(before, restorable)
    time = 1.0 - when if contract.pro_rata_time else np.ones(when.size)
    price = contract.premium * contract.share / contract.limit
    paid = np.bincount(where, weights=upto - before, minlength=block.years)
    premium = np.bincount(where, weights=restored * time * price, minlength=block.years)
    return as_floats(paid), as_floats(premium)
