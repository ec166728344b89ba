"""No command prints a password or a token, however it fails: a walk through all of them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import get_args
from urllib.parse import quote, unquote

import pytest
import typer
from sqlalchemy.engine import make_url
from typer._click.core import Command, Parameter
from typer.core import TyperGroup, TyperOption

from cli.main import app, run
from cli.reference import walk
from governance.kernel.settings import ENVIRONMENT_PREFIX, Settings

MARK = "hunter2-s3cr3t"
TOKEN = f"uw_7fk2_{MARK}"
ENCODED = "".join(f"%{ord(letter):02x}" for letter in MARK)
CLOSED = "127.0.0.1:1"
DATABASES = {
    "closed port": f"postgresql://u:{MARK}@{CLOSED}/x",
    "encoded": f"postgresql://u:{ENCODED}@{CLOSED}/x",
    "in the query": f"postgresql://u@{CLOSED}/x?password={MARK}",
    "twice in the query": f"postgresql://u@{CLOSED}/x?password={MARK}&password={MARK}",
    "under an encoded name": f"postgresql://u@{CLOSED}/x?pass%77ord={ENCODED}",
    "of a client's key": f"postgresql://u@{CLOSED}/x?sslpassword={MARK}",
    "under a name nobody knows": f"postgresql://u@{CLOSED}/x?passwd={MARK}",
    "no host": f"postgresql://u:{MARK}@/x?port=1&host=/nowhere",
    "no host at all": f"postgresql://u:{MARK}",
    "no host but a name": f"postgresql://u:{MARK}/x",
    "bad port": f"postgresql://u:{MARK}@127.0.0.1:port/x",
    "bad address": f"postgresql://u:{MARK}@[bad/x",
    "an @ inside": f"postgresql://u:a@{MARK}@{CLOSED}/x",
    "a / inside": f"postgresql://u:a/{MARK}@{CLOSED}/x",
    "a / in the name": f"postgresql://u/n:{MARK}@{CLOSED}/x",
    "a blank inside": f"postgresql://u:a {MARK}@{CLOSED}/x",
    "one slash": f"postgresql:/u:{MARK}@{CLOSED}/x",
    "no slash": f"postgresql:u:{MARK}@{CLOSED}/x",
    "no scheme": f"u:{MARK}@{CLOSED}/x",
    "an empty scheme": f"://u:{MARK}@{CLOSED}/x",
    "words of libpq": f"host=127.0.0.1 port=1 user=u password={MARK}",
    "quoted words of libpq": f"host=127.0.0.1 password='{MARK}'",
    "another server": f"mysql://u:{MARK}@{CLOSED}/x",
    "another driver": f"postgresql+nothing://u:{MARK}@{CLOSED}/x",
    "a file on a host": f"sqlite://u:{MARK}@{CLOSED}/x",
    "a file with a query": f"sqlite:////nowhere/x.db?password={MARK}",
    "a token": f"postgresql://u:{TOKEN}@{CLOSED}/x",
}
# What is given where something else is wanted.
TEXTS = (
    DATABASES["closed port"],
    DATABASES["encoded"],
    DATABASES["in the query"],
    f"openai:http://u:{MARK}@{CLOSED}/v1#m",
    f"http://{CLOSED}/v1?api_key={MARK}",
    f"sqlite:////nowhere/x.db?password={MARK}",
    f"Authorization: Bearer {MARK}",
    TOKEN,
)


# A walk calls each command many times, and most of a call is the making of its options.
_made = cache(typer.main.get_command)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(typer.main, "get_command", _made)
    monkeypatch.setenv("UNDERWRITER_KEY_PASSWORD", MARK)
    monkeypatch.setenv("UNDERWRITER_TOKEN", TOKEN)
    monkeypatch.setenv("UNDERWRITER_LLM_KEY", MARK)
    monkeypatch.setenv("UNDERWRITER_AUDIT_KEY", MARK)


def _leaks(printed: str) -> bool:
    """Return whether the mark stands there: plain, encoded, broken by a table's lines."""
    together = re.sub(r"\s", "", printed)
    while (decoded := unquote(together)) != together:
        together = decoded
    coded = base64.b64encode(MARK.encode()).decode().rstrip("=")
    return any(form in together for form in (MARK, MARK[4:], coded, MARK.encode().hex()))


def _run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> int:
    code = run(arguments)
    printed = "".join(capsys.readouterr())
    assert "Traceback" not in printed
    assert not _leaks(printed), (arguments, printed)
    return code


def test_the_mark_is_seen_in_every_encoding() -> None:
    shown = (MARK, ENCODED, quote(ENCODED), "hunter2-\ns3cr3t", f"<{TOKEN}>", MARK.encode().hex())
    assert [text for text in shown if not _leaks(text)] == []
    assert not _leaks("postgresql://u:***@h/x")


