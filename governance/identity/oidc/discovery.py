"""What a provider says about itself (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from governance.identity.oidc.web import ProviderError, Web, is_trustworthy, json_object
from governance.kernel.errors import InputError
from governance.kernel.value import Value

PATH = "/.well-known/openid-configuration"
# Some providers give groups only where they are asked for them.
_SCOPES = ("profile", "email", "groups")


class Provider(Value):
    """A provider whose endpoints have been checked.

    ``algorithms``: those accepted here that it signs ID tokens with. ``names_itself``: whether it
    puts its issuer into the answer of a sign-in (RFC 9207). ``scopes``: what a sign-in asks for.
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    algorithms: tuple[str, ...]
    scopes: tuple[str, ...]
    names_itself: bool = False


class _Metadata(BaseModel):
    """The parts of the document that are read; of the others nothing is kept."""

    model_config = ConfigDict(extra="ignore", strict=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    scopes_supported: list[str] = ["profile", "email"]
    response_types_supported: list[str] = ["code"]
    code_challenge_methods_supported: list[str] = ["S256"]
    id_token_signing_alg_values_supported: list[str] = ["RS256"]
    authorization_response_iss_parameter_supported: bool = False


def checked_issuer(issuer: str) -> str:
    """Return an issuer that can be asked; raises InputError on another."""
    if not is_trustworthy(issuer):
        raise InputError(
            "needs an https URL without a query; http only on this machine itself",
            field="oidc_issuer",
            hint="for example https://login.example.org/realms/staff",
        )
    return issuer


def discover(issuer: str, web: Web, algorithms: Collection[str]) -> Provider:
    """Return what the provider says about itself.

    Raises ProviderError where it does not answer, calls itself otherwise, or can do nothing that is
    accepted here; InputError where the issuer is no such URL.
    """
    url = checked_issuer(issuer).rstrip("/") + PATH
    metadata = _metadata(json_object(web.get(url), url))
    if metadata.issuer != issuer:
        raise ProviderError(
            "the identity provider calls itself by another name than oidc_issuer",
            hint="give oidc_issuer exactly as the provider writes it, with or without a last /",
        )
    _check_endpoints(metadata, plain=not issuer.lower().startswith("https:"))
    return Provider(
        issuer=issuer,
        authorization_endpoint=metadata.authorization_endpoint,
        token_endpoint=metadata.token_endpoint,
        jwks_uri=metadata.jwks_uri,
        algorithms=_common(metadata, algorithms),
        scopes=("openid", *(one for one in _SCOPES if one in metadata.scopes_supported)),
        names_itself=metadata.authorization_response_iss_parameter_supported,
    )


def _metadata(data: dict[str, Any]) -> _Metadata:
    try:
        return _Metadata.model_validate(data)
    except ValidationError as error:
        field = error.errors()[0]["loc"][0]  # a name of ours, never text of the provider
        raise ProviderError(
            f"the identity provider's configuration has no usable {field}"
        ) from None


def _check_endpoints(metadata: _Metadata, *, plain: bool) -> None:
    """Refuse what is not https; an https issuer may not point at a plain server of this machine."""
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        base, _, query = str(getattr(metadata, name)).partition("?")
        printable = query.isascii() and query.isprintable() and not set(query) & set(" #")
        if not (is_trustworthy(base, plain=plain) and printable):
            raise ProviderError(f"the identity provider's {name} is no https URL")


def _common(metadata: _Metadata, algorithms: Collection[str]) -> tuple[str, ...]:
    if "code" not in metadata.response_types_supported:
        raise ProviderError("the identity provider has no authorization code flow")
    if "S256" not in metadata.code_challenge_methods_supported:
        raise ProviderError("the identity provider has no PKCE with S256")
    common = set(metadata.id_token_signing_alg_values_supported) & set(algorithms)
    if not common:
        raise ProviderError("the identity provider signs with no algorithm that is accepted here")
    return tuple(sorted(common))
