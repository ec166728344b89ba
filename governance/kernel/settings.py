"""Settings from the environment and from one TOML file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from governance.kernel.documents import parse_json
from governance.kernel.errors import InputError
from governance.kernel.value import input_error

ENVIRONMENT_PREFIX = "UNDERWRITER_"
CONFIG_VARIABLE = "UNDERWRITER_CONFIG"


def _from_json(value: object) -> object:
    """Return what the text of an environment variable stands for."""
    if not isinstance(value, str):
        return value
    try:
        return parse_json(value, "environment")
    except InputError as error:
        raise ValueError(error.message) from None  # the field is named by who validates


class Settings(BaseSettings):
    """What can be configured; every field is also ``UNDERWRITER_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, extra="forbid", frozen=True, env_ignore_empty=True
    )

    database_url: Annotated[
        str | None,
        Field(description="Database URL or SQLite file. Default: a file in the data folder."),
    ] = None
    data_folder: Annotated[Path | None, Field(description="Folder of the default database.")] = None
    actor: Annotated[
        str | None,
        Field(description="Name written into the ledger. Default: the operating system's user."),
    ] = None
    token: Annotated[
        SecretStr | None, Field(description="API token of the principal who acts.")
    ] = None
    single_user: Annotated[
        bool,
        Field(
            description="The only person of this installation may approve their own proposals; "
            "every such event says so."
        ),
    ] = False
    key_password: Annotated[
        SecretStr | None, Field(description="Password of the signing keys.")
    ] = None
    key_password_file: Annotated[
        Path | None,
        Field(description="File with that password. Default: made in the data folder."),
    ] = None
    classifier_folder: Annotated[
        Path | None, Field(description="Folder of a classifier trained from corrections.")
    ] = None
    lock_timeout_seconds: Annotated[
        float, Field(ge=0, le=3600, description="How long to wait for a locked database.")
    ] = 10.0
    report_organisation: Annotated[
        str | None, Field(description="Name of the organisation on reports.")
    ] = None
    report_logo: Annotated[Path | None, Field(description="SVG or PNG file shown on reports.")] = (
        None
    )
    report_accent_colour: Annotated[
        str, Field(pattern="^#[0-9a-fA-F]{6}$", description="Accent colour of reports.")
    ] = "#1f4e79"
    report_templates: Annotated[
        Path | None, Field(description="Folder of templates that override the packaged ones.")
    ] = None
    oidc_issuer: Annotated[
        str | None, Field(description="Issuer of an OpenID Connect provider, as it writes itself.")
    ] = None
    oidc_client_id: Annotated[
        str | None, Field(description="Name of this program at the provider.")
    ] = None
    oidc_client_secret: Annotated[
        SecretStr | None, Field(description="Its secret. Default: none, a public client.")
    ] = None
    oidc_audience: Annotated[
        str | None, Field(description="Audience that tokens of services must name.")
    ] = None
    oidc_groups_claim: Annotated[
        str, Field(min_length=1, description="Claim that holds the groups, or a path to it.")
    ] = "groups"
    oidc_roles: Annotated[
        dict[str, list[str]],
        NoDecode,
        BeforeValidator(_from_json),
        Field(description="Roles that each group gives."),
    ] = {}
    oidc_algorithms: Annotated[
        list[str] | None,
        NoDecode,
        BeforeValidator(_from_json),
        Field(description="Signatures that are accepted. Default: all that the program knows."),
    ] = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before environment before file."""
        file = config_file()
        if file is None:
            return init_settings, env_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)


def config_file() -> Path | None:
    """Return the settings file in use: UNDERWRITER_CONFIG, ./underwriter.toml, or the user's."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise InputError("no such file", file=named, field=CONFIG_VARIABLE)
        return Path(named)
    import platformdirs

    user = Path(platformdirs.user_config_dir("underwriter")) / "underwriter.toml"
    for candidate in (Path("underwriter.toml"), user):
        if candidate.is_file():
            return candidate
    return None


def load_settings() -> Settings:
    """Read the settings; raises InputError naming the file and field at fault."""
    import tomllib

    file = config_file()
    try:
        return Settings()
    except ValidationError as error:
        # A value may be a password, also under a name that is misspelt.
        where = str(file) if file else "environment"
        raise input_error(error, file=where, shown=False) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"broken TOML: {error}", file=str(file)) from None
    except UnicodeDecodeError as error:
        raise InputError(f"invalid UTF-8 at byte {error.start}", file=str(file)) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(file)) from error


def data_folder(settings: Settings) -> Path:
    """Return the configured data folder, or the platform's."""
    if settings.data_folder:
        return settings.data_folder
    import platformdirs

    return Path(platformdirs.user_data_dir("underwriter"))


def default_database_url(settings: Settings) -> str:
    """Return the URL of the configured database, or of the file in the data folder."""
    return settings.database_url or str(data_folder(settings) / "underwriter.db")
