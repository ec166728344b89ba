"""`agent certificate`: showing, verifying and revoking certificates; the keys that sign them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli.database import DatabaseOption, configured_password, open_store
from cli.output import JsonOption, note, print_json, print_table

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NameArgument = Annotated[str, typer.Argument(help="The agent's name or id.")]


@app.callback()
def group_help() -> None:
    """Signed certificates of what agents were certified for."""


@app.command(
    epilog="Example: underwriter agent certificate show invoice-bot --format html --out bot.html"
)
def show(
    ctx: typer.Context,
    name: NameArgument,
    form: Annotated[
        Literal["json", "html", "credential"],
        typer.Option(
            "--format",
            "-f",
            help="json, html (verifies offline in a browser) or "
            "credential (W3C Verifiable Credential).",
        ),
    ] = "json",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; else standard output.")
    ] = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the certificate of an agent's last certification, or write it as a file.

    A certificate states what its own policy gives. Where the agent may do less now, that is said
    on standard error.
    """
    from governance.kernel.files import write_atomically
    from governance.registry.agents import find_agent
    from governance.registry.certificates import (
        below_certificate,
        certificate_text,
        stored_certificate,
    )
    from governance.registry.keys import open_signing_key

    with open_store(ctx, db) as store:
        with store.read() as session:
            agent = find_agent(session, name)
            document = stored_certificate(session, agent)
            said = below_certificate(session, agent, store.clock.now())
        key = None
        if form == "credential":
            with store.write() as transaction:
                key = open_signing_key(transaction, configured_password(store))
    text = certificate_text(document, form, key, store.clock.now())
    if said is not None:
        note(said)
    if out is None:
        typer.echo(text, nl=False)
        return
    write_atomically(out, text)
    if as_json:
        print_json({"file": str(out), "format": form})
        return
    note(f"wrote {out}")


@app.command(epilog="Example: underwriter agent certificate verify bot.json --trust trust.json")
def verify(
    file: Annotated[str, typer.Argument(help="Certificate as JSON or HTML; `-`: standard input.")],
    trust: Annotated[
        str | None,
        typer.Option(help="File of `agent certificate trust`, or a public key in base64 or PEM."),
    ] = None,
    digest: Annotated[
        list[str] | None,
        typer.Option(help="NAME=sha256:... as it is now (model, prompt, tools, audit, policy)."),
    ] = None,
    at: Annotated[str | None, typer.Option(help="Moment to check for; else now.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a certificate without a database: signature, time, digests, decision, decay.

    Exit code 1 where anything does not fit; every fault is named.
    """
    from governance.gate.certificate.page import certificate_in
    from governance.gate.certificate.verify import verify_certificate
    from governance.kernel.clock import SystemClock, parse_time
    from governance.kernel.documents import parse_json, read_text
    from governance.registry.trust_file import expected_digests, read_trust

    text, source = read_text(file)
    text = certificate_in(text) or text
    store, revocations = read_trust(trust)
    found = verify_certificate(
        parse_json(text, source),
        at=SystemClock().now() if at is None else parse_time(at, field="at"),
        store=store,
        revocations=revocations,
        expected=expected_digests(digest or []),
    )
    if as_json:
        print_json(found.to_json())
    else:
        _print_verification(found.to_json())
    if not found.ok:
        raise typer.Exit(1)


@app.command(epilog="Example: underwriter agent certificate revoke invoice-bot --reason leaked")
def revoke(
    ctx: typer.Context,
    name: NameArgument,
    reason: Annotated[str, typer.Option(help="Why; it goes into ledger and revocation list.")],
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Revoke the certificate of an agent; it stands at T0 from now on."""
    from governance.registry.agents import find_agent
    from governance.registry.certificates import revoke_certificate

    with open_store(ctx, db) as store, store.write() as transaction:
        agent = find_agent(transaction.session, name)
        row = revoke_certificate(transaction, agent, reason)
    if as_json:
        print_json({"agent": agent.name, "certificate": row.id, "void": row.void_reason})
        return
    note(f"{agent.name}: certificate {row.id} is revoked")


@app.command(epilog="Example: underwriter agent certificate trust --out trust.json")
def trust(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; else standard output.")
    ] = None,
    db: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what a stranger needs to check certificates: root key, rotations, revocations."""
    from governance.kernel.files import write_atomically
    from governance.registry.keys import trust_file

    with open_store(ctx, db) as store, store.write() as transaction:
        data = trust_file(transaction, configured_password(store))
    if out is None:
        print_json(data)
        return
    write_atomically(out, json.dumps(data, indent=2) + "\n")
    if as_json:
        print_json({"file": str(out), "root_key_id": data["root_key_id"]})
        return
    note(f"wrote {out}; root key {data['root_key_id']}")


@app.command(epilog="Example: underwriter agent certificate keys")
def keys(ctx: typer.Context, db: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the signing keys, in use and retired."""
    from governance.registry.keys import list_keys

    with open_store(ctx, db) as store, store.read() as session:
        rows: list[dict[str, Any]] = [
            {
                "id": key.id,
                "number": key.number,
                "public_key": key.public_key,
                "created_at": key.created_at.isoformat(),
                "retired_at": None if key.retired_at is None else key.retired_at.isoformat(),
            }
            for key in list_keys(session)
        ]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("number", "key", "public key", "since", "until"),
        [(r["number"], r["id"], r["public_key"], r["created_at"], r["retired_at"]) for r in rows],
    )


@app.command(epilog="Example: underwriter agent certificate rotate")
def rotate(ctx: typer.Context, db: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Retire the signing key and make a new one, which the old one vouches for."""
    from governance.registry.keys import rotate_signing_key

    with open_store(ctx, db) as store, store.write() as transaction:
        key = rotate_signing_key(transaction, configured_password(store))
    if as_json:
        print_json({"id": key.id, "number": key.number, "public_key": key.public_key})
        return
    note(f"{key.id} signs from now on; certificates of the key before stay valid")


def _print_verification(found: dict[str, Any]) -> None:
    if found["ok"]:
        money = found["ceiling"]
        note(
            f"{found['agent']}: valid, T{found['tier']}, {money['amount']} minor units of "
            f"{money['currency']}; signed by {found['key_id']}"
        )
        evidence = found["evidence"]
        if evidence is not None:
            limits = "" if evidence["note"] is None else f"; {evidence['note']}"
            note(f"evidence: {evidence['kind']}, {evidence['source']}{limits}")
        if not found["trusted"]:
            note("the key came with the file: name the keys that you trust with --trust")
        return
    rows = [(fault["code"], fault["field"], fault["message"]) for fault in found["faults"]]
    print_table(("fault", "field", "what is wrong"), rows)
