"""The operations `database.*` as methods.

Written from the catalogue by `make docs`; `make check` fails where the two differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.api.asking import Area
from governance.api.waiting import AsyncArea, Awaited

if TYPE_CHECKING:
    from pathlib import Path

    from governance.operations.installation import BackedUp, Moved, Restored


class Database(Area):
    """The operations `database.*`."""

    def upgrade(self, *, revision: str = "head") -> Moved:
        """Move the database up to a revision, in one transaction."""
        from governance.operations import installation as handlers

        return self._ask(handlers.upgrade, revision=revision)

    def downgrade(self, *, revision: str = "head") -> Moved:
        """Move the database down to a revision; what the dropped tables held is lost."""
        from governance.operations import installation as handlers

        return self._ask(handlers.downgrade, revision=revision)

    def backup(self, *, file: str | Path) -> BackedUp:
        """Write all rows to one file that restores on SQLite and on PostgreSQL."""
        from governance.operations import installation as handlers

        return self._ask(handlers.backup, file=file)

    def restore(self, *, file: str | Path) -> Restored:
        """Fill an empty database from a backup and verify its ledger; all or nothing."""
        from governance.operations import installation as handlers

        return self._ask(handlers.restore, file=file)


class AsyncDatabase(AsyncArea):
    """The same, awaited."""

    upgrade = Awaited(Database.upgrade)
    downgrade = Awaited(Database.downgrade)
    backup = Awaited(Database.backup)
    restore = Awaited(Database.restore)