@pytest.mark.parametrize("url", DATABASES.values(), ids=DATABASES)
@pytest.mark.parametrize(
    "words",
    [["agent", "list"], ["doctor"], ["init"], ["db", "upgrade"], ["db", "backup", "--out=b"]],
)
def test_no_way_to_name_a_database_shows_its_password(
    url: str, words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path("settings.toml")
    file.write_text(f"database_url = {json.dumps(url)}\n")
    for arguments in (
        [*words, "--db", url],
        ["--db", url, *words, "--json"],
        ["--settings", str(file), *words],
        [*words, "--settings", str(file), "--json"],
    ):
        assert _run(arguments, capsys) != 0
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", url)
    assert _run(words, capsys) != 0
    assert _run([*words, "--json"], capsys) != 0
    assert [path.name for path in Path().iterdir()] == [file.name]


@pytest.mark.postgres
@pytest.mark.parametrize("words", [["agent", "list"], ["doctor"], ["init"]])
def test_what_a_server_refuses_shows_no_password(
    words: list[str], postgres_server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    server = make_url(postgres_server).set(password=MARK)
    for url in (
        server.set(database="no_such_database"),
        server.set(username="no_such_role"),
        server.update_query_dict({"passwd": MARK}),
        server.update_query_dict({"application_name": TOKEN, "client_encoding": "nonsense"}),
    ):
        text = url.render_as_string(hide_password=False)
        assert _run([*words, "--db", text], capsys) != 0
        assert _run([*words, "--db", text, "--json"], capsys) != 0


# What is no secret by what it is, and stands in the answer of what asks for no more.
ANSWERED = {"audit lint --seed", "incidents deadlines --loss", "incidents deadlines --domain"}


def _commands() -> Iterator[tuple[tuple[str, ...], Command]]:
    for path, command in walk(typer.main.get_command(app), ()):
        if not isinstance(command, TyperGroup):
            yield path, command


COMMANDS = [pytest.param(path, command, id=" ".join(path)) for path, command in _commands()]


def _benign(parameter: Parameter) -> str:
    choices = get_args(parameter.type_descriptor.annotation)
    return next((one for one in choices if isinstance(one, str)), "1")


def _filled(command: Command, chosen: Parameter | None = None, text: str = "") -> list[str]:
    """Return what a command needs, and the text at one of its parameters."""
    words: list[str] = []
    for parameter in command.params:
        if parameter is not chosen and not parameter.required:
            continue
        value = text if parameter is chosen else _benign(parameter)
        if isinstance(parameter, TyperOption):
            words.append(f"{parameter.opts[0]}={value}")
        else:
            words.append(value)
    return words


@pytest.mark.parametrize(("path", "command"), COMMANDS)
def test_no_option_of_any_command_shows_a_secret_it_refuses(
    path: tuple[str, ...], command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    given = zip(cycle(TEXTS), cycle(([], ["--json"], ["--json"], [])), command.params, strict=False)
    for text, more, parameter in given:
        name = f"{' '.join(path)} {parameter.opts[0]}"
        if not getattr(parameter, "is_flag", False) and name not in ANSWERED:
            _run([*path, *_filled(command, parameter, text), *more], capsys)


@pytest.mark.parametrize(("path", "command"), COMMANDS)
def test_bad_usage_of_any_command_shows_no_secret(
    path: tuple[str, ...], command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    url = DATABASES["closed port"]
    assert _run([*path, f"--no-such-option={url}"], capsys) == 2
    assert _run([*path[:-1], url], capsys) == 2
    assert _run([*path, *_filled(command), url, "x", TOKEN, "--json"], capsys) != 0


def _names_a_database(command: Command) -> bool:
    return any("--db" in parameter.opts for parameter in command.params)


@pytest.mark.parametrize(
    ("path", "command"),
    [given for given in COMMANDS if _names_a_database(given.values[1])],
)
def test_no_command_shows_the_password_of_its_database(
    path: tuple[str, ...], command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    _run([*path, *_filled(command), "--db", DATABASES["closed port"]], capsys)
    _run(["--db", DATABASES["bad port"], *path, *_filled(command), "--json"], capsys)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_no_setting_shows_a_secret(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, here = Path("settings.toml"), Path("underwriter.toml")
    doctor = ["doctor", "--db", "none.db"]
    for value in (
        DATABASES["closed port"],
        DATABASES["bad port"],
        DATABASES["in the query"],
        TOKEN,
    ):
        text = json.dumps(value)
        for content in (
            f"{name} = {text}",
            f"{name} = [{text}]",
            f"{name}x = {text}",
            f"a = '{value}",
        ):
            file.write_text(content)
            _run([*doctor, "--settings", str(file), "--json"], capsys)
        here.write_text(f"{name} = {text}")
        _run(doctor, capsys)
        here.unlink()
        with monkeypatch.context() as patch:
            patch.setenv(ENVIRONMENT_PREFIX + name.upper(), value)
            _run(doctor, capsys)


@pytest.mark.parametrize("text", TEXTS)
def test_no_name_of_a_settings_file_shows_a_secret(
    text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _run(["doctor", "--settings", text], capsys) == 2
    assert _run(["--settings", text, "agent", "list", "--json"], capsys) == 2
    monkeypatch.setenv("UNDERWRITER_CONFIG", text)
    assert _run(["doctor"], capsys) == 2
