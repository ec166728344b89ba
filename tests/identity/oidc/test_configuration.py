"""The settings of a provider, checked when the program starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from governance.identity.oidc.configuration import configured
from governance.identity.oidc.signatures import ALGORITHMS
from governance.kernel.errors import InputError
from governance.kernel.settings import Settings, load_settings
from tests.identity.oidc.doubles import ISSUER

ROLES = {"auditor", "reader"}


def settings(**changes: Any) -> Settings:
    return Settings(**{"oidc_issuer": ISSUER, "oidc_client_id": "underwriter", **changes})


def test_nothing_is_configured_where_no_issuer_is() -> None:
    assert configured(Settings(), ROLES) is None


def test_what_is_left_out_has_its_default() -> None:
    found = configured(settings(), ROLES)
    assert found is not None
    assert (found.issuer, found.client.id, found.client.secret) == (ISSUER, "underwriter", None)
    assert (found.audience, found.algorithms) == (None, set(ALGORITHMS))
    assert (found.roles.claim, found.roles.roles) == ("groups", {})


def test_settings_come_from_a_file_and_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "underwriter.toml"
    file.write_text(
        f'oidc_issuer = "{ISSUER}"\noidc_client_id = "a"\noidc_client_secret = "hush"\n'
        'oidc_algorithms = ["ES256"]\n[oidc_roles]\nrisk = ["auditor"]\n'
    )
    monkeypatch.setenv("UNDERWRITER_CONFIG", str(file))
    found = configured(load_settings(), ROLES)
    assert found is not None
    assert (found.algorithms, found.roles.roles) == ({"ES256"}, {"risk": ("auditor",)})
    assert "hush" not in f"{found!r}{found}{found.model_dump_json()}"
    monkeypatch.setenv("UNDERWRITER_OIDC_ROLES", '{"all": ["reader"]}')
    monkeypatch.setenv("UNDERWRITER_OIDC_ALGORITHMS", '["RS256", "PS256"]')
    found = configured(load_settings(), ROLES)
    assert found is not None
    assert found.algorithms == {"RS256", "PS256"}
    assert found.roles.roles["all"] == ("reader",)


@pytest.mark.parametrize(
    ("name", "text"),
    [("OIDC_ROLES", "{"), ("OIDC_ROLES", "[]"), ("OIDC_ROLES", '{"a": "reader"}'),
     ("OIDC_ROLES", '{"a": [], "a": []}'), ("OIDC_ALGORITHMS", "RS256"),
     ("OIDC_ALGORITHMS", "{}")],
)  # fmt: skip
def test_a_variable_that_is_no_such_json_is_named(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"UNDERWRITER_{name}", text)
    with pytest.raises(InputError) as caught:
        load_settings()
    assert str(caught.value.field).startswith(name.lower())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"oidc_issuer": "http://login.example.org"}, "oidc_issuer"),
        ({"oidc_client_id": None}, "oidc_client_id"),
        ({"oidc_client_id": " "}, "oidc_client_id"),
        ({"oidc_client_secret": " "}, "oidc_client_secret"),
        ({"oidc_audience": " api"}, "oidc_audience"),
        ({"oidc_algorithms": []}, "oidc_algorithms"),
        ({"oidc_algorithms": ["RS256", "none"]}, "oidc_algorithms"),
        ({"oidc_algorithms": ["HS256"]}, "oidc_algorithms"),
        ({"oidc_roles": {"risk": ["autitor"]}}, "oidc_roles.risk"),
        ({"oidc_issuer": None}, "oidc_client_id"),
        ({"oidc_issuer": None, "oidc_client_id": None, "oidc_roles": {"a": []}}, "oidc_roles"),
        ({"oidc_issuer": None, "oidc_client_id": None, "oidc_audience": "a"}, "oidc_audience"),
    ],
)
def test_a_setting_at_fault_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        configured(settings(**changes), ROLES)
    assert caught.value.field == field
