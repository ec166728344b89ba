"""SQLite: INSERT OR REPLACE over a row of an append-only table is refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TRIGGERS = {
    "account_no_replace": "CREATE TRIGGER account_no_replace BEFORE INSERT ON account WHEN EXISTS (SELECT 1 FROM account WHERE (id = NEW.id) OR (id = NEW.id AND currency = NEW.currency) OR (rowid = NEW.rowid)) BEGIN SELECT RAISE(ABORT, 'account is append-only'); END",
    "audit_record_no_replace": "CREATE TRIGGER audit_record_no_replace BEFORE INSERT ON audit_record WHEN EXISTS (SELECT 1 FROM audit_record WHERE (id = NEW.id) OR (rowid = NEW.rowid)) BEGIN SELECT RAISE(ABORT, 'audit_record is append-only'); END",
    "control_assessment_no_replace": "CREATE TRIGGER control_assessment_no_replace BEFORE INSERT ON control_assessment WHEN EXISTS (SELECT 1 FROM control_assessment WHERE (id = NEW.id) OR (rowid = NEW.rowid)) BEGIN SELECT RAISE(ABORT, 'control_assessment is append-only'); END",
    "control_evidence_no_replace": "CREATE TRIGGER control_evidence_no_replace BEFORE INSERT ON control_evidence WHEN EXISTS (SELECT 1 FROM control_evidence WHERE (id = NEW.id) OR (rowid = NEW.rowid)) BEGIN SELECT RAISE(ABORT, 'control_evidence is append-only'); END",
    "incident_review_no_replace": "CREATE TRIGGER incident_review_no_replace BEFORE INSERT ON incident_review WHEN EXISTS (SELECT 1 FROM incident_review WHERE (id = NEW.id) OR (rowid = NEW.rowid)) BEGIN SELECT RAISE(ABORT, 'incident_review is append-only'); END",
    "ledger_checkpoint_no_replace": "CREATE TRIGGER ledger_checkpoint_no_replace BEFORE INSERT ON ledger_checkpoint WHEN EXISTS (SELECT 1 FROM ledger_checkpoint WHERE (rowid = NEW.rowid) OR (size = NEW.size)) BEGIN SELECT RAISE(ABORT, 'ledger_checkpoint is append-only'); END",
    "ledger_event_no_replace": "CREATE TRIGGER ledger_event_no_replace BEFORE INSERT ON ledger_event WHEN EXISTS (SELECT 1 FROM ledger_event WHERE (rowid = NEW.rowid) OR (sequence = NEW.sequence)) BEGIN SELECT RAISE(ABORT, 'ledger_event is append-only'); END",
    "policy_release_no_replace": "CREATE TRIGGER policy_release_no_replace BEFORE INSERT ON policy_release WHEN EXISTS (SELECT 1 FROM policy_release WHERE (id = NEW.id) OR (rowid = NEW.rowid)) BEGIN SELECT RAISE(ABORT, 'policy_release is append-only'); END",
    "policy_version_no_replace": "CREATE TRIGGER policy_version_no_replace BEFORE INSERT ON policy_version WHEN EXISTS (SELECT 1 FROM policy_version WHERE (digest = NEW.digest) OR (name = NEW.name AND version = NEW.version) OR (rowid = NEW.rowid)) BEGIN SELECT RAISE(ABORT, 'policy_version is append-only'); END",
    "posting_no_replace": "CREATE TRIGGER posting_no_replace BEFORE INSERT ON posting WHEN EXISTS (SELECT 1 FROM posting WHERE (rowid = NEW.rowid) OR (sequence = NEW.sequence AND line = NEW.line)) BEGIN SELECT RAISE(ABORT, 'posting is append-only'); END",
    "submission_no_replace": "CREATE TRIGGER submission_no_replace BEFORE INSERT ON submission WHEN EXISTS (SELECT 1 FROM submission WHERE (id = NEW.id) OR (rowid = NEW.rowid)) BEGIN SELECT RAISE(ABORT, 'submission is append-only'); END",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in TRIGGERS.values():
            op.execute(sa.text(statement))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in TRIGGERS:
            op.execute(sa.text(f"DROP TRIGGER {name}"))
