"""Plain tables and JSON lines, with a map from our field names to the file's columns."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping

from governance.incidents.intake.entry import Draft, Entry
from governance.incidents.intake.formats import Format
from governance.incidents.intake.record import IncidentRecord, minor_units
from governance.kernel.errors import InputError
from governance.kernel.rows import Row

TEXT_FIELDS = (
    "title", "description", "occurred", "discovered", "reported", "status", "near_miss",
    "affected_system", "affected_agent", "url", "licence",
)  # fmt: skip
LOSS_FIELDS = (
    "loss_amount", "loss_low", "loss_high", "loss_currency", "loss_basis", "loss_category",
    "loss_date", "loss_source", "loss_flag",
)  # fmt: skip
FIELDS = ("id", "source", *TEXT_FIELDS, *LOSS_FIELDS)
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def check_mapping(mapping: Mapping[str, str]) -> None:
    """Raise InputError where a map from our fields to columns names a field that we have not."""
    for ours in mapping:
        if ours not in FIELDS:
            raise InputError(
                f"{ours!r} is no field of an incident", field="mapping", hint=", ".join(FIELDS)
            )


def recognises(row: Row) -> bool:
    """Tell whether a row has our own name for the text."""
    return "description" in row


def plain_format(source: str, mapping: Mapping[str, str]) -> Format:
    """Return the format of a plain file under a source name and a column map."""
    convert = functools.partial(_convert, source, dict(mapping))
    return Format("plain", "CSV or JSON lines with a column map", recognises, convert)


def _convert(source: str, mapping: dict[str, str], entry: Entry) -> IncidentRecord:
    draft = Draft(entry, source)
    name_of = {ours: mapping.get(ours, ours) for ours in FIELDS}
    for ours in mapping:
        if ours in ("title", "description"):
            entry.required(name_of[ours])
    draft.take("description", name_of["description"], required=True)
    for ours in TEXT_FIELDS:
        draft.take(ours, name_of[ours])
    if entry.at("date") is not None and "occurred" not in draft.values:
        draft.take("occurred", "date")
    if entry.at(name_of["source"]) is not None:
        draft.take("source", name_of["source"])
    _take_truth(draft, name_of["near_miss"])
    draft.set("losses", _losses(entry, name_of), "losses")
    used = {*name_of.values(), "losses", "date"}
    for name, value in entry.data.items():
        if name not in used:
            draft.label(name, value)
    draft.set("source_id", _identifier(entry, name_of["id"]), name_of["id"])
    return draft.record()


def _identifier(entry: Entry, name: str) -> str:
    """Return the row's id, or one made of its content, so that a second import finds it."""
    value = entry.at(name)
    if value is not None:
        return str(value)
    content = repr(sorted((key, str(item)) for key, item in entry.data.items()))
    return "row-" + hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:16]


def _take_truth(draft: Draft, name: str) -> None:
    value = draft.values.get("near_miss")
    if isinstance(value, str | int) and not isinstance(value, bool):
        if str(value).strip().lower() not in TRUTH:
            raise draft.entry.fault("is neither true nor false", name)
        draft.values["near_miss"] = TRUTH[str(value).strip().lower()]


def _losses(entry: Entry, name_of: dict[str, str]) -> list[dict[str, object]] | None:
    """Return the losses of the ``losses`` list of a JSON row, or of the loss columns."""
    listed = entry.at("losses")
    if listed is not None:
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            raise entry.fault("is no list of objects", "losses")
        return [_loss(entry, item, f"losses[{place}].") for place, item in enumerate(listed)]
    columns = {ours: entry.at(name_of[ours]) for ours in LOSS_FIELDS}
    if all(columns[name] is None for name in ("loss_amount", "loss_low", "loss_high")):
        return None
    data = {ours.removeprefix("loss_"): value for ours, value in columns.items()}
    return [_loss(entry, {key: value for key, value in data.items() if value is not None}, "loss_")]


def _loss(entry: Entry, data: dict[str, object], prefix: str) -> dict[str, object]:
    """Return a loss with its amounts, given in major units, as minor units."""
    currency = data.get("currency")
    if not isinstance(currency, str):
        raise entry.fault("is missing: an amount needs its currency", f"{prefix}currency")
    loss = dict(data)
    loss.setdefault("basis", "range" if "low" in data else "point")
    for name in ("amount", "low", "high"):
        if name in data:
            try:
                loss[name] = minor_units(data[name], currency)
            except InputError as error:
                raise entry.fault(error.message, f"{prefix}{name}") from None
    return loss
