"""The treatment plan as an OSCAL plan of action and milestones."""

from __future__ import annotations

from governance.reports.oscal.common import (
    Json,
    line,
    metadata,
    oscal_id,
    person,
    prop,
    stable_uuid,
    text,
)
from governance.reports.treatment_plan.model import PlanItem, PlanReport

WORDS = {
    "assess": "Assess the control: nothing is known about it.",
    "verify": "Verify the control: it is declared, nobody has checked it.",
    "restore": "Restore the evidence: a file of it is missing or changed.",
    "review": "Review the control: the date of the next review has come.",
    "decide": "Decide whether the control applies.",
}


def plan_of_action(report: PlanReport) -> Json:
    """Return one item an action; a plan without actions has one item that says so."""
    items = [_item(item) for item in report.items] or [
        {
            "uuid": stable_uuid("poam-item", "none"),
            "title": "No open action",
            "description": "Every control is verified or declared inapplicable.",
        }
    ]
    return {
        "plan-of-action-and-milestones": {
            "uuid": stable_uuid("poam", report.model_dump_json()),
            "metadata": metadata(report.head),
            "system-id": {
                "identifier-type": "http://ietf.org/rfc/rfc4122",
                "id": stable_uuid("system", text(report.head.organisation or "organisation")),
            },
            "poam-items": items,
        }
    }


def _item(item: PlanItem) -> Json:
    props = [
        prop("control-id", oscal_id(item.control)),
        prop("action", item.action),
        prop("evidence-status", item.status),
        prop("incidents", str(item.incidents)),
        *(prop("answers-threat", threat) for threat in item.threats),
    ]
    if item.owner:
        props.append(prop("owner", person(item.owner, item.owner_id)))
    if item.due:
        props.append(prop("due", item.due.isoformat()))
        props.append(prop("overdue", "yes" if item.overdue else "no"))
    if item.expected_loss is not None and item.currency is not None:
        props.append(prop("expected-loss-at-stake", f"{item.expected_loss:.2f} {item.currency}"))
    return {
        "uuid": stable_uuid("poam-item", item.id),
        "title": line(f"{item.code} {item.name}"),
        "description": WORDS[item.action],
        "props": props,
    }
