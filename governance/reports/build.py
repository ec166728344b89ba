"""Building a report: read the store once, render in one format, give back the bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from governance.kernel.canonical import sha256_hex
from governance.kernel.errors import InputError
from governance.reports.context import Context
from governance.reports.document import Document
from governance.reports.evidence_pack.pack import RenderReport, build_pack
from governance.reports.kinds import Format, Kind, find_kind
from governance.reports.model import Report
from governance.reports.overview.model import Tolerance
from governance.reports.render.data import json_text, render_csv, render_json
from governance.reports.render.html import render_html
from governance.reports.render.markdown import render_markdown
from governance.reports.render.pdf import render_pdf
from governance.reports.theme import Theme
from governance.reports.words import Words, load_words
from governance.store.past import present
from governance.store.store import Store

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Renderer = Callable[[Report, Document, Words, Theme, Path | None], str]


@dataclass(frozen=True)
class Request:
    """What is asked for. ``at`` None: now, as the store's clock says."""

    kind: str
    format: Format = "html"
    subject: str | None = None
    at: datetime | None = None
    since: datetime | None = None
    language: str = "en"
    tolerance: Tolerance | None = None
    theme: Theme = field(default_factory=Theme)
    templates: Path | None = None
    # Opens the key that signs an evidence pack.
    password: bytes | None = field(default=None, repr=False)


def build(store: Store, request: Request) -> bytes:
    """Return the report's bytes; the same for the same state of the store and the same moment.

    Raises InputError on an unknown kind, format, subject or language, and for a moment that lies
    in the future.
    """
    kind = checked(request)
    key = _signing_key(store, request)
    with store.read() as session:
        if kind.package == "evidence_pack":
            return build_pack(
                _context(store, session, request), _parts(store, session, request), key
            )
        return render(kind, kind.collect(_context(store, session, request)), request)


def checked(request: Request) -> Kind:
    """Return the request's kind, or raise InputError on what does not fit together."""
    kind = find_kind(request.kind)
    if request.format not in kind.formats:
        raise InputError(
            f"{kind.name} is not made as {request.format}",
            field="format",
            hint=f"one of {', '.join(kind.formats)}",
        )
    if kind.subject_required and request.subject is None:
        raise InputError(
            f"the report {kind.name} is about one {kind.subject}: name it", field=kind.subject
        )
    return kind


def collect(store: Store, kind: Kind, request: Request) -> Report:
    """Read the store in one transaction and return the report."""
    with store.read() as session:
        return kind.collect(_context(store, session, request))


def _context(store: Store, session: Session, request: Request) -> Context:
    now = present(session, store.clock.now())
    at = now if request.at is None else request.at
    if at > now:
        raise InputError("lies in the future", field="at")
    if request.since is not None and request.since >= at:
        raise InputError("is not before the moment of the report", field="since")
    return Context(
        session=session,
        at=at,
        words=load_words(request.language),
        since=request.since,
        subject=request.subject,
        organisation=request.theme.organisation,
        tolerance=request.tolerance,
    )


def _signing_key(store: Store, request: Request) -> Ed25519PrivateKey | None:
    """Return the key in use, making the first one, where a pack is asked for with a password."""
    if request.kind != "evidence-pack" or request.password is None:
        return None
    from governance.registry.keys import open_signing_key

    with store.write() as transaction:
        return open_signing_key(transaction, request.password)


def _parts(store: Store, session: Session, request: Request) -> RenderReport:
    """Return how a pack gets the reports in it: all from the same session and moment."""
    moment = _context(store, session, request).at

    def part(name: str, form: str) -> tuple[Report, bytes]:
        own = replace(request, kind=name, format=form, at=moment, subject=None)  # type: ignore[arg-type]
        kind = find_kind(name)
        report = kind.collect(_context(store, session, own))
        return report, render(kind, report, own)

    return part


def render(kind: Kind, report: Report, request: Request) -> bytes:
    """Return a collected report in the format of the request."""
    words = load_words(request.language)
    if request.format == "json":
        return render_json(report).encode()
    if request.format == "csv":
        return render_csv(kind.sheet(report)).encode()
    if request.format == "oscal":
        return json_text(kind.oscal(report)).encode()
    if request.format == "md":
        return _page(kind, report, request, words, render_markdown).encode()
    page = _page(kind, report, request, words, render_html)
    if request.format == "pdf":
        return render_pdf(page, sha256_hex(page.encode()).encode())
    return page.encode()


def _page(kind: Kind, report: Report, request: Request, words: Words, renderer: Renderer) -> str:
    document = kind.present(report, words)
    return renderer(report, document, words, request.theme, request.templates)
