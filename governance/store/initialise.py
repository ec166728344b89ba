"""Making a database ours: migrations, identity row, first ledger event."""

from __future__ import annotations

from sqlalchemy import select

from governance import __version__
from governance.store.engine import use_write_ahead_log
from governance.store.identity import APPLICATION, StoreIdentity
from governance.store.migrate import upgrade
from governance.store.revision import require_current, store_state
from governance.store.store import Store, translated_errors


def initialise(store: Store) -> bool:
    """Create or complete the schema; returns False where the database was ready already.

    Raises StorageError where the database belongs to something else or needs an upgrade.
    """
    state = store_state(store.engine)
    if state.state in ("foreign", "newer", "older"):
        require_current(store.engine)
    if state.state == "empty":
        with translated_errors():
            use_write_ahead_log(store.engine)
        upgrade(store.engine)
    with store.write() as transaction:
        if transaction.session.scalar(select(StoreIdentity)) is not None:
            return False
        transaction.session.add(
            StoreIdentity(id=1, application=APPLICATION, created_at=transaction.now)
        )
        transaction.record("store.created", "store", {"program": __version__})
    return True
