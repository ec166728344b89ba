from __future__ import annotations

import json

import pytest

from cli.output import (
    make_table,
    note,
    print_error,
    print_error_json,
    print_json,
    print_json_line,
    say,
)
from governance.kernel.errors import InputError, UnauthenticatedError

HOSTILE = "a\x1b[2Jb\x9bc\u202egnp\u2066d\u200ee\u061cf\u200bg\x7fh\ufeffi\ud800j\u00adk"
HIDDEN = [character for character in HOSTILE if not character.isprintable()]


@pytest.mark.parametrize("show", [print_json, print_json_line])
def test_json_shows_what_would_be_unseen_and_means_the_same(
    show: object, capsys: pytest.CaptureFixture[str]
) -> None:
    show({"name": HOSTILE, HOSTILE: "żółw 漢"})  # type: ignore[operator]
    text = capsys.readouterr().out
    assert not [character for character in HIDDEN if character in text]
    assert "\\u202e" in text
    assert "żółw 漢" in text
    assert json.loads(text) == {"name": HOSTILE, HOSTILE: "żółw 漢"}


def test_errors_remarks_and_tables_show_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    note(HOSTILE)
    print_error(InputError(HOSTILE, file=HOSTILE, hint=HOSTILE))
    say(HOSTILE)
    columns = make_table(["a"], [[HOSTILE]]).columns
    cells = [str(cell) for column in columns for cell in column.cells]
    printed = capsys.readouterr()
    for text in (printed.err, printed.out, *cells):
        assert "\ufffd" in text
        assert not [character for character in HIDDEN if character in text]


def test_why_a_credential_is_refused_is_not_told_to_who_shows_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = UnauthenticatedError("the credential is not valid", reason="unknown_key", detail="two")
    print_error(error)
    print_error_json(error)
    out, err = capsys.readouterr()
    assert json.loads(out)["error"] == {
        "code": "unauthenticated",
        "message": "the credential is not valid",
        "file": None,
        "line": None,
        "field": None,
        "hint": None,
    }
    assert err == "error: the credential is not valid\n"
