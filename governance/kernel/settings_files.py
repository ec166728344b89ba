"""The files that settings come from: which they are, how they are read, and whose they are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from governance.kernel.errors import InputError

CONFIG_VARIABLE = "UNDERWRITER_CONFIG"
SETTINGS_OPTION = "--settings"
FILE_NAME = "underwriter.toml"


@dataclass(frozen=True)
class SettingsFile:
    """A settings file in use; ``trusted`` unless it only lies in the present folder.

    ``named_by`` is the option or variable that names it, where one does.
    """

    path: Path
    trusted: bool = True
    named_by: str | None = None

    def values(self) -> dict[str, Any]:
        """Read what it sets; raises InputError where it cannot be read or is no TOML."""
        from governance.kernel.documents import parse_toml, read_text

        try:
            text, name = read_text(str(self.path))
        except InputError as error:
            error.field = self.named_by
            raise
        return parse_toml(text, name)


def settings_files(named: str | None = None) -> tuple[SettingsFile, ...]:
    """Return the files in use, the one that wins last.

    A file that ``named`` or UNDERWRITER_CONFIG names is the only one. Else they are the user's
    own and, before it, the one of the present folder; where the two are one file it is the user's.
    """
    variable = os.environ.get(CONFIG_VARIABLE)
    if named is not None:
        return (_named(named, SETTINGS_OPTION),)
    if variable:
        return (_named(variable, CONFIG_VARIABLE),)
    user, present = user_file(), Path(FILE_NAME)
    found = [SettingsFile(user)] if user.is_file() else []
    if present.is_file() and not (found and present.samefile(user)):
        found.append(SettingsFile(present, trusted=False))
    return tuple(found)


def user_file() -> Path:
    """Return where the user's own settings file is, or would be."""
    import platformdirs

    return Path(platformdirs.user_config_dir("underwriter")) / FILE_NAME


def _named(name: str, by: str) -> SettingsFile:
    if not name:
        raise InputError("names no file", field=by)
    return SettingsFile(Path(name), named_by=by)
