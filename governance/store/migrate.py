"""Moving a database to a revision."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from governance.kernel.errors import InputError
from governance.kernel.secrets import without_secrets
from governance.store.engine import writing
from governance.store.revision import migrations_folder, require_current, store_state
from governance.store.store import translated_errors


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for our migrations; no ``alembic.ini`` is read."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Move the database up to a revision, in one transaction."""
    _migrate(engine, revision, up=True)


def downgrade(engine: Engine, revision: str) -> None:
    """Move the database down to a revision (``base`` empties it), in one transaction."""
    _migrate(engine, revision, up=False)


def _migrate(engine: Engine, revision: str, *, up: bool) -> None:
    state = store_state(engine)
    if state.state in ("foreign", "newer"):
        require_current(engine)
    with translated_errors(), writing(engine).begin() as connection:
        config = alembic_config(connection)
        try:
            (command.upgrade if up else command.downgrade)(config, revision)
        except CommandError as error:
            raise InputError(without_secrets(str(error)), field="revision") from error
