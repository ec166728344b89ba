"""`taxonomy export` and `taxonomy import`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.door import Door, with_plain_door
from cli.output import note, print_json
from cli.taxonomy_options import EditionOption, LocalOption, looked_at
from governance.kernel.files import write_atomically
from governance.kernel.value import parse
from governance.operations.files import given_file, text_file

EXPORT_EXAMPLE = "Example: underwriter taxonomy export --format oscal --out catalog.json"
IMPORT_EXAMPLE = (
    "Example: underwriter taxonomy import cosai.sssom.tsv --format sssom --framework cosai "
    "--version 2026-05 --out cosai.yaml"
)


@with_plain_door
def export(
    door: Door,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="json, skos, oscal, oscal-mapping, stix, sssom, navigator, graphml, csv, mermaid.",
        ),
    ],
    out: Annotated[str, typer.Option(help="Where to write; - is standard output.")],
    local: LocalOption = None,
    edition: EditionOption = None,
) -> None:
    """Write the ontology in another format, and say what that format cannot carry."""
    from governance.kernel.errors import InputError
    from governance.operations.taxonomy_exchange import Export
    from governance.operations.taxonomy_exchange import export as handler

    if out == "-" and door.as_json:
        raise InputError("--json and --out - both want standard output", field="--out")
    answer = door.ask(handler, parse(Export, {**looked_at(local, edition), "format": format_}))
    if out == "-":
        sys.stdout.write(answer.content.decode())
    else:
        write_atomically(Path(out), answer.content)
    if door.as_json:
        lost = list(answer.losses)
        print_json({"format": answer.format, "out": out, "bytes": answer.size, "losses": lost})
        return
    note(f"wrote {answer.what} of edition {answer.edition} to {out}")
    for line in answer.losses:
        note(f"not carried: {line}")


@with_plain_door
def import_(
    door: Door,
    file: Annotated[str, typer.Argument(metavar="FILE", help="An SSSOM table or a CSV.")],
    format_: Annotated[str, typer.Option("--format", help="sssom or csv.")],
    framework: Annotated[str, typer.Option(help="Short id of the catalogue, for example cosai.")],
    version: Annotated[str, typer.Option(help="Version of the catalogue.")],
    out: Annotated[Path, typer.Option(help="The local file (YAML) to write.")],
    name: Annotated[str | None, typer.Option(help="Full name of the catalogue.")] = None,
    author: Annotated[str, typer.Option(help="Who stands behind the mappings.")] = "imported",
    local: LocalOption = None,
) -> None:
    """Turn another framework into a local file, to be used with --local.

    CSV columns: id, name, and optionally kind, definition, group, threats, predicate, because.
    """
    from governance.operations.taxonomy_exchange import Catalogue, take_in

    said: dict[str, str | None] = {"format": format_, "framework": framework, "version": version}
    said |= {"name": name, "author": author}
    files = {"file": text_file(file), "local": given_file(local)}
    answer = door.ask(take_in, parse(Catalogue, {**files, **said}))
    write_atomically(out, answer.content)
    if door.as_json:
        print_json({"framework": answer.framework, "out": str(out), "bytes": answer.size})
    else:
        note(f"wrote {out}; use it with --local {out}")
