"""The ontology in other formats, and other frameworks as files of own rows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.operations.editions import OfEdition, WithLocal
from governance.operations.requests import TextFile
from governance.operations.work import Work


class Export(OfEdition):
    """The format that is wanted."""

    format: Annotated[
        str,
        Field(
            description="json, skos, oscal, oscal-mapping, stix, sssom, navigator, graphml, csv "
            "or mermaid."
        ),
    ]


class Exported(Value):
    """An edition in a format; ``size`` in bytes, ``losses`` are what the format cannot carry.

    ``what`` names the format for a reader; it, the edition and the text are left out of JSON.
    """

    format: str
    size: Annotated[int, Field(serialization_alias="bytes")]
    losses: tuple[str, ...]
    what: Annotated[str, Field(exclude=True)]
    edition: Annotated[str, Field(exclude=True)]
    content: Annotated[bytes, Field(exclude=True, repr=False)]


class Catalogue(WithLocal):
    """A table of another framework, and what the importer says about it."""

    file: Annotated[TextFile, Field(description="An SSSOM table or a CSV.")]
    format: Annotated[str, Field(description="sssom or csv.")]
    framework: Annotated[str, Field(description="Short id of the catalogue, for example cosai.")]
    version: Annotated[str, Field(description="Version of the catalogue.")]
    name: Annotated[str | None, Field(description="Full name of the catalogue.")] = None
    author: Annotated[str, Field(description="Who stands behind the mappings.")] = "imported"


class OwnRows(Value):
    """A framework as a file of own rows (YAML), ``size`` in bytes; its text is left out of JSON."""

    framework: str
    size: Annotated[int, Field(serialization_alias="bytes")]
    content: Annotated[bytes, Field(exclude=True, repr=False)]


def export(work: Work, request: Export) -> Exported:
    """Write the ontology in another format, and say what that format cannot carry."""
    from taxonomy.exchange import find_format

    chosen = find_format(request.format)
    ontology = request.ontology()
    content = chosen.write(ontology).encode()
    return Exported(
        format=chosen.name,
        size=len(content),
        losses=tuple(chosen.losses.lines()),
        what=chosen.what,
        edition=ontology.edition,
        content=content,
    )


def take_in(work: Work, request: Catalogue) -> OwnRows:
    """Turn another framework into a file of own rows, to be laid on top of an edition.

    CSV columns: id, name, and optionally kind, definition, group, threats, predicate, because.
    """
    from pathlib import PurePath

    from taxonomy.intake import Source, framework_from_csv, framework_from_sssom

    readers = {"csv": framework_from_csv, "sssom": framework_from_sssom}
    if request.format not in readers:
        raise InputError(
            f"{request.format!r} cannot be imported", field="format", hint="sssom or csv"
        )
    file = request.file
    about = Source(
        request.framework,
        request.name or request.framework,
        request.version,
        request.author,
        f"imported from {PurePath(file.name).name}",
    )
    content = readers[request.format](file.text, file.name, about, request.ontology()).encode()
    return OwnRows(framework=request.framework, size=len(content), content=content)
