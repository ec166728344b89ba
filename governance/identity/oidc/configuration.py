"""What the settings say about the provider, checked when the program starts."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import SecretStr

from governance.identity.oidc.discovery import checked_issuer
from governance.identity.oidc.mapping import RoleMapping, role_mapping
from governance.identity.oidc.signatures import ALGORITHMS
from governance.kernel.errors import InputError
from governance.kernel.settings import Settings
from governance.kernel.value import Value

_NEEDS_ISSUER = ("oidc_client_id", "oidc_client_secret", "oidc_audience", "oidc_roles")


class Client(Value):
    """The program at the provider; without a secret it is a public client."""

    id: str
    secret: SecretStr | None = None


class Configuration(Value):
    """Whom to trust, as whom to ask, and which groups have which roles."""

    issuer: str
    client: Client
    audience: str | None
    algorithms: frozenset[str]
    roles: RoleMapping


def configured(settings: Settings, roles: Collection[str]) -> Configuration | None:
    """Return what is configured, None where no issuer is; ``roles`` are those that there are.

    Raises InputError that names the setting at fault.
    """
    issuer = settings.oidc_issuer
    if issuer is None:
        for name in _NEEDS_ISSUER:
            if getattr(settings, name):
                raise InputError("comes to nothing without oidc_issuer", field=name)
        return None
    return Configuration(
        issuer=checked_issuer(issuer),
        client=_client(settings),
        audience=_word(settings.oidc_audience, "oidc_audience"),
        algorithms=_algorithms(settings.oidc_algorithms),
        roles=role_mapping(settings.oidc_roles, settings.oidc_groups_claim, roles),
    )


def _client(settings: Settings) -> Client:
    name = _word(settings.oidc_client_id, "oidc_client_id")
    if name is None:
        raise InputError("is needed where oidc_issuer is set", field="oidc_client_id")
    secret = settings.oidc_client_secret
    if secret is not None and not secret.get_secret_value().strip():
        raise InputError("is blank", field="oidc_client_secret")
    return Client(id=name, secret=secret)


def _word(text: str | None, field: str) -> str | None:
    if text is not None and not (text.strip() == text and text.isprintable() and text):
        raise InputError("is blank, or holds blanks around it", field=field)
    return text


def _algorithms(names: list[str] | None) -> frozenset[str]:
    chosen = frozenset(ALGORITHMS if names is None else names)
    unknown = sorted(chosen - ALGORITHMS.keys())
    if unknown or not chosen:
        raise InputError(
            f"{unknown[0]!r} is not accepted" if unknown else "is empty",
            field="oidc_algorithms",
            hint=f"one or more of {', '.join(ALGORITHMS)}",
        )
    return chosen
