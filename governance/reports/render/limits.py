"""How much a template of the user may do: runs of loops and macros, text, time."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jinja2 import pass_context
from jinja2.exceptions import SecurityError

if TYPE_CHECKING:
    from jinja2.runtime import Context

MAX_STEPS = 500_000
MAX_TEXT = 128 * 1024 * 1024  # characters written, into macros and variables too
MAX_SECONDS = 10.0
MAX_MEMORY_BYTES = 1 << 30
MAX_DIGITS = 300


@dataclass
class Meter:
    """Counts what one rendering did, and stops it at the limits."""

    limited: bool
    steps: int = 0
    text: int = 0
    until: float = field(init=False)

    def __post_init__(self) -> None:
        self.until = time.monotonic() + MAX_SECONDS if self.limited else math.inf

    def step(self) -> None:
        """Count one run of a loop's body, a macro, a block or a template."""
        self.steps += 1
        if self.limited and self.steps > MAX_STEPS:
            raise SecurityError(f"it repeats more than {MAX_STEPS:,} times")
        if time.monotonic() > self.until:
            raise SecurityError(f"it takes longer than {MAX_SECONDS:g} s")

    def write(self, length: int) -> None:
        """Count characters."""
        self.text += length
        if self.limited and self.text > MAX_TEXT:
            raise SecurityError(f"it writes more than {MAX_TEXT // 2**20} MiB")


@pass_context
def count_steps(context: Context, weight: int) -> None:
    """Count one run of what stands around it, and as many characters of its own text."""
    meter: Meter = context.environment.meter  # type: ignore[attr-defined]
    meter.step()
    meter.write(abs(weight))
