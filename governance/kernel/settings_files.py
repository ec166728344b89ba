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
MAX_BYTES = 1024 * 1024


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
        import tomllib

        name = str(self.path)
        if self.path.is_dir():
            raise InputError("is a folder, not a file", file=name, field=self.named_by)
        try:
            with self.path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except FileNotFoundError:
            raise InputError("no such file", file=name, field=self.named_by) from None
        except (OSError, ValueError) as error:
            said = getattr(error, "strerror", None) or "the name is none that a file can have"
            raise InputError(f"cannot be read: {said}", file=name, field=self.named_by) from None
        if len(data) > MAX_BYTES:
            raise InputError(f"is longer than {MAX_BYTES // 1024} KiB", file=name)
        try:
            return tomllib.loads(data.decode())
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"broken TOML: {error}", file=name) from None
        except UnicodeDecodeError as error:
            raise InputError(f"invalid UTF-8 at byte {error.start}", file=name) from None
        except RecursionError:
            raise InputError("broken TOML: nests too deeply", file=name) from None


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
