from __future__ import annotations

import pytest

from governance.kernel.errors import InputError
from governance.kernel.secrets import SecretUrl
from governance.store.engine import database_url, make_engine, shown_url

MARK = "hunter2-s3cr3t"


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://u:{MARK}@h/x",
        f"postgresql://u@h/x?password={MARK}",
        f"postgresql://u@h/x?password=a&password={MARK}",
        f"postgresql://u@h/x?sslpassword={MARK}",
    ],
)
def test_the_shown_url_of_a_database_holds_no_password(text: str) -> None:
    engine = make_engine(SecretUrl(text))
    assert MARK not in shown_url(engine)
    assert shown_url(engine).startswith("postgresql+psycopg://u")


def test_the_last_password_of_a_query_is_the_one_that_opens() -> None:
    url = database_url(f"postgresql://u@h/x?password=a&password={MARK}")
    assert (url.password, dict(url.query)) == (MARK, {})


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://u:a@{MARK}@h/x",
        f"postgresql://u/n:{MARK}@h/x",
        f"u:{MARK}@h/x",
        f"sslpassword={MARK} host=h",
        f"sqlite:///x.db?password={MARK}",
    ],
)
def test_a_url_that_was_read_wrongly_would_show_its_password_and_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        database_url(text)
    assert MARK not in f"{caught.value}{caught.value.hint}"


@pytest.mark.parametrize("query", ["x=1", "mode=ro", "uri=true"])
def test_a_file_takes_no_options(query: str) -> None:
    with pytest.raises(InputError, match="takes no options"):
        database_url(f"sqlite:///x.db?{query}")


def test_an_encoded_password_is_taken_whole() -> None:
    assert database_url("postgresql://u:a%40b%2Fc@h/x").password == "a@b/c"
