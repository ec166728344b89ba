"""Controls by the evidence that stands behind them at a moment."""

from __future__ import annotations

from governance.registry.assessments import assessments_at, counting_words
from governance.reports.context import Context
from governance.reports.model import Coverage
from governance.reports.overview.model import FrameworkCoverage
from governance.reports.words import mark
from taxonomy import Ontology


def framework_coverage(context: Context, ontology: Ontology, framework: str) -> FrameworkCoverage:
    """Return the three counts over a framework's controls, by the organisation's own words.

    A control without a word is not assessed; one declared inapplicable is counted apart.
    """
    node = ontology.framework(framework)
    controls = ontology.controls(framework)
    found = counting_words(assessments_at(context.session, context.at))
    words = [found.get(control.id) for control in controls]
    counted = [
        "not_assessed" if word is None else word.status
        for word in words
        if word is None or word.applicable is not False
    ]
    return FrameworkCoverage(
        framework=framework,
        name=node.name,
        controls=len(controls),
        excluded=len(controls) - len(counted),
        coverage=Coverage(
            verified=counted.count("verified"),
            declared=counted.count("declared"),
            not_assessed=counted.count("not_assessed"),
        ),
        source=context.book.add(mark("ontology edition"), ontology.digest, note=ontology.edition),
    )
