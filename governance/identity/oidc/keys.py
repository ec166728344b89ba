"""The public keys of a provider, as its key set changes (OpenID Connect Core 1.0, 10.1.1)."""

from __future__ import annotations

from datetime import datetime, timedelta

from governance.identity.oidc.refusals import refused
from governance.identity.oidc.remembered import Remembered
from governance.identity.oidc.signatures import SigningKey, read_key, require_extra
from governance.identity.oidc.web import ProviderError, Web, json_object

MAX_KEYS = 100
FRESH = timedelta(hours=1)  # a key that the provider takes back is used no longer than that
USABLE = timedelta(days=1)  # ... or than that where the provider does not answer


class KeyCache:
    """A provider's keys; threads may share it.

    An unknown key id makes it look again, at most once a minute, so that guessing does not reach
    the provider.
    """

    def __init__(self, uri: str, web: Web) -> None:
        """Raise MissingExtraError where joserfc is not installed."""
        require_extra()
        self._uri, self._web = uri, web
        self._set = Remembered(self._fetch, fresh=FRESH, usable=USABLE)

    def find(self, kid: str | None, algorithm: str, now: datetime) -> SigningKey:
        """Return the one key of that id that is for the algorithm.

        A token without an id is taken where just one key is for its algorithm. Raises
        UnauthenticatedError (unknown_key, bad_algorithm), ProviderError where no keys are known.
        """
        named = _named(self._set.get(now), kid)
        if not named:
            try:
                named = _named(self._set.again(now), kid)
            except ProviderError as error:
                raise refused("unknown_key", error.message) from None
        if not named:
            raise refused("unknown_key")
        fitting = [key for key in named if algorithm in key.algorithms]
        if not fitting:
            raise refused("bad_algorithm")
        if len(fitting) > 1:
            raise refused("unknown_key", "more than one key goes by that id")
        return fitting[0]

    def _fetch(self) -> tuple[SigningKey, ...]:
        data = json_object(self._web.get(self._uri), self._uri).get("keys")
        if not isinstance(data, list) or len(data) > MAX_KEYS:
            raise ProviderError(
                f"the identity provider's key set is no list of at most {MAX_KEYS} keys"
            )
        return tuple(key for one in data if (key := read_key(one)) is not None)


def _named(keys: tuple[SigningKey, ...], kid: str | None) -> list[SigningKey]:
    return [key for key in keys if kid is None or key.kid == kid]
