"""Groups of a provider and roles here."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.identity.oidc.mapping import (
    MAX_NAME,
    ExternalIdentity,
    RoleMapping,
    groups_in,
    identity,
    role_mapping,
)
from governance.identity.oidc.tokens import OpenedToken
from governance.kernel.errors import InputError
from tests.identity.oidc.doubles import ISSUER, id_claims

ROLES = {"administrator", "agent", "auditor", "reader", "operator"}
MAPPING = role_mapping(
    {"risk": ["auditor", "reader"], "everyone": ["reader"], "none": []}, "groups", ROLES
)


def of(mapping: RoleMapping = MAPPING, **claims: Any) -> ExternalIdentity:
    return identity(OpenedToken(None, "RS256", (), id_claims(**claims)), "person", mapping)


def test_groups_give_the_roles_that_the_mapping_names() -> None:
    found = of(groups=["everyone", "risk", "risk", "unknown", "none"])
    assert found == ExternalIdentity(
        issuer=ISSUER, subject="f3b1", name="f3b1", kind="person", roles=("auditor", "reader")
    )
    assert of(groups="risk").roles == ("auditor", "reader")


@pytest.mark.parametrize(
    "groups",
    [None, "", [], "Risk", "risk everyone", "risk,everyone", [["risk"]], {"risk": 1}, 7, True,
     [7, None, {"a": "risk"}], "risk\u200b", ["administrator", "agent", "*"]],
)  # fmt: skip
def test_a_group_that_is_not_mapped_gives_nothing(groups: Any) -> None:
    assert of(groups=groups).roles == ()


@given(st.lists(st.text() | st.sampled_from(sorted(ROLES))))
def test_no_group_gives_a_role_that_the_mapping_does_not_name(groups: list[str]) -> None:
    assert set(of(groups=groups).roles) <= {"auditor", "reader"}


def test_administrator_and_agent_are_given_where_the_mapping_names_them_only() -> None:
    named = role_mapping({"admins": ["administrator"], "bots": ["agent"]}, "groups", ROLES)
    assert of(named, groups=["admins", "bots"]).roles == ("administrator", "agent")
    assert of(groups=["administrator", "agent", "admins", "bots"]).roles == ()
    assert of(role_mapping({}, "groups", ROLES), groups=["administrator"]).roles == ()


def test_a_role_that_there_is_not_is_an_error_that_names_its_group() -> None:
    with pytest.raises(InputError) as caught:
        role_mapping({"a": ["reader"], "risk team": ["auditor", "autitor"]}, "groups", ROLES)
    assert (caught.value.field, caught.value.message) == (
        "oidc_roles.risk team",
        "there is no role 'autitor'",
    )


@pytest.mark.parametrize(
    ("path", "claims", "expected"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["a", "b"]}}, ("a", "b")),
        ("realm_access.roles", {"realm_access.roles": "c", "realm_access": {"roles": "a"}}, ("c",)),
        ("https://example.org/groups", {"https://example.org/groups": ["a"]}, ("a",)),
        ("realm_access.roles", {"realm_access": ["roles"]}, ()),
        ("realm_access.roles", {"realm_access": "roles"}, ()),
        ("realm_access.roles", {}, ()),
        ("a..b", {"a": {"": {"b": "c"}}}, ("c",)),
        ("groups", {"groups": None}, ()),
    ],
)
def test_where_groups_are(path: str, claims: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert groups_in(claims, path) == expected


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "ada", "email": "a@example.org", "email_verified": True}, "ada"),
        ({"email": "a@example.org", "email_verified": True}, "a@example.org"),
        ({"email": "a@example.org"}, "f3b1"),
        ({"email": "a@example.org", "email_verified": "true"}, "f3b1"),
        ({"email": "a@example.org", "email_verified": 1}, "f3b1"),
        ({"preferred_username": ""}, "f3b1"),
        ({"preferred_username": 7}, "f3b1"),
        ({"preferred_username": " ada"}, "f3b1"),
        ({"preferred_username": "ada\n"}, "f3b1"),
        ({"preferred_username": "ada\u202e"}, "f3b1"),
        ({"preferred_username": "\ud800"}, "f3b1"),
        ({"preferred_username": "x" * (MAX_NAME + 1)}, "f3b1"),
        ({"preferred_username": "Ærøskøbing"}, "Ærøskøbing"),
    ],
)
def test_the_name_is_one_that_can_be_read(claims: dict[str, Any], name: str) -> None:
    assert of(**claims).name == name
