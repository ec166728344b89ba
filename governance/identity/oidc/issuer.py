"""One provider in use: from a browser that came back, or a service's token, to who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from governance.identity.oidc import flow
from governance.identity.oidc.configuration import Configuration
from governance.identity.oidc.discovery import Provider, discover
from governance.identity.oidc.keys import KeyCache
from governance.identity.oidc.mapping import ExternalIdentity, identity
from governance.identity.oidc.purposes import verify_access_token
from governance.identity.oidc.refusals import refused
from governance.identity.oidc.remembered import Remembered
from governance.identity.oidc.signatures import require_extra
from governance.identity.oidc.tokens import Trust
from governance.identity.oidc.web import Web
from governance.kernel.ids import RandomBytes

FRESH = timedelta(days=1)
USABLE = timedelta(days=7)  # where it does not answer; its keys are kept for less


@dataclass(frozen=True)
class _Found:
    provider: Provider
    trust: Trust


class Issuer:
    """The configured provider; threads may share it. Nothing is asked before it is needed.

    Every method raises ProviderError where the provider does not answer.
    """

    def __init__(self, configuration: Configuration, web: Web) -> None:
        """Raise MissingExtraError where joserfc is not installed."""
        require_extra()
        self._configuration, self._web = configuration, web
        self._found = Remembered(self._discover, fresh=FRESH, usable=USABLE)

    def begin(
        self, redirect: str, random_bytes: RandomBytes, now: datetime
    ) -> tuple[str, flow.Pending]:
        """Return where to send the browser, and what to keep with its session until it is back."""
        provider = self._found.get(now).provider
        return flow.begin(provider, self._configuration.client, redirect, random_bytes, now)

    def finish(
        self, pending: flow.Pending, answer: Mapping[str, str], now: datetime
    ) -> ExternalIdentity:
        """Return the person who came back; raises UnauthenticatedError.

        ``pending`` must be taken out of where it is kept first, so that it is used once.
        """
        found = self._found.get(now)
        token = flow.finish(
            found.provider,
            self._configuration.client,
            pending,
            answer,
            trust=found.trust,
            web=self._web,
            now=now,
        )
        return identity(token, "person", self._configuration.roles)

    def service(self, token: str, now: datetime) -> ExternalIdentity:
        """Return the service that shows an access token; raises UnauthenticatedError.

        Without ``oidc_audience`` in the settings no token of a service is valid.
        """
        audience = self._configuration.audience
        if audience is None:
            raise refused("wrong_audience", "no oidc_audience is set")
        client_id = self._configuration.client.id
        trust = self._found.get(now).trust
        opened = verify_access_token(token, trust, audience=audience, client_id=client_id, now=now)
        return identity(opened, "service", self._configuration.roles)

    def _discover(self) -> _Found:
        configuration = self._configuration
        provider = discover(configuration.issuer, self._web, configuration.algorithms)
        keys = KeyCache(provider.jwks_uri, self._web)
        return _Found(provider, Trust(provider.issuer, configuration.algorithms, keys))
