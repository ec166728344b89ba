"""Options that look at an edition of the ontology, and the files that they name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from governance.operations.files import given_file, text_file

if TYPE_CHECKING:
    from governance.operations.requests import TextFile

LocalOption = Annotated[
    str | None,
    typer.Option(
        "--local",
        metavar="FILE",
        envvar="UNDERWRITER_LOCAL_TAXONOMY",
        help="YAML or JSON file with your own rows (origin: local) on top of the edition.",
    ),
]
EditionOption = Annotated[
    str | None,
    typer.Option("--edition", metavar="NAME", help="An earlier edition, or an exported .json."),
]


def edition(text: str) -> str | TextFile:
    """Return an edition's name as it is; read what names an exported file."""
    return text_file(text) if Path(text).suffix == ".json" else text


def looked_at(local: str | None, name: str | None) -> dict[str, object]:
    """Return the fields of a request that looks at an edition."""
    return {"local": given_file(local), "edition": None if name is None else edition(name)}
