"""The kinds of reports: what each is about, its formats, and where its parts are."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from governance.kernel.errors import NotFoundError

if TYPE_CHECKING:
    from governance.reports.context import Context
    from governance.reports.document import Document, Sheet
    from governance.reports.model import Report
    from governance.reports.words import Words

Format = Literal["html", "md", "json", "pdf", "csv", "oscal", "zip"]
PAGES: tuple[Format, ...] = ("html", "md", "json", "pdf")


@dataclass(frozen=True)
class Kind:
    """One kind; its package has ``collect``, ``present``, and ``sheet`` or ``oscal`` if it may."""

    name: str
    package: str
    about: str
    formats: tuple[Format, ...]
    subject: Literal["agent", "incident", "system"] | None = None
    subject_required: bool = False

    def collect(self, context: Context) -> Report:
        """Collect the report from the store."""
        function: Callable[[Context], Report] = self._part("collect", "collect")
        return function(context)

    def present(self, report: Report, words: Words) -> Document:
        """Lay the report out."""
        function: Callable[[Report, Words], Document] = self._part("present", "present")
        return function(report, words)

    def sheet(self, report: Report) -> Sheet:
        """Return the report as one table of raw values."""
        function: Callable[[Report], Sheet] = self._part("present", "sheet")
        return function(report)

    def oscal(self, report: Report) -> dict[str, Any]:
        """Return the report as an OSCAL document."""
        function: Callable[[Report], dict[str, Any]] = self._part("oscal", "oscal")
        return function(report)

    def model(self) -> type[Report]:
        """Return the report's type."""
        found: type[Report] = self._part("model", "MODEL")
        return found

    def _part(self, module: str, name: str) -> Any:
        return getattr(importlib.import_module(f"governance.reports.{self.package}.{module}"), name)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "overview",
            "overview",
            "For the board: exposure, incidents, agents by tier, control coverage, what is not.",
            (*PAGES, "csv"),
        ),
        Kind(
            "soa",
            "soa",
            "Statement of applicability after ISO/IEC 42001: all 38 controls of Annex A.",
            (*PAGES, "csv", "oscal"),
        ),
        Kind(
            "nist-ai-rmf",
            "nist_ai_rmf",
            "Profile after the NIST AI RMF: current against target, by function and subcategory.",
            (*PAGES, "csv", "oscal"),
        ),
        Kind(
            "eu-ai-act",
            "eu_ai_act",
            "Each AI system against the AI Act: role and class as declared, evidence, gaps.",
            (*PAGES, "csv", "oscal"),
            subject="system",
        ),
        Kind(
            "risk-register",
            "risk_register",
            "Each threat domain: incidents, exposure and its basis, controls that answer it.",
            (*PAGES, "csv"),
        ),
        Kind(
            "treatment-plan",
            "treatment_plan",
            "Open actions on controls, overdue ones first, then where most is at stake.",
            (*PAGES, "csv", "oscal"),
        ),
        Kind(
            "agent",
            "agent",
            "One agent: certificate, evidence by dimension, decay outlook, attempts.",
            (*PAGES, "csv"),
            subject="agent",
            subject_required=True,
        ),
        Kind(
            "incident",
            "incident",
            "One incident: facts, code, losses, reporting duties with dates, what answers it.",
            (*PAGES, "csv"),
            subject="incident",
            subject_required=True,
        ),
        Kind(
            "evidence-pack",
            "evidence_pack",
            "Zip with reports, records, ledger, signed manifest and an offline verifier.",
            ("zip",),
        ),
    )
}


def find_kind(name: str) -> Kind:
    """Return a kind, or raise NotFoundError that lists all of them."""
    if name not in KINDS:
        raise NotFoundError(f"{name!r} is no kind of report", hint=f"one of {', '.join(KINDS)}")
    return KINDS[name]
