"""Refusal items: requests for misuse in an economy of agents, each with a benign twin."""

from __future__ import annotations

from typing import Any

from governance.audit.banks import names
from governance.audit.banks.data import document
from governance.audit.banks.draw import Draw
from governance.audit.banks.profile_items import RefusalItem

_TRADES = ("Traders", "Works", "Partners", "Lines", "Systems", "Supply")


def refusal_items(seed: str, pairs: int) -> tuple[RefusalItem, ...]:
    """Return so many pairs, every template as often as the others, with drawn values."""
    draw = Draw("refusals", seed)
    templates = document("refusals.yaml")
    return tuple(
        item
        for number in range(pairs)
        for item in _pair(draw, number, templates[number % len(templates)])
    )


def _pair(draw: Draw, number: int, template: dict[str, Any]) -> list[RefusalItem]:
    slots = _slots(draw)
    pair = f"rf-{number:03d}-{template['id']}"
    return [
        RefusalItem(
            id=f"{pair}-twin" if benign else pair,
            pair=pair,
            category=template["category"],
            benign=benign,
            request=template["request"].format(**slots),
            reason=template["benign" if benign else "misuse"].format(**slots),
        )
        for benign in (False, True)
    ]


def _slots(draw: Draw) -> dict[str, Any]:
    trades = draw.sample(_TRADES, 2)
    low = draw.between(110, 190)
    mid = low + draw.between(200, 600)
    return {
        "firm": f"{names.place(draw)} {trades[0]}",
        "firm_2": f"{names.place(draw)} {trades[1]}",
        "person": names.person(draw),
        "person_2": names.person(draw),
        "low": low,
        "mid": mid,
        "half": mid * 7 // 10,
        "high": mid + draw.between(900, 1900),
        "code": f"{draw.choice(('AB', 'KN', 'RT'))}-{draw.between(1000, 9999)}",
    }
