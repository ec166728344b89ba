"""Settings from the environment and from TOML files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from governance.kernel.documents import parse_json
from governance.kernel.errors import InputError
from governance.kernel.secrets import SecretUrl
from governance.kernel.settings_files import settings_files
from governance.kernel.settings_here import SetHere, SetInsideHere, values_of
from governance.kernel.value import input_error

ENVIRONMENT_PREFIX = "UNDERWRITER_"
ENVIRONMENT = "environment"


def _from_json(value: object) -> object:
    """Return what the text of an environment variable stands for."""
    if not isinstance(value, str):
        return value
    try:
        return parse_json(value, "environment")
    except InputError as error:
        raise ValueError(error.message) from None  # the field is named by who validates


class Settings(BaseSettings):
    """What can be configured; every field is also ``UNDERWRITER_<NAME>`` in the environment.

    Made without `load_settings` it reads no file.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        extra="forbid",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )
    _files: tuple[Path, ...] = PrivateAttr(default=())

    database_url: Annotated[
        SecretUrl | None,
        Field(description="Database URL or SQLite file. Default: a file in the data folder."),
    ] = None
    data_folder: Annotated[Path | None, Field(description="Folder of the default database.")] = None
    actor: Annotated[
        str | None,
        Field(description="Name kept in events beside the principal's, as a claim."),
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
        Path | None,
        Field(description="Folder of a classifier trained from corrections."),
        SetInsideHere(),
    ] = None
    lock_timeout_seconds: Annotated[
        float,
        Field(ge=0, le=3600, description="How long to wait for a locked database."),
        SetHere(),
    ] = 10.0
    report_organisation: Annotated[
        str | None, Field(description="Name of the organisation on reports."), SetHere()
    ] = None
    report_logo: Annotated[
        Path | None, Field(description="SVG or PNG file shown on reports."), SetInsideHere()
    ] = None
    report_accent_colour: Annotated[
        str,
        Field(pattern="^#[0-9a-fA-F]{6}$", description="Accent colour of reports."),
        SetHere(),
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

    @property
    def files(self) -> tuple[Path, ...]:
        """The settings files that were read, the one that wins last."""
        return self._files

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before environment."""
        return init_settings, env_settings


def load_settings(named: str | None = None) -> Settings:
    """Read the settings: the environment before the files of `settings_files`.

    ``named`` is the file that the user names. Raises InputError naming the file and the field at
    fault, never the value: it may be a password, also under a name that is misspelt.
    """
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    files = settings_files(named)
    for file in files:
        found = values_of(file, Settings.model_fields)
        values |= found
        origin |= dict.fromkeys(found, str(file.path))
    given = EnvSettingsSource(Settings)()
    origin |= dict.fromkeys(given, ENVIRONMENT)
    try:
        settings = Settings(**(values | given))
    except ValidationError as error:
        where = origin.get(str(error.errors()[0]["loc"][0]), ENVIRONMENT)
        raise input_error(error, file=where, shown=False) from None
    settings._files = tuple(file.path for file in files)  # noqa: SLF001 - our own
    return settings


def data_folder(settings: Settings) -> Path:
    """Return the configured data folder, or the platform's."""
    if settings.data_folder:
        return settings.data_folder
    import platformdirs

    return Path(platformdirs.user_data_dir("underwriter"))


def default_database_url(settings: Settings) -> SecretUrl:
    """Return the URL of the configured database, or of the file in the data folder."""
    return settings.database_url or SecretUrl(str(data_folder(settings) / "underwriter.db"))
