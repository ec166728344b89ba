from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from governance.kernel.errors import InputError
from governance.kernel.secrets import SecretUrl
from governance.kernel.settings import Settings, default_database_url, load_settings
from governance.kernel.settings_files import user_file


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


FROM_THE_PRESENT_FOLDER = {
    "classifier_folder": "classifier",
    "lock_timeout_seconds": 3,
    "report_accent_colour": "#005f40",
    "report_logo": "logo.svg",
    "report_organisation": "Example Ltd",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder, and not the user's; no setting comes from the environment."""
    for name in list(os.environ):
        if name.startswith("UNDERWRITER_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def _write_user_file(text: str) -> Path:
    file = user_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_file_in_the_present_folder_sets_what_is_listed_and_nothing_else(
    name: str, here: Path
) -> None:
    value = FROM_THE_PRESENT_FOLDER.get(name, "x")
    (here / "underwriter.toml").write_text(f"{name} = {value!r}\n")
    if name in FROM_THE_PRESENT_FOLDER:
        assert load_settings().model_fields_set == {name}
        return
    with pytest.raises(InputError, match="may come from anybody") as caught:
        load_settings()
    assert (caught.value.file, caught.value.field) == ("underwriter.toml", name)
    for place in (str(user_file()), "--settings", f"UNDERWRITER_{name.upper()}"):
        assert place in (caught.value.hint or "")


def test_the_user_s_file_the_named_one_and_the_environment_set_everything(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = 'actor = "x"\ndatabase_url = "x.db"\nreport_templates = "/x"\nsingle_user = true\n'
    file = _write_user_file(text)
    assert load_settings().files == (file,)
    (here / "named.toml").write_text(text.replace('"x"', '"y"'))
    assert (load_settings("named.toml").actor, load_settings().actor) == ("y", "x")
    monkeypatch.setenv("UNDERWRITER_CONFIG", "named.toml")
    monkeypatch.setenv("UNDERWRITER_TOKEN", "uw_1_x")
    found = load_settings()
    assert (found.actor, found.single_user, found.token) == ("y", True, SecretStr("uw_1_x"))


def test_the_present_folder_goes_before_the_user_s_file_and_leaves_the_rest_of_it(
    here: Path,
) -> None:
    """Else a file that came with a folder would choose the database by hiding the user's."""
    file = _write_user_file('database_url = "mine.db"\nlock_timeout_seconds = 1\n')
    (here / "underwriter.toml").write_text("lock_timeout_seconds = 2\n")
    settings = load_settings()
    assert settings.files == (file, Path("underwriter.toml"))
    assert default_database_url(settings) == SecretUrl("mine.db")
    assert settings.lock_timeout_seconds == 2


def test_a_named_file_is_the_only_one(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write_user_file('actor = "x"\n')
    (here / "underwriter.toml").write_text('actor = "x"\n')
    (here / "named.toml").write_text("lock_timeout_seconds = 4\n")
    (here / "other.toml").write_text("lock_timeout_seconds = 5\n")
    monkeypatch.setenv("UNDERWRITER_CONFIG", "other.toml")
    assert load_settings().lock_timeout_seconds == 5
    settings = load_settings("named.toml")
    assert (settings.lock_timeout_seconds, settings.actor) == (4, None)
    assert settings.files == (Path("named.toml"),)


def test_the_file_of_the_present_folder_is_trusted_where_it_is_named(here: Path) -> None:
    (here / "underwriter.toml").write_text('actor = "x"\n')
    assert load_settings("underwriter.toml").actor == "x"


def test_the_user_s_own_folder_may_be_the_present_one(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _write_user_file('actor = "x"\n')
    monkeypatch.chdir(file.parent)
    settings = load_settings()
    assert (settings.actor, settings.files) == ("x", (file,))
    monkeypatch.chdir(here)
    (here / "underwriter.toml").symlink_to(file)
    assert load_settings().files == (file,)


def test_a_link_to_a_file_that_is_not_the_user_s_is_not_trusted(here: Path) -> None:
    _write_user_file('actor = "x"\n')
    other = here.parent / "other.toml"
    other.write_text('actor = "y"\n')
    (here / "underwriter.toml").symlink_to(other)
    with pytest.raises(InputError, match="may come from anybody"):
        load_settings()


@pytest.mark.parametrize("name", ["report_logo", "classifier_folder"])
@pytest.mark.parametrize("way", ["../secret.svg", "{outside}/secret.svg", "link/secret.svg"])
def test_a_path_of_the_present_folder_s_file_stays_inside(name: str, way: str, here: Path) -> None:
    outside = here.parent / "outside"
    outside.mkdir()
    (here / "link").symlink_to(outside)
    (here / "underwriter.toml").write_text(f'{name} = "{way.format(outside=outside)}"\n')
    with pytest.raises(InputError, match="outside the present folder") as caught:
        load_settings()
    assert (caught.value.file, caught.value.field) == ("underwriter.toml", name)
    (here / "underwriter.toml").write_text(f'{name} = "below/../inside.svg"\n')
    assert getattr(load_settings(), name) == here.resolve() / "inside.svg"


@pytest.mark.parametrize("name", ["_env_file", "_env_prefix", "_cli_parse_args", "ACTOR", "self"])
@pytest.mark.parametrize("named", [None, "underwriter.toml"])
def test_no_name_but_a_setting_s_is_taken_from_a_file(
    name: str, named: str | None, here: Path
) -> None:
    (here / "underwriter.toml").write_text(f'{name} = "x"\n')
    with pytest.raises(InputError, match="is no setting") as caught:
        load_settings(named)
    assert caught.value.field == name


@pytest.mark.parametrize(
    ("name", "said"),
    [("none.toml", "no such file"), (".", "is a folder"), ("", "names no file")],
)
def test_a_settings_file_that_is_none_is_bad_input(name: str, said: str, here: Path) -> None:
    with pytest.raises(InputError, match=said) as caught:
        load_settings(name)
    assert (caught.value.file or "", caught.value.field) == (name, "--settings")


@pytest.mark.parametrize("text", ["a = ", "a = " + "[" * 100_000, "a = " + "1" * 10_000])
def test_a_settings_file_that_cannot_be_read_names_the_file(text: str, here: Path) -> None:
    (here / "named.toml").write_text(text)
    with pytest.raises(InputError) as caught:
        load_settings("named.toml")
    assert caught.value.file == "named.toml"


def test_a_fault_is_laid_to_the_file_or_the_environment_that_it_comes_from(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _write_user_file("single_user = 5\n")
    (here / "underwriter.toml").write_text("lock_timeout_seconds = 5\n")
    with pytest.raises(InputError) as caught:
        load_settings()
    assert (caught.value.file, caught.value.field) == (str(file), "single_user")
    monkeypatch.setenv("UNDERWRITER_SINGLE_USER", "perhaps")
    with pytest.raises(InputError) as caught:
        load_settings()
    assert (caught.value.file, caught.value.field) == ("environment", "single_user")


def test_what_is_secret_is_of_a_type_that_shows_nothing(here: Path) -> None:
    settings = Settings(
        database_url=SecretUrl("postgresql://u:hushhush@h/x"),
        token=SecretStr("hushhush"),
        key_password=SecretStr("hushhush"),
    )
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump(mode='json')}"
    assert "hushhush" not in shown
