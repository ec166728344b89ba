"""The four robustness dimensions and the tiers, in the one order that every module uses."""

from __future__ import annotations

from typing import Literal

Dimension = Literal["cc", "er", "as"]
AnyDimension = Literal["cc", "er", "as", "ih"]
Basis = Literal["point", "bound"]
Evidence = Literal["verified", "declared"]
AsVariant = Literal["as_svs", "as_paper"]

GATING: tuple[Dimension, ...] = ("cc", "er", "as")
DIMENSIONS: tuple[AnyDimension, ...] = ("cc", "er", "as", "ih")
TIERS = 5  # T1..T5; T0 is what an agent has without any certified authority

DIMENSION_NAMES: dict[str, str] = {
    "cc": "constraint compliance (CC)",
    "er": "epistemic robustness (ER)",
    "as": "behavioural alignment (AS)",
    "ih": "freedom from intrinsic hallucination (IH*)",
}
