"""Simulated years come in blocks, each with a random stream of its own.

Block k draws from the k-th child of one SeedSequence, whoever computes it: results do not depend
on the number of workers, nor on whether they are local processes or a Ray cluster.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from governance.kernel.errors import InputError, MissingExtraError, StorageError
from governance.kernel.secrets import without_secrets

BLOCK_YEARS = 1 << 14  # a block's arrays stay in the cache
MOST_YEARS = 10**9

ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Block:
    """A number of years with the seed of their random stream."""

    index: int
    years: int
    seed: int

    def generator(self) -> np.random.Generator:
        """Return the block's own generator: child ``index`` of the seed's sequence."""
        sequence = np.random.SeedSequence(self.seed, spawn_key=(self.index,))
        return np.random.Generator(np.random.SFC64(sequence))


def split_blocks(years: int, seed: int, block_years: int = BLOCK_YEARS) -> list[Block]:
    """Return the blocks that make up a number of years; raises InputError out of range."""
    if not 1 <= years <= MOST_YEARS:
        raise InputError(f"{years} simulated years cannot be", field="years")
    full, rest = divmod(years, block_years)
    sizes = [block_years] * full + ([rest] if rest else [])
    return [Block(index, size, seed) for index, size in enumerate(sizes)]


def run_blocks(
    function: Callable[[Block], ResultT], blocks: Sequence[Block], workers: str | int = 1
) -> list[ResultT]:
    """Return the function's result for every block, in order, the same for any workers.

    ``workers`` is a number of local processes (1: none but this one), ``ray`` for a Ray cluster
    on this machine, or ``ray://host:port`` for a running one; the function and its results must
    pickle. Raises MissingExtraError without Ray, StorageError where the cluster fails.
    """
    if isinstance(workers, str) and workers.startswith("ray"):
        return _on_ray(function, blocks, workers)
    count = _local_workers(workers)
    if count == 1 or len(blocks) == 1:
        return [function(block) for block in blocks]
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        return list(pool.map(function, blocks, chunksize=max(1, len(blocks) // (4 * count))))


def _local_workers(workers: str | int) -> int:
    try:
        count = int(workers)
    except ValueError:
        raise InputError(
            f"{workers!r} names no workers",
            field="workers",
            hint="a number, ray or ray://host:port",
        ) from None
    if count < 1:
        raise InputError(f"{count} workers cannot be", field="workers")
    return count


def _apply(function: Callable[[Block], ResultT], block: Block) -> ResultT:
    return function(block)


def _on_ray(
    function: Callable[[Block], ResultT], blocks: Sequence[Block], address: str
) -> list[ResultT]:
    try:
        module: Any = importlib.import_module("ray")
    except ImportError:
        raise MissingExtraError("simulation on Ray", "ray") from None
    started = not module.is_initialized()
    if started:
        where = {"address": address} if address.startswith("ray://") else {}
        module.init(include_dashboard=False, log_to_driver=False, **where)
    try:
        task, shared = module.remote(_apply), module.put(function)
        return list(module.get([task.remote(shared, block) for block in blocks]))
    except module.exceptions.RayError as error:
        raise StorageError(f"the Ray cluster failed: {without_secrets(str(error))}") from error
    finally:
        if started:
            module.shutdown()
