"""Stored risk runs as rows of a report, with what they rest on."""

from __future__ import annotations

from typing import Any, Literal

from governance.reports.model import Basis
from governance.reports.overview.model import ExposureRow, Ground
from governance.reports.sources import SourceBook
from governance.reports.words import mark
from governance.store.exposure import RiskRun
from taxonomy import Ontology

PARTS: tuple[Literal["frequency", "severity"], ...] = ("frequency", "severity")


def exposure_row(run: RiskRun, ontology: Ontology, book: SourceBook, portfolio: str) -> ExposureRow:
    """Return a stored run as a row; the domain's name is the ontology's."""
    result = run.result
    node = None if run.domain is None else ontology.nodes.get(run.domain)
    name = portfolio if run.domain is None else (node.name if node else run.domain)
    source = book.add(mark("risk run"), run.id, recorded_at=run.at, note=run.scenario_digest)
    return ExposureRow(
        domain=run.domain,
        name=name,
        basis=basis_of(run.basis),
        currency=run.currency,
        horizon_years=run.horizon_years,
        mean=result.get("mean"),
        sd=result.get("sd"),
        prob_zero=result.get("prob_zero"),
        var=_figures(result.get("var")),
        tvar=result.get("tvar") or {},
        lec=tuple((float(x), float(p)) for x, p in result.get("lec") or ()),
        error_bound=result.get("error_bound"),
        method=str(result.get("method") or ""),
        run_id=run.id,
        recorded_at=run.at,
        assumptions=str(run.basis.get("assumptions") or ""),
        grounds=grounds_of(run.basis),
        source=source,
    )


def grounds_of(basis: dict[str, Any]) -> tuple[Ground, ...]:
    """Return what frequency and severity of a run rest on, as its basis says."""
    found = []
    for part in PARTS:
        row = basis.get(part)
        if not isinstance(row, dict):
            continue
        events = row.get("annual_events")
        source = row.get("source") or (events.get("source") if isinstance(events, dict) else "")
        found.append(Ground(part=part, kind=str(row.get("kind", "")), words=str(source or "")))
    return tuple(found)


def _figures(values: dict[str, Any] | None) -> dict[str, float]:
    return {key: float(value) for key, value in (values or {}).items() if value is not None}


def basis_of(basis: dict[str, Any]) -> Basis:
    """Return what a run rests on: ``data`` or ``expert`` where all parts agree, else ``mixed``."""
    kinds = {_kind(basis[part]) for part in ("frequency", "severity") if part in basis}
    if kinds == {"data"}:
        return "data"
    return "expert" if kinds == {"expert"} else "mixed"


def _kind(part: Any) -> str:
    text = str(part.get("kind", part.get("basis", ""))) if isinstance(part, dict) else str(part)
    return text.split()[0].lower() if text.split() else ""
