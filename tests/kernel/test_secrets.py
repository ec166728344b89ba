from __future__ import annotations

import json
import pickle
from time import process_time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from governance.kernel.errors import InputError
from governance.kernel.secrets import HIDDEN, HIDDEN_TOKEN, SecretUrl, without_secrets

MARK = "hunter2-s3cr3t"
WORD = st.from_regex(r"[a-z][a-z0-9_.-]{0,8}", fullmatch=True)
# Whatever a password may be in a URL that is whole: anything, percent-encoded where it must be.
PASSWORD = st.text(min_size=1, max_size=20).map(lambda text: quote(text, safe="!$'()*,;=:"))


class Held(BaseModel):
    url: SecretUrl


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"postgresql://u:{MARK}@h/x", "postgresql://u:***@h/x"),
        (f"cannot reach postgresql+psycopg://u:{MARK}@h:5432/x, sorry", None),
        (f"postgresql://u:a@b/{MARK}?c@h/x", "postgresql://u:***@h/x"),
        (f"postgresql://u:a {MARK}@h/x", "postgresql://u:***@h/x"),
        (f"postgresql://me@corp:{MARK}@h/x", "postgresql://me@corp:***@h/x"),
        (f"postgresql://u:{MARK}", "postgresql://u:***"),
        (f"postgresql:u:{MARK}@h", "postgresql:u:***@h"),
        (f"://u:{MARK}@[bad", "://u:***@[bad"),
        (f"https://{MARK}@host/x", "https://***@host/x"),
        (f"https://h/x?a=b&access_token={MARK}&c=d", "https://h/x?a=b&access_token=***&c=d"),
        (f"https://h/v1?key={MARK}", "https://h/v1?key=***"),
        (f"https://h/v1?pass%77ord={MARK}", "https://h/v1?pass%77ord=***"),
        (f"postgresql://h/x?sslpassword={MARK}", "postgresql://h/x?sslpassword=***"),
        (f"host=h password='a \\' {MARK}' user=u", "host=h password=*** user=u"),
        (f"host=h password={MARK}&1;2 user=u", "host=h password=*** user=u"),
        (f"host=h Password = {MARK} user=u", "host=h Password = *** user=u"),
        (f'{{"api_key": "{MARK}", "a": 1}}', '{"api_key": "***", "a": 1}'),
        (f"Authorization: Basic {MARK}", "Authorization: Basic ***"),
        (f"sent Bearer {MARK}", "sent Bearer ***"),
        (f"uw_7fk2_{MARK}_x is revoked", "uw_..., hidden is revoked"),
        (f"postgresql%3A%2F%2Fu%3A{MARK}%40h", "postgresql%3A%2F%2F***%40h"),
    ],
)
def test_a_secret_in_any_text_is_hidden(text: str, shown: str | None) -> None:
    hidden = without_secrets(text)
    assert MARK not in hidden
    assert hidden == (shown or text.replace(MARK, HIDDEN))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://127.0.0.1:8000/v1: refused, ask me@example.org",
        "http://[::1]:8000/v1#model",
        "postgresql+psycopg://postgres@127.0.0.1:5432/test is not ours",
        "sqlite:///governance.db: holds no data yet",
        "https://web.example/web/2020/https://example.org/@author/x",
        "underwriter.toml: key_password: may not be set here",
        "key_password_file = x, passfile=/home/u/.pgpass, max_tokens=3, tokens = 4",
        "C:/Users/u: no such folder",
        "key=iso42001:A.2.2",
        "git@example.org:a/b, iso42001:A.9@2",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert without_secrets(text) == text


@given(WORD, PASSWORD, WORD, st.sampled_from(["postgresql", "https", "openai:http", "x+y"]))
def test_no_password_of_a_whole_url_survives(
    user: str, password: str, host: str, scheme: str
) -> None:
    text = f"failed: {scheme}://{user}:{password}@{host}:5432/x (once)"
    assert without_secrets(text) == f"failed: {scheme}://{user}:{HIDDEN}@{host}:5432/x (once)"


JUNK = st.text(alphabet="u:/@=?&'\"%[]{}.#1ab_w\\", max_size=12)


@given(WORD, JUNK, JUNK, JUNK, st.sampled_from(["postgresql://", "https:/", "x://", "mysql:"]))
def test_no_password_of_a_malformed_url_survives(
    user: str, before: str, after: str, host: str, scheme: str
) -> None:
    assert MARK not in without_secrets(f"{scheme}{user}:{before}{MARK}{after}@{host}")


@given(st.from_regex(r"uw_[A-Za-z0-9]{1,8}_[A-Za-z0-9_-]{1,20}", fullmatch=True))
def test_no_token_survives(token: str) -> None:
    assert without_secrets(f"'{token}' is none") == f"'{HIDDEN_TOKEN}' is none"


@pytest.mark.parametrize(
    "text",
    [f"postgresql://u:{MARK}@h/x", f"postgresql://u:a {MARK}", f"host=h password={MARK}"],
)
def test_a_url_shows_its_password_to_nobody_who_does_not_ask(text: str) -> None:
    url = SecretUrl(text)
    held = Held.model_validate({"url": text})
    shown = (url, [url], f"{url}", f"{url!r}", held, held.model_dump(), held.model_dump_json())
    assert MARK not in f"{shown} {json.dumps(held.model_dump(mode='json'))}"
    assert (url.reveal(), held.url, held.url.reveal()) == (text, url, text)
    assert hash(url) == hash(held.url)
    assert url != text
    assert pickle.loads(pickle.dumps(url)) == url


def test_a_url_is_text() -> None:
    for value in (5, None, ["postgresql://h/x"]):
        with pytest.raises(ValidationError):
            Held.model_validate({"url": value})


def test_hostile_text_is_looked_through_in_good_time() -> None:
    begun = process_time()
    for text in (":/u:" * 4000 + "@", "a" * 40_000 + "=", "a='" * 8000, "password=" + "'" * 20_000):
        without_secrets(text)
    assert process_time() - begun < 20  # in the square of the length it would be minutes


def test_no_error_holds_a_secret_whatever_went_into_it() -> None:
    url = f"postgresql://u:{MARK}@h/x"
    error = InputError(f"{url} is none", hint=f"not {url}")
    assert MARK not in f"{error} {error!r} {error.args} {error.message} {error.hint}"
