from __future__ import annotations

from pathlib import Path

import pytest

from governance.kernel.errors import InputError
from governance.kernel.settings import default_database_url, load_settings


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.toml"
    file.write_text('actor = "file"\nlock_timeout_seconds = 3\n')
    monkeypatch.setenv("UNDERWRITER_CONFIG", str(file))
    monkeypatch.setenv("UNDERWRITER_ACTOR", "environment")
    settings = load_settings()
    assert (settings.actor, settings.lock_timeout_seconds) == ("environment", 3)


@pytest.mark.parametrize(
    "text", ["unknown_setting = 1\n", "lock_timeout_seconds = -1\n", 'report_accent_colour = "red"']
)
def test_a_bad_setting_is_named(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.toml"
    file.write_text(text)
    monkeypatch.setenv("UNDERWRITER_CONFIG", str(file))
    with pytest.raises(InputError) as caught:
        load_settings()
    assert caught.value.field == text.split(" ")[0]


def test_the_default_database_lies_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert default_database_url(load_settings()).reveal().endswith("underwriter.db")
    monkeypatch.setenv("UNDERWRITER_DATA_FOLDER", str(tmp_path))
    assert default_database_url(load_settings()).reveal() == str(tmp_path / "underwriter.db")


@pytest.mark.parametrize(
    "text",
    [
        'databse_url = "postgresql://u:hushhush@h/x"',
        'key_passwort = "hushhush"',
        'key_password = "hushhush\nlock_timeout_seconds = 3',
        'report_accent_colour = "hushhush"',
    ],
)
def test_no_value_is_shown_since_it_may_be_a_password(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.toml"
    file.write_text(text)
    monkeypatch.setenv("UNDERWRITER_CONFIG", str(file))
    with pytest.raises(InputError) as caught:
        load_settings()
    assert "hushhush" not in f"{caught.value}{caught.value.hint}"


def test_a_file_that_is_not_text_is_bad_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"\xff\xfe")
    monkeypatch.setenv("UNDERWRITER_CONFIG", str(file))
    with pytest.raises(InputError, match="UTF-8"):
        load_settings()
