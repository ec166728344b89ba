"""What controls change of a loss, and the best set of them under a budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from governance.kernel.errors import InputError
from governance.kernel.value import Value, field_path, parse
from governance.operations.exposure import (
    LEVELS,
    LevelsField,
    Picture,
    PictureField,
    picture_of,
)
from governance.operations.requests import TextFile
from governance.operations.work import Work
from governance.risk import treatment
from governance.risk.scenario import Portfolio, Scenario, subject_of
from governance.risk.selection import Objective, Selection, select_controls
from governance.risk.treatment import Control, Treatment

if TYPE_CHECKING:
    from governance.kernel.documents import Document


class TreatmentQuestion(Value):
    """A plan of controls, and how to choose among them."""

    file: Annotated[
        TextFile, Field(description="A scenario or portfolio with a list ``controls``.")
    ]
    budget: Annotated[
        float | None, Field(description="Yearly budget within which the best set is chosen.")
    ] = None
    objective: Annotated[Objective, Field(description="What the best set makes smallest.")] = (
        "net_benefit"
    )
    levels: LevelsField = LEVELS
    picture: PictureField = False


class TreatmentFigures(Treatment):
    """Before and after the controls, and how they were chosen where there is a budget."""

    selection: Selection | None
    picture: Picture = None


def treat(work: Work, request: TreatmentQuestion) -> TreatmentFigures:
    """Return the loss before and after controls, their return, and the best set of them."""
    document = request.file.document()
    subject, controls = plan_of(document)
    _check_ontology(controls, document.source)
    selection, chosen = None, controls
    if request.budget is not None:
        selection = select_controls(subject, controls, request.budget, objective=request.objective)
        chosen = [control for control in controls if control.id in selection.controls]
    found = treatment.treat(subject, chosen, levels=request.levels)
    picture = None
    if request.picture:
        curves = [("before", found.before.lec), ("after", found.after.lec)]
        picture = picture_of(subject, curves, {})
    return TreatmentFigures(**dict(found), selection=selection, picture=picture)


def plan_of(document: Document) -> tuple[Scenario | Portfolio, list[Control]]:
    """Return the subject and the `controls` in a document; errors name file, line and field."""
    if not isinstance(document.data, Mapping) or not document.data.get("controls"):
        raise InputError(
            "has no list of controls",
            file=document.source,
            field="controls",
            remedy="risk.treat --help",
        )
    data = dict(document.data)
    rows = data.pop("controls")
    if not isinstance(rows, list):
        raise InputError("is not a list", file=document.source, field="controls")
    controls = [_control(row, index, document) for index, row in enumerate(rows)]
    return subject_of(replace(document, data=data)), controls


def _control(row: object, index: int, document: Document) -> Control:
    at = ("controls", index)
    try:
        return parse(Control, row)
    except InputError as error:
        field = f"{field_path(at)}.{error.field}" if error.field else field_path(at)
        line = document.line_of((*at, error.field or ""))
        raise InputError(error.message, file=document.source, line=line, field=field) from error


def _check_ontology(controls: Sequence[Control], source: str) -> None:
    """Raise InputError where a control implements an id that the ontology has not."""
    if not any(control.implements for control in controls):
        return
    from taxonomy import load

    known = load().nodes
    for index, control in enumerate(controls):
        for name in control.implements:
            if name not in known:
                raise InputError(
                    f"the ontology has no control {name!r}",
                    file=source,
                    field=f"controls[{index}].implements",
                    remedy="taxonomy.list",
                )
