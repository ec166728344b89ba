"""The operations `certificates.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import Any, Literal

    from governance.gate.certificate.verify import Verification
    from governance.operations.agents_certificates import (
        CertificateText,
        KeyInUse,
        KeyShown,
        Revoked,
    )
    from governance.operations.requests import TextFile


class Certificates(Area):
    """The operations `certificates.*`."""

    def show(
        self, *, agent: str, format: Literal["json", "html", "credential"] = "json"
    ) -> CertificateText:
        """Show the certificate of an agent's last certification."""
        from governance.operations import agents_certificates as handlers

        return self._ask(handlers.show, agent=agent, format=format)

    def verify(
        self,
        *,
        certificate: str | Path | TextFile,
        trust: str | Path | TextFile | None = None,
        public_key: str | None = None,
        digests: Sequence[str] = (),
        at: datetime | None = None,
    ) -> Verification:
        """Check a certificate without a database: signature, time, digests, decision, decay."""
        from governance.operations import agents_certificates as handlers

        return self._ask(
            handlers.verify,
            certificate=certificate,
            trust=trust,
            public_key=public_key,
            digests=digests,
            at=at,
        )

    def revoke(self, *, agent: str, reason: str) -> Revoked:
        """Revoke the certificate of an agent; it stands at T0 from now on."""
        from governance.operations import agents_certificates as handlers

        return self._ask(handlers.revoke, agent=agent, reason=reason)

    def trust(self) -> dict[str, Any]:
        """Return what a stranger needs to check certificates: root key, rotations, revocations."""
        from governance.operations import agents_certificates as handlers

        return self._ask(handlers.trust)

    def keys(self) -> list[KeyShown]:
        """List the signing keys, in use and retired."""
        from governance.operations import agents_certificates as handlers

        return self._ask(handlers.keys)

    def rotate(self) -> KeyInUse:
        """Retire the signing key and make a new one, which the old one vouches for."""
        from governance.operations import agents_certificates as handlers

        return self._ask(handlers.rotate)


class AsyncCertificates(AsyncArea):
    """The same, awaited."""

    show = Awaited(Certificates.show)
    verify = Awaited(Certificates.verify)
    revoke = Awaited(Certificates.revoke)
    trust = Awaited(Certificates.trust)
    keys = Awaited(Certificates.keys)
    rotate = Awaited(Certificates.rotate)
