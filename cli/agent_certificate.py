"""`agent certificate`: showing, verifying and revoking certificates; the keys that sign them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.door import Door, as_data, moment_of, print_answer, with_door, with_plain_door
from cli.output import note, print_json, print_table
from governance.operations.files import text_file

if TYPE_CHECKING:
    from governance.gate.certificate.verify import Verification

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NameArgument = Annotated[str, typer.Argument(help="The agent's name or id.")]


@app.callback()
def group_help() -> None:
    """Signed certificates of what agents were certified for."""


@app.command(
    epilog="Example: underwriter agent certificate show invoice-bot --format html --out bot.html"
)
@with_door
def show(
    door: Door,
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
) -> None:
    """Show the certificate of an agent's last certification, or write it as a file.

    A certificate states what its own policy gives. Where the agent may do less now, that is said
    on standard error.
    """
    from governance.kernel.files import write_atomically
    from governance.operations import agents_certificates as certificates

    request = certificates.ShowCertificate(agent=name, format=form)
    text = door.ask(certificates.show, request).text
    if out is None:
        typer.echo(text, nl=False)
        return
    write_atomically(out, text)
    if door.as_json:
        print_json({"file": str(out), "format": form})
        return
    note(f"wrote {out}")


@app.command(epilog="Example: underwriter agent certificate verify bot.json --trust trust.json")
@with_plain_door
def verify(
    door: Door,
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
) -> None:
    """Check a certificate without a database: signature, time, digests, decision, decay.

    Exit code 1 where anything does not fit; every fault is named.
    """
    from governance.operations import agents_certificates as certificates

    named = trust is not None and Path(trust).is_file()
    request = certificates.VerifyCertificate(
        certificate=text_file(file),
        trust=text_file(str(trust)) if named else None,
        public_key=None if named else trust,
        digests=tuple(digest or ()),
        at=moment_of(at, "at"),
    )
    found = door.ask(certificates.verify, request)
    if door.as_json:
        print_answer(found)
    else:
        _print_verification(found)
    if not found.ok:
        raise typer.Exit(1)


@app.command(epilog="Example: underwriter agent certificate revoke invoice-bot --reason leaked")
@with_door
def revoke(
    door: Door,
    name: NameArgument,
    reason: Annotated[str, typer.Option(help="Why; it goes into ledger and revocation list.")],
) -> None:
    """Revoke the certificate of an agent; it stands at T0 from now on."""
    from governance.operations import agents_certificates as certificates
    from governance.operations.agents import WithReason

    answer = door.ask(certificates.revoke, WithReason(agent=name, reason=reason))
    if door.printed(answer):
        return
    note(f"{answer.agent}: certificate {answer.certificate} is revoked")


@app.command(epilog="Example: underwriter agent certificate trust --out trust.json")
@with_door
def trust(
    door: Door,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; else standard output.")
    ] = None,
) -> None:
    """Write what a stranger needs to check certificates: root key, rotations, revocations."""
    from governance.kernel.files import write_atomically
    from governance.operations import agents_certificates as certificates
    from governance.operations.requests import Nothing

    data = door.ask(certificates.trust, Nothing())
    if out is None:
        print_json(data)
        return
    write_atomically(out, json.dumps(data, indent=2) + "\n")
    if door.as_json:
        print_json({"file": str(out), "root_key_id": data["root_key_id"]})
        return
    note(f"wrote {out}; root key {data['root_key_id']}")


@app.command(epilog="Example: underwriter agent certificate keys")
@with_door
def keys(door: Door) -> None:
    """List the signing keys, in use and retired."""
    from governance.operations import agents_certificates as certificates
    from governance.operations.requests import Nothing

    answer = door.ask(certificates.keys, Nothing())
    if door.printed(answer):
        return
    rows = as_data(answer)
    print_table(
        ("number", "key", "public key", "since", "until"),
        [(r["number"], r["id"], r["public_key"], r["created_at"], r["retired_at"]) for r in rows],
    )


@app.command(epilog="Example: underwriter agent certificate rotate")
@with_door
def rotate(door: Door) -> None:
    """Retire the signing key and make a new one, which the old one vouches for."""
    from governance.operations import agents_certificates as certificates
    from governance.operations.requests import Nothing

    key = door.ask(certificates.rotate, Nothing())
    if door.printed(key):
        return
    note(f"{key.id} signs from now on; certificates of the key before stay valid")


def _print_verification(found: Verification) -> None:
    if not found.ok:
        rows = [(fault.code, fault.field, fault.message) for fault in found.faults]
        print_table(("fault", "field", "what is wrong"), rows)
        return
    money, evidence = found.ceiling, found.evidence
    if money is not None:
        note(
            f"{found.agent}: valid, T{found.tier}, {money.amount} minor units of "
            f"{money.currency}; signed by {found.key_id}"
        )
    if evidence is not None:
        limits = "" if evidence.note is None else f"; {evidence.note}"
        note(f"evidence: {evidence.kind}, {evidence.source}{limits}")
    for one in found.history or ():
        agreed = "" if one.agreed_by is None else f"; {one.agreed_by} agreed"
        note(f"made of what {one.agent} is made of, then {one.status.replace('_', ' ')}{agreed}")
    if not found.trusted:
        note("the key came with the file: name the keys that you trust with --trust")
