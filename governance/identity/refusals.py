"""Refused credentials, counted: one event an hour for each reason, however often somebody tries."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from governance.identity.principals import NOBODY
from governance.kernel.errors import StorageError, UnauthenticatedError
from governance.store.principals import RefusalCount
from governance.store.store import Store

KEPT = timedelta(days=90)


def count_refusal(store: Store, refusal: UnauthenticatedError) -> None:
    """Count a refusal; the first of its kind in an hour is an event with the count before it.

    Kinds are the reasons, for each token that exists: what a guesser makes up is counted as one.
    Where the database cannot be written, the refusal stands uncounted.
    """
    reason, subject = refusal.reason, refusal.subject or ""
    with suppress(StorageError), store.acting_as(NOBODY).write() as transaction:
        hour = transaction.now.replace(minute=0, second=0, microsecond=0)
        row = transaction.session.get(RefusalCount, (reason, subject, hour))
        if row is not None:
            row.count += 1
            return
        before = _count_before(transaction.session, reason, subject)
        transaction.session.execute(
            delete(RefusalCount).where(RefusalCount.hour < transaction.now - KEPT)
        )
        transaction.session.add(RefusalCount(reason=reason, subject=subject, hour=hour, count=1))
        transaction.record(
            "credential.refused", subject or "credential", {"reason": reason, "before": before}
        )


def _count_before(session: Session, reason: str, subject: str) -> int:
    total = select(func.sum(RefusalCount.count)).where(
        RefusalCount.reason == reason, RefusalCount.subject == subject
    )
    return int(session.scalar(total) or 0)
