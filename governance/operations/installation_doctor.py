"""What is configured, found and missing."""

from __future__ import annotations

import importlib.util
import platform
from typing import TYPE_CHECKING, Any

from governance.kernel.errors import UnauthenticatedError, UnderwriterError
from governance.kernel.secrets import without_secrets
from governance.kernel.value import Value
from governance.operations.catalogue import help_of
from governance.operations.requests import Nothing
from governance.operations.work import Running

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SHOWN = 10  # how many names are named

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


class Check(Value):
    """One thing that was looked at; ``state`` is ok, none (absent, not needed) or fault."""

    what: str
    state: str
    found: str
    hint: str = ""


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


def _people(session: Session, work: Running) -> list[Check]:
    """Say who acts here without a token, who can act at all, and whether one person is enough."""
    from governance.identity.authenticate import by_local_user
    from governance.identity.grants import roles_of
    from governance.identity.principals import list_principals

    try:
        here = by_local_user(session)
        found = f"{here.name}: {', '.join(sorted(here.permissions)) or 'no role'}"
        checks = [Check(what="local user", state="ok", found=found)]
    except UnauthenticatedError as refusal:
        checks = [Check(what="local user", state="none", found=refusal.message)]
    rows = list_principals(session)
    active = [row for row in rows if row.state == "active"]
    deciding = [
        row.name
        for row in active
        if row.kind == "person" and roles_of(session, row.id) & {"policy_owner", "auditor"}
    ]
    found = f"{len(active)} active, {len(rows) - len(active)} disabled"
    checks.append(Check(what="principals", state="ok", found=found))
    if work.settings.single_user:
        said = "the only person approves their own proposals; events say so"
        checks.append(Check(what="second person", state="none", found=said))
    elif len(deciding) < 2:
        checks.append(
            Check(
                what="second person",
                state="none",
                found="nobody else can approve what is proposed",
                hint="add a second person with the roles policy_owner and auditor",
            )
        )
    return checks


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
            people = _people(session, work)
            names = _names(session)
        checks.append(Check(what="ledger", state="ok", found=f"{events} events, head {head[:12]}"))
        checks += [*people, names]
    except UnderwriterError as error:
        checks.append(
            Check(what="schema", state="fault", found=str(error), hint=help_of(error) or "")
        )
    return checks


def _names(session: Session) -> Check:
    """Name whoever acts under a name that looks like an id or like an earlier name of its kind.

    Retired agents and disabled principals are left out. The others are no fault: such names were
    given before they were refused, and may stay.
    """
    from governance.identity.principals import list_principals
    from governance.registry.agents import agents_in_service

    people = [row for row in list_principals(session) if row.state == "active"]
    agents = agents_in_service(session)
    said = _strange([(row.id, row.name) for row in agents])
    said += _strange([(row.id, row.name) for row in people])
    if not said:
        found = f"{len(agents) + len(people)} names, no look-alikes"
        return Check(what="names", state="ok", found=found)
    if len(said) > SHOWN:
        said[SHOWN:] = [f"and {len(said) - SHOWN} more"]
    hint = "retire or disable, by their ids, the ones that are not what they seem"
    return Check(what="names", state="ok", found="; ".join(said), hint=hint)


def _strange(named: list[tuple[str, str]]) -> list[str]:
    from governance.kernel.names import strange_names

    found = []
    for one in strange_names(name for _, name in named):
        like = "an id" if one.like is None else ascii(one.like)
        found.append(f"{one.name!a} ({named[one.position][0]}) looks like {like}")
    return found
