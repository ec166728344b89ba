"""Requests that look at an edition of the ontology, and the edition that each means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from governance.kernel.value import Value
from governance.operations.requests import TextFile

if TYPE_CHECKING:
    from taxonomy.model import Ontology

NAMED = "The name of a packaged edition, or what the export `json` wrote."


class WithLocal(Value):
    """A request that looks at the current edition with somebody's own rows on top."""

    local: Annotated[
        TextFile | None, Field(description="Own rows (origin: local) on top of the edition.")
    ] = None

    def ontology(self) -> Ontology:
        """Return the edition that is meant; raises InputError naming file and line."""
        return _extended(open_edition(None), self.local)


class OfEdition(WithLocal):
    """A request that looks at any edition, the current one where none is named."""

    edition: Annotated[str | TextFile | None, Field(description=NAMED)] = None

    def ontology(self) -> Ontology:
        """Return the edition that is meant; raises InputError naming file and line."""
        return _extended(open_edition(self.edition), self.local)


def open_edition(edition: str | TextFile | None) -> Ontology:
    """Return a packaged edition by name (default: the current one), or a handed-in file's."""
    from taxonomy.packaged import load, load_edition
    from taxonomy.snapshot import read

    if edition is None:
        return load()
    return load_edition(edition) if isinstance(edition, str) else read(edition.text, edition.name)


def _extended(ontology: Ontology, local: TextFile | None) -> Ontology:
    if local is None:
        return ontology
    from taxonomy.local import extend

    return extend(ontology, local.document())
