"""`doctor`: what is configured, found and missing."""

from __future__ import annotations

import importlib.util
import platform
from typing import Any

import typer

from cli.database import DatabaseOption, make_store
from cli.output import JsonOption, print_json, print_table

app = typer.Typer(rich_markup_mode=None)

# extra -> the module that tells whether it is installed
EXTRAS = {
    "postgres": "psycopg",
    "incidents": "genai_incidents",
    "interop": "rdflib",
    "prove": "z3",
    "pdf": "weasyprint",
    "png": "resvg_py",
    "contracts": "jsonschema",
    "audit-local": "torch",
    "audit-inspect": "zstandard",
    "ray": "ray",
}


@app.command("doctor", epilog="Example: underwriter doctor --json")
def doctor(ctx: typer.Context, db: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Say what is configured, found and missing.

    Exit code 1 where the database cannot be used as it is.
    """
    rows = [*_program(), *_shadows(), *_settings(), *_extras(), *_ontology(), *_database(ctx, db)]
    ok = all(row["state"] != "fault" for row in rows)
    if as_json:
        print_json({"ok": ok, "checks": rows})
    else:
        print_table(
            ("what", "state", "found", "to do"),
            [(row["what"], row["state"], row["found"], row["hint"]) for row in rows],
        )
    if not ok:
        raise typer.Exit(1)


def _row(what: str, state: str, found: str, hint: str = "") -> dict[str, str]:
    return {"what": what, "state": state, "found": found, "hint": hint}


def _program() -> list[dict[str, str]]:
    from governance import __version__

    return [
        _row("underwriter", "ok", __version__),
        _row("python", "ok", f"{platform.python_version()} on {platform.system()}"),
    ]


def _shadows() -> list[dict[str, str]]:
    """Say what else goes by the names of our packages; the program does not use it."""
    from underwriter import passed_over

    hint = "rename it, or take its folder off PYTHONPATH"
    return [
        _row(f"package {name}", "ok", f"the program's own; passed over: {file}", hint)
        for name, file in passed_over().items()
    ]


def _settings() -> list[dict[str, str]]:
    from governance.kernel.settings import config_file, load_settings

    file = config_file()
    rows = [_row("settings file", "ok" if file else "none", str(file or "environment only"))]
    settings = load_settings()
    set_here: dict[str, Any] = settings.model_dump(exclude_unset=True)
    return rows + [_row(f"setting {name}", "ok", str(set_here[name])) for name in sorted(set_here)]


def _extras() -> list[dict[str, str]]:
    rows = []
    for extra, module in EXTRAS.items():
        found = importlib.util.find_spec(module) is not None
        hint = "" if found else f"pip install 'underwriter[{extra}]'"
        rows.append(
            _row(f"extra {extra}", "ok" if found else "none", module if found else "", hint)
        )
    return rows


def _ontology() -> list[dict[str, str]]:
    from taxonomy import load

    ontology = load()
    found = f"edition {ontology.edition}, {len(ontology.nodes)} rows, {len(ontology.edges)} links"
    return [_row("ontology", "ok", found)]


def _database(ctx: typer.Context, db: str | None) -> list[dict[str, str]]:
    from governance.kernel.errors import UnderwriterError
    from governance.store.ledger import ledger_head
    from governance.store.revision import require_current, store_state

    store = make_store(ctx, db)
    name = store.engine.url.render_as_string(hide_password=True)
    rows = [_row("database", "ok", name)]
    try:
        require_current(store.engine)
        rows.append(_row("schema", "ok", f"revision {store_state(store.engine).revision}"))
        with store.read() as session:
            events, head = ledger_head(session)
        rows.append(_row("ledger", "ok", f"{events} events, head {head[:12]}"))
    except UnderwriterError as error:
        rows.append(_row("schema", "fault", str(error), error.hint or ""))
    finally:
        store.close()
    return rows
