"""Passwords and tokens kept out of sight: a type for URLs, and a net for any other text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import core_schema

HIDDEN = "***"
HIDDEN_TOKEN = "uw_..., hidden"  # noqa: S105 - what stands for one

# What ends the name of a secret, in a URL's query, in words of libpq, in JSON.
_NAMES = ("password", "passwd", "pwd", "token", "secret", "api_key", "apikey", "access_key")
_NAMES_IN_QUERIES = (*_NAMES, "key", "auth", "sig", "signature")
_SIGNS_OF_URL = (":/", "@", "sql:", "%3a")  # without one of them no URL holds a password
_LONGEST = 4096  # letters of a password; bounds how far one look goes

_SCHEME = (
    r"(?P<scheme>:/+|\b(?:postgres(?:ql)?|mysql|mariadb|sqlite|mssql|oracle|mongodb|redis|https?)"
    r"(?:\+\w+)?:(?!/))"
)
# A port, where a password could stand: nothing is hidden then, unless an @ follows at once.
_NO_PORT = r"(?!\d*(?:[/?#\s\"',;:.)\]]|$))"
# The password of a malformed URL may hold anything, so it goes up to the last @.
_USER_AND_PASSWORD = re.compile(
    rf"{_SCHEME}(?P<user>[^:/\s]*):"
    rf"(?:\S{{0,{_LONGEST}}}@|{_NO_PORT}[^\n]{{0,{_LONGEST}}}@)",
    re.IGNORECASE,
)
_PASSWORD_WITHOUT_HOST = re.compile(
    rf"{_SCHEME}(?P<user>[^:/\s@\[\]]*):{_NO_PORT}[^\s\"'>)\]@]+(?!\S*@)", re.IGNORECASE
)
_USER_OF_WEB = re.compile(r"(?P<scheme>\bhttps?:/+)[^\s/?#@:]+@", re.IGNORECASE)
_ENCODED_URL = re.compile(r"(?P<scheme>%3a(?:%2f)+)\S*%40", re.IGNORECASE)
_NAMED = re.compile(
    r"(?<![\w%.-])(?P<name>[\w%.-]+)(?P<sign>\s*=\s*)"
    r"(?:'(?:[^'\\]|\\.)*'?|\"(?:[^\"\\]|\\.)*\"?"
    r"|(?:\\.|(?!&[\w%.-]+=)\S)+?(?=['\")\],.:]{0,4}(?:&[\w%.-]+=|\s|$)))"
)
_IN_JSON = re.compile(
    r"(?P<before>[\"'][\w.-]*(?:" + "|".join(_NAMES) + r")[\"']\s*:\s*)"
    r"(?:\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?)",
    re.IGNORECASE,
)
_AUTHORIZATION = re.compile(
    r"(?P<before>\bauthorization[\"']?\s*[:=]\s*[\"']?(?:bearer|basic|token|digest)\s+)[^\s\"',]+",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?P<before>\b(?:[Bb]earer|BEARER)\s+)[\w.~+/=-]{8,}")
_TOKEN = re.compile(r"uw_[A-Za-z0-9]+_[A-Za-z0-9_-]+")


def without_secrets(text: str) -> str:
    """Return the text with passwords, keys and tokens replaced by ``***``.

    Hidden are the password of any URL, malformed ones too, what stands under a name such as
    ``password`` in a query, in words of libpq or in JSON, API tokens, and what a header proves
    itself with. Where it cannot be told, more is hidden than need be.
    """
    lowered = text.lower()
    if "uw_" in text:
        text = _TOKEN.sub(HIDDEN_TOKEN, text)
    if "authorization" in lowered or "bearer" in lowered:
        text = _AUTHORIZATION.sub(rf"\g<before>{HIDDEN}", text)
        text = _BEARER.sub(rf"\g<before>{HIDDEN}", text)
    if any(sign in lowered for sign in _SIGNS_OF_URL):
        text = _USER_AND_PASSWORD.sub(rf"\g<scheme>\g<user>:{HIDDEN}@", text)
        text = _PASSWORD_WITHOUT_HOST.sub(rf"\g<scheme>\g<user>:{HIDDEN}", text)
        text = _USER_OF_WEB.sub(rf"\g<scheme>{HIDDEN}@", text)
        text = _ENCODED_URL.sub(rf"\g<scheme>{HIDDEN}%40", text)
    if any(name in lowered for name in _NAMES):
        text = _IN_JSON.sub(rf'\g<before>"{HIDDEN}"', text)
    return _NAMED.sub(_hidden_if_secret, text) if "=" in text else text


def holds_token(text: str) -> bool:
    """Return whether an API token stands in a text."""
    return _TOKEN.search(text) is not None


def _hidden_if_secret(found: re.Match[str]) -> str:
    name = unquote(found["name"]).lower().replace("-", "_")
    in_query = found.string[: found.start()].endswith(("?", "&"))
    if name.endswith(_NAMES) or (in_query and name in _NAMES_IN_QUERIES):
        return f"{found['name']}{found['sign']}{HIDDEN}"
    return found[0]


class SecretUrl:
    """A URL, or a file's name, that shows no password as text, in `repr` or as JSON."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text as it was given, for whom it opens something."""
        return self._text

    def __str__(self) -> str:
        if "://" not in self._text:
            return without_secrets(self._text)
        # All of it is one URL, so that a blank inside does not end a password.
        return without_secrets(re.sub(r"\s", "%20", self._text))

    def __repr__(self) -> str:
        return f"SecretUrl({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretUrl) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Take text or an instance; JSON gets what `str` shows."""
        from pydantic_core import core_schema

        def taken(value: object) -> SecretUrl:
            if isinstance(value, cls):
                return value
            if isinstance(value, str):
                return cls(value)
            raise ValueError("Input should be a valid string")

        return core_schema.no_info_plain_validator_function(
            taken, serialization=core_schema.to_string_ser_schema()
        )
