"""Certificates of agents: shown, checked, revoked; the keys that sign them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from governance.gate.certificate.verify import Verification
from governance.kernel.value import IsoTime, Value, value_of
from governance.operations.agents import WithReason
from governance.operations.requests import AgentNamed, Nothing, TextFile, UtcTime
from governance.operations.work import Reading, Running, Work, Writing


class ShowCertificate(AgentNamed):
    """An agent's certificate in one of its forms."""

    format: Annotated[
        Literal["json", "html", "credential"],
        Field(description="A file, a page that verifies offline, or a W3C credential."),
    ] = "json"


class CertificateText(Value):
    """A certificate as text."""

    format: str
    text: str


class VerifyCertificate(Value):
    """A certificate, the keys that one trusts, and what the agent is made of now."""

    certificate: Annotated[TextFile, Field(description="Certificate as JSON or HTML.")]
    trust: Annotated[TextFile | None, Field(description="Trust file, or a key in PEM.")] = None
    public_key: Annotated[str | None, Field(description="Public key in base64.")] = None
    digests: Annotated[tuple[str, ...], Field(description="NAME=sha256:... as it is now.")] = ()
    at: Annotated[UtcTime | None, Field(description="Moment to check for; else now.")] = None


class Revoked(Value):
    """A certificate that is void from now on."""

    agent: str
    certificate: str
    void: str | None


class KeyShown(Value):
    """A signing key, in use or retired; its private part never leaves the database."""

    id: str
    number: int
    public_key: str
    created_at: IsoTime
    retired_at: IsoTime | None


class KeyInUse(Value):
    """The key that signs from now on."""

    id: str
    number: int
    public_key: str


def show(work: Running, request: ShowCertificate) -> CertificateText:
    """Show the certificate of an agent's last certification."""
    from governance.registry.agents import find_agent
    from governance.registry.certificates import (
        below_certificate,
        certificate_text,
        stored_certificate,
    )
    from governance.registry.keys import open_signing_key
    from governance.store.past import present

    with work.store.read() as session:
        agent = find_agent(session, request.agent)
        document = stored_certificate(session, agent)
        below = below_certificate(session, agent, present(session, work.now))
    key = None
    if request.format == "credential":
        with work.write() as transaction:
            key = open_signing_key(transaction, work.place.password)
    text = certificate_text(document, request.format, key, work.now)
    if below is not None:
        work.remark(below)
    return CertificateText(format=request.format, text=text)


def verify(work: Work, request: VerifyCertificate) -> Verification:
    """Check a certificate without a database: signature, time, digests, decision, decay."""
    from governance.gate.certificate.page import certificate_in
    from governance.gate.certificate.verify import verify_certificate
    from governance.kernel.documents import parse_json
    from governance.registry.trust_file import expected_digests, trust_in, trusted_key

    given = request.certificate
    text = certificate_in(given.text) or given.text
    store, revocations = None, None
    if request.public_key is not None:
        store = trusted_key(request.public_key)
    elif request.trust is not None:
        store, revocations = trust_in(request.trust.text, request.trust.name)
    return verify_certificate(
        parse_json(text, given.name),
        at=work.now if request.at is None else request.at,
        store=store,
        revocations=revocations,
        expected=expected_digests(request.digests),
    )


def revoke(work: Writing, request: WithReason) -> Revoked:
    """Revoke the certificate of an agent; it stands at T0 from now on."""
    from governance.registry.agents import find_agent
    from governance.registry.certificates import revoke_certificate

    agent = find_agent(work.session, request.agent)
    row = revoke_certificate(work.transaction, agent, request.reason)
    return Revoked(agent=agent.name, certificate=row.id, void=row.void_reason)


def trust(work: Writing, request: Nothing) -> dict[str, Any]:
    """Return what a stranger needs to check certificates: root key, rotations, revocations."""
    from governance.registry.keys import trust_file

    return trust_file(work.transaction, work.place.password)


def keys(work: Reading, request: Nothing) -> list[KeyShown]:
    """List the signing keys, in use and retired."""
    from governance.registry.keys import list_keys

    return [value_of(KeyShown, key) for key in list_keys(work.session)]


def rotate(work: Writing, request: Nothing) -> KeyInUse:
    """Retire the signing key and make a new one, which the old one vouches for."""
    from governance.registry.keys import rotate_signing_key

    return value_of(KeyInUse, rotate_signing_key(work.transaction, work.place.password))
