"""Who sits at the database itself: the operating system's user, or PostgreSQL's session user."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from governance.kernel import system

_USER = text("SELECT session_user")
_OWNS = text(
    "SELECT r.rolsuper OR d.datdba = r.oid FROM pg_catalog.pg_roles r, "
    "pg_catalog.pg_database d "
    "WHERE r.rolname = session_user AND d.datname = current_database()"
)


def local_user(session: Session) -> str:
    """Return the local user: on PostgreSQL whom the server let in, not a name that a client sends.

    On SQLite it is the user whose rights the process has.
    """
    if session.get_bind().dialect.name == "postgresql":
        return str(session.execute(_USER).scalar_one())
    return system.operating_system_user()


def owns(session: Session) -> bool:
    """Return whether the local user owns the database: its file, or the one on the server."""
    bind = session.get_bind()
    if bind.dialect.name == "postgresql":
        return bool(session.execute(_OWNS).scalar())
    file = bind.engine.url.database
    if file in (None, "", ":memory:") or not hasattr(os, "geteuid"):
        return True
    return os.geteuid() in (0, Path(str(file)).stat().st_uid)
