"""People of a database beside its local user, who act by tokens."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout

import pytest

from cli.main import run

TOKEN = "UNDERWRITER_TOKEN"


def token_of(name: str, *roles: str) -> str:
    """Return a token of a person, made by the local user; who is not there yet is added.

    The database is the one of the environment.
    """
    given = [part for role in roles for part in ("--role", role)]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as printed:
        patch.delenv(TOKEN, raising=False)
        assert run(["principal", "add", name, *given]) == 0
        assert run(["token", "create", name, "--json"]) == 0
    return str(json.loads(printed.getvalue())["token"])
