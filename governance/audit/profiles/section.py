"""The profiles' part of an audit's page."""

from __future__ import annotations

from html import escape

from governance.audit.profiles.report import Profiles
from governance.audit.profiles.table import CAPTION, COLUMNS, profile_notes, profile_rows

_NUMBERS_FROM = 2


def profiles_section(profiles: Profiles) -> str:
    """Return a section of HTML; empty where nothing was measured. Everything is escaped."""
    rows = profile_rows(profiles)
    if not rows:
        return ""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in COLUMNS)
    body = "".join(
        "<tr>" + "".join(_cell(index, value) for index, value in enumerate(row)) + "</tr>"
        for row in rows
    )
    notes = "".join(f"<li>{escape(text)}</li>" for text in profile_notes(profiles))
    return (
        f"<h2>Profiles</h2><p>{escape(CAPTION.removeprefix('profiles: ').capitalize())}.</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><ul>{notes}</ul>"
    )


def _cell(index: int, value: object) -> str:
    kind = " class='n'" if index >= _NUMBERS_FROM else ""
    return f"<td{kind}>{escape(str(value))}</td>"
