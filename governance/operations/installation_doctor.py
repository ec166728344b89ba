"""What is configured, found and missing."""

from __future__ import annotations

import importlib.util
import platform
from typing import Any

from governance.kernel.errors import UnderwriterError
from governance.kernel.secrets import without_secrets
from governance.kernel.value import Value
from governance.operations.catalogue import help_of
from governance.operations.installation_people import Check, check_names, check_people
from governance.operations.requests import Nothing
from governance.operations.work import Running

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
    "oidc": "joserfc",
}


class Diagnosis(Value):
    """Everything that was looked at; ``ok`` only where nothing is a fault."""

    ok: bool
    checks: tuple[Check, ...]


def examine(work: Running, request: Nothing) -> Diagnosis:
    """Say what is configured, found and missing."""
    checks = (*_program(), *_shadows(), *_settings(work), *_extras(), _ontology(), *_database(work))
    ok = all(check.state != "fault" for check in checks)
    return Diagnosis(ok=ok, checks=tuple(_shown(check) for check in checks))


def _shown(check: Check) -> Check:
    """Return a check in which no text holds a secret: a net behind the types."""
    hidden = {"found": without_secrets(check.found), "hint": without_secrets(check.hint)}
    return check.model_copy(update=hidden)


def _program() -> list[Check]:
    from governance import __version__

    system = f"{platform.python_version()} on {platform.system()}"
    return [
        Check(what="underwriter", state="ok", found=__version__),
        Check(what="python", state="ok", found=system),
    ]


def _shadows() -> list[Check]:
    """Say what else goes by the names of our packages; the program does not use it."""
    from governance.kernel.beside import passed_over

    hint = "rename it, or take its folder off PYTHONPATH"
    return [
        Check(
            what=f"package {name}",
            state="ok",
            found=f"the program's own; passed over: {file}",
            hint=hint,
        )
        for name, file in passed_over().items()
    ]


def _settings(work: Running) -> list[Check]:
    settings = work.settings
    files = ", ".join(str(file) for file in settings.files)
    state, found = ("ok", files) if files else ("none", "environment only")
    # Passwords, tokens and URLs are of types that show no secret as text.
    set_here: dict[str, Any] = settings.model_dump(exclude_unset=True)
    return [Check(what="settings file", state=state, found=found)] + [
        Check(what=f"setting {name}", state="ok", found=str(set_here[name]))
        for name in sorted(set_here)
    ]


def _extras() -> list[Check]:
    checks = []
    for extra, module in EXTRAS.items():
        if importlib.util.find_spec(module) is not None:
            checks.append(Check(what=f"extra {extra}", state="ok", found=module))
        else:
            hint = f"pip install 'underwriter[{extra}]'"
            checks.append(Check(what=f"extra {extra}", state="none", found="", hint=hint))
    return checks


def _ontology() -> Check:
    from taxonomy import load

    ontology = load()
    found = f"edition {ontology.edition}, {len(ontology.nodes)} rows, {len(ontology.edges)} links"
    return Check(what="ontology", state="ok", found=found)


def _database(work: Running) -> list[Check]:
    from governance.store.ledger import ledger_head
    from governance.store.revision import require_current, store_state

    store = work.unchecked
    checks = [Check(what="database", state="ok", found=work.place.shown)]
    try:
        require_current(store.engine)
        revision = f"revision {store_state(store.engine).revision}"
        checks.append(Check(what="schema", state="ok", found=revision))
        with store.read() as session:
            events, head = ledger_head(session)
            people = check_people(session, single_user=work.settings.single_user)
            names = check_names(session)
        checks.append(Check(what="ledger", state="ok", found=f"{events} events, head {head[:12]}"))
        checks += [*people, names]
    except UnderwriterError as error:
        checks.append(
            Check(what="schema", state="fault", found=str(error), hint=help_of(error) or "")
        )
    return checks
